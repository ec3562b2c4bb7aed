"""The import's job: what a file becomes."""

from pathlib import Path

import orjson

from api.core.settings import Settings
from api.demo.dtks import write_dtks_person_file
from api.imports.staging import BATCH
from tests.imports.sending import count, send, take, work_until_done
from tests.support.dirt import clean_rows, dirty_file, nik, no_kk, write
from tests.support.house import House


async def test_the_worker_takes_a_file_from_the_queue(house: House, wanted: Settings, tmp_path: Path) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    written = write_dtks_person_file(tmp_path / "dtks.csv", 60)

    sent = await send(house, dewi, campaign, written.path)
    done = await work_until_done(house, wanted, dewi, sent.headers["Location"])

    assert (done["status"], done["rows"], done["households"]) == ("done", written.rows, 60)
    assert await count(house, "households") == await count(house, "assignments") == 60
    assert await count(house, "staged_people") == await count(house, "pgqueuer") == 0


async def test_the_same_file_twice_adds_nothing(house: House, wanted: Settings, tmp_path: Path) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    written = write_dtks_person_file(tmp_path / "dtks.csv", 60)
    first = await take(house, wanted, dewi, campaign, written.path)
    tables = ("households", "families", "members", "household_sources", "household_programmes", "assignments")
    before = [await count(house, table) for table in (*tables, "assignment_events")]

    again = await take(house, wanted, dewi, campaign, written.path)

    assert (first["households"], again["households"]) == (60, 0)
    assert again["accepted"] == first["accepted"] == before[2]
    assert [await count(house, table) for table in (*tables, "assignment_events")] == before


async def test_a_dry_run_counts_and_stores_nothing_else(house: House, wanted: Settings) -> None:
    dewi, campaign, dirty = await house.make.dewi(), await house.make.campaign(), dirty_file(1)

    dry = await take(house, wanted, dewi, campaign, dirty.text.encode(), dry_run=True)

    assert (await count(house, "households"), await count(house, "assignments")) == (0, 0)
    assert await count(house, "staged_people") == 0
    real = await take(house, wanted, dewi, campaign, dirty.text.encode())
    counted = ("rows", "accepted", "rejected", "warnings", "by_code", "households")
    assert [dry[name] for name in counted] == [real[name] for name in counted]


async def test_a_city_file_keeps_every_row_over_many_batches(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()

    done = await take(house, wanted, dewi, campaign, write(clean_rows(2100, people=1)).encode())

    assert (done["rows"], done["accepted"], done["households"]) == (2100, 2100, 2100)
    assert await count(house, "assignments") == await count(house, "assignment_events") == 2100


async def test_every_part_of_a_row_arrives(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(1)
    rows[2] |= {"NIK": "", "Tanggal lahir": "2025-05-01", "Hubungan keluarga": "CUCU", "Dusun": "KRAJAN"}

    await take(house, wanted, dewi, campaign, write(rows).encode())

    home = await house.owner.fetchrow(
        "select h.*, f.id as family, f.no_kk from households h join families f on f.household_id = h.id"
    )
    assert (home["region_code"], home["rw"], home["rt"], home["head_name"]) == (
        "35.73.04.1007",
        "005",
        "003",
        "SLAMET 1",
    )
    assert house.make.vault.open("family.no_kk", home["family"], home["no_kk"]) == no_kk(1)
    members = await house.owner.fetch("select * from members order by line")
    assert [member["relation"] for member in members] == ["head", "child", "grandchild"]
    assert [member["nik_missing_reason"] for member in members] == [None, None, "infant"]
    assert house.make.vault.open("member.nik", members[0]["id"], members[0]["nik"]) == nik(1)
    assert members[0]["nik_index"] in house.make.vault.indexes("nik", nik(1))
    source = await house.owner.fetchrow("select * from household_sources where row_no = 4")
    raw = orjson.loads(house.make.vault.open("source.raw", source["id"], source["raw"]))
    assert (source["external_id"], source["member_id"], raw["Dusun"]) == ("D00000003", members[2]["id"], "KRAJAN")
    programmes = await house.owner.fetch("select distinct programme from household_programmes order by 1")
    assert [row["programme"] for row in programmes] == ["bpnt", "pbi_jkn"]
    deeds = await house.owner.fetch("select action, actor_id from audit_events order by seq")
    assert [tuple(deed) for deed in deeds] == [("import.received", dewi.id), ("import.finished", dewi.id)]


async def test_a_household_whose_head_was_rejected_stays(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(1)
    rows[0]["NIK"] = "123"

    done = await take(house, wanted, dewi, campaign, write(rows).encode())

    assert (done["households"], done["rejected"]) == (1, 1)
    assert await house.owner.fetchval("select head_name from households") == "SLAMET 2"


async def test_without_a_family_card_the_head_and_the_door_group(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(3)
    for row in rows:
        row |= {"No KK": "", "Alamat": "JL. SATU", "Kecamatan": "SUKUN", "Desa/Kelurahan": "SUKUN"}
    rows[6]["NIK"] = "123"  # the third head is refused, its family is still a family of its own

    done = await take(house, wanted, dewi, campaign, write(rows).encode())
    again = await take(house, wanted, dewi, campaign, write(rows).encode())

    assert (done["households"], again["households"]) == (3, 0)
    sizes = await house.owner.fetch("select count(*) from members group by household_id order by 1")
    assert [row["count"] for row in sizes] == [2, 3, 3]


async def test_rows_of_one_family_may_stand_anywhere(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    rows = clean_rows(30)
    rows.sort(key=lambda row: row["NIK"][::-1])

    done = await take(house, wanted, dewi, campaign, write(rows).encode())

    assert (done["households"], await count(house, "families"), await count(house, "members")) == (30, 30, 90)
    for row in await house.owner.fetch("select id, no_kk from families"):
        assert house.make.vault.open("family.no_kk", row["id"], row["no_kk"])


async def test_a_later_list_adds_people_and_overwrites_nothing(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(2)
    await take(house, wanted, dewi, campaign, write(rows[:-1]).encode())
    await house.owner.execute("update households set head_name = 'SEEN AT THE DOOR', revision = 5")
    await house.owner.execute("update members set name = 'SEEN AT THE DOOR', whereabouts = 'moved'")
    rows[0] |= {"Nama": "OTHER", "Alamat": "JL. LAIN", "RT": "009"}

    later = await take(house, wanted, dewi, campaign, write(rows).encode())

    assert (later["households"], later["accepted"]) == (0, 6)
    names = await house.owner.fetch("select name, line from members order by name, line")
    assert [row["name"] for row in names] == ["SEEN AT THE DOOR"] * 5 + ["SLAMET 6"]
    assert names[-1]["line"] == 3
    homes = await house.owner.fetch("select head_name, revision from households order by revision")
    assert [tuple(home) for home in homes] == [("SEEN AT THE DOOR", 5), ("SEEN AT THE DOOR", 6)]
    assert await count(house, "assignments") == 2


async def test_known_households_get_their_place_in_the_next_campaign(house: House, wanted: Settings) -> None:
    dewi, rows = await house.make.dewi(), write(clean_rows(4)).encode()
    await take(house, wanted, dewi, await house.make.campaign(), rows)
    merged = await house.owner.fetchval(
        "update households set status = 'merged' where id = (select id from households limit 1) returning id"
    )
    following = await house.make.campaign(code="malang-2023")

    again = await take(house, wanted, dewi, following, rows)

    assert (again["households"], await count(house, "households")) == (0, 4)
    placed = await house.owner.fetch("select household_id, status from assignments where campaign_id = $1", following)
    assert len(placed) == 3
    assert merged not in {row["household_id"] for row in placed}
    assert {row["status"] for row in placed} == {"unassigned"}


async def test_a_person_found_in_the_field_is_linked_not_doubled(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(1)
    known = await house.make.household(region_code="35.73.04.1007", nik=nik(1), no_kk=no_kk(1), members=1)

    done = await take(house, wanted, dewi, campaign, write(rows).encode())

    assert (done["households"], await count(house, "members")) == (0, 3)
    assert {row["household_id"] for row in await house.owner.fetch("select household_id from members")} == {known}


async def test_people_without_a_card_find_their_head_in_an_earlier_chunk(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(BATCH // 3 + 1)
    for row in rows[-3:]:
        row["No KK"] = ""

    done = await take(house, wanted, dewi, campaign, write(rows).encode())

    assert BATCH % 3 == 1, "the head is the last of its chunk"
    assert (done["accepted"], done["households"]) == (len(rows), BATCH // 3 + 1)
