"""BDT: households and their people in two files, joined by the household's id, families counted in each household."""

import asyncio
import csv
import io
import os
import sys

import orjson
import pytest

from api.core.settings import Settings
from api.imports.layouts.dtks_bdt import DTKS_BDT, HOUSEHOLD_LISTS, MEMBERS, PERSON_LISTS
from api.regions.code_lists import CODE_LISTS
from tests.imports.sending import all_findings_by_file, count, send, take, work_until_done
from tests.imports.test_begin_again import TABLES, WORKER
from tests.support.bdt import bdt_households, bdt_members, dirty_pair
from tests.support.dirt import clean_rows, nik, no_kk, write
from tests.support.house import House
from tests.support.workbooks import write_workbook

HOUSEHOLD_COLUMNS = (*DTKS_BDT.columns, *DTKS_BDT.also)
MEMBER_COLUMNS = (*MEMBERS.columns, *MEMBERS.also)


def pair(count: int) -> tuple[bytes, bytes]:
    return (
        write(bdt_households(count), columns=HOUSEHOLD_COLUMNS).encode(),
        write(bdt_members(count), columns=MEMBER_COLUMNS).encode(),
    )


async def test_the_second_file_is_asked_for_where_a_layout_has_one_and_refused_elsewhere(house: House) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(2)

    alone = await send(house, dewi, campaign, households)
    strange = await send(house, dewi, campaign, write(clean_rows(1)).encode(), members_file=members)
    wrong = await send(house, dewi, campaign, households, members_file=households)
    swapped = await send(house, dewi, campaign, members, members_file=households, layout="dtks_bdt")

    assert [(answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in (alone, strange)] == [
        (422, "/members_file"),
        (422, "/members_file"),
    ]
    assert [answer.json()["code"] for answer in (wrong, swapped)] == ["unknown_layout"] * 2
    assert [answer.json()["file"] for answer in (wrong, swapped)] == ["members_file", "file"]
    assert "NIK" in wrong.json()["missing_columns"]
    assert await count(house, "imports") == 0


async def test_two_files_become_households_with_families_and_people(house: House, wanted: Settings) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(3)

    done = await take(house, wanted, dewi, campaign, households, members_file=members)

    assert (done["layout"], done["rows"], done["accepted"], done["households"]) == ("dtks_bdt", 12, 12, 3)
    assert done["by_code"] == {}
    home = await house.owner.fetchrow("select * from households where head_name = 'SLAMET 1'")
    assert (home["region_code"], home["rw"], home["rt"]) == ("35.73.04.1007", "005", "003")
    cards = await house.owner.fetch("select * from families where household_id = $1 order by no", home["id"])
    opened = [(row["no"], house.make.vault.open("family.no_kk", row["id"], row["no_kk"])) for row in cards]
    assert opened == [(1, no_kk(1)), (2, no_kk(2))]
    people = await house.owner.fetch("select * from members where household_id = $1 order by name", home["id"])
    assert [(row["family_no"], row["relation"]) for row in people] == [(1, "head"), (1, "child"), (2, "head")]
    assert house.make.vault.open("member.nik", people[0]["id"], people[0]["nik"]) == nik(1)
    listed = await house.owner.fetchrow("select * from household_sources where external_id = 'B0000001'")
    assert (listed["household_id"], listed["percentile"], listed["desil"], listed["row_no"]) == (home["id"], 2, 1, 2)
    assert orjson.loads(house.make.vault.open("source.raw", listed["id"], listed["raw"]))["Lantai"] == "6"
    programmes = await house.owner.fetch("select distinct programme, member_id from household_programmes")
    assert [tuple(row) for row in programmes] == [("pkh", None)]


@pytest.mark.parametrize(
    ("name", "place"), [("RT 3 RW 12", ("003", "012")), ("03/05", ("003", "005")), ("RT 03", None), ("KRAJAN", None)]
)
async def test_rt_and_rw_are_null_where_the_name_of_the_sls_does_not_say_both(
    house: House, wanted: Settings, name: str, place: tuple[str, str] | None
) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), bdt_households(1)
    rows[0] |= {"Nama_SLS": name, "KDKEC": "20", "percentile": "100"}

    done = await take(
        house, wanted, dewi, campaign, write(rows, columns=HOUSEHOLD_COLUMNS).encode(), members_file=pair(1)[1]
    )

    assert done["by_code"] == {}
    home = await house.owner.fetchrow("select rt, rw from households")
    assert tuple(home) == (place or (None, None))
    assert await house.owner.fetchval("select desil from household_sources where member_id is null") == 10


LISTED = {
    "Lantai": ("1", "06", "10"),
    "Kondisi_atap": ("2",),
    "Sumber_airminum": ("12", "01"),
    "ada_mobil": ("2",),
    "ada_motor": ("3",),
    "buang_tinja": ("6",),
}
NOT_LISTED = {
    "Lantai": ("0", "11", "006", "A"),
    "Kondisi_atap": ("3", "02"),
    "Sumber_airminum": ("13", "-1"),
    "ada_mobil": ("3",),
    "ada_motor": ("1",),
    "buang_tinja": ("7",),
}
PEOPLE_LISTED = {
    "Jenis_cacat": ("00", "0", "7", "12"),
    "Penyakit_kronis": ("0", "9"),
    "Pendidikan_tertinggi": ("1", "08"),
    "Ada_kartu_identitas": ("0", "5", "15"),
    "Sta_keberadaan_art": ("6",),
    "Lapangan_usaha": ("21",),
}
PEOPLE_NOT_LISTED = {
    "Jenis_cacat": ("13", "000"),
    "Penyakit_kronis": ("10",),
    "Pendidikan_tertinggi": ("0", "11"),
    "Ada_kartu_identitas": ("16",),
    "Sta_keberadaan_art": ("0", "7"),
    "Lapangan_usaha": ("22",),
}


async def test_every_coded_column_is_held_against_its_official_list(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    rows, people = bdt_households(16), bdt_members(16)
    expected = set()
    for column in LISTED:
        for row, cell in enumerate((*LISTED[column], *NOT_LISTED[column])):
            rows[row][column] = cell
            if row >= len(LISTED[column]):
                expected.add(("file", row + 2, column, "code_unknown"))
    for column in PEOPLE_LISTED:
        for row, cell in enumerate((*PEOPLE_LISTED[column], *PEOPLE_NOT_LISTED[column])):
            people[row][column] = cell
            if row >= len(PEOPLE_LISTED[column]):
                expected.add(("members_file", row + 2, column, "code_unknown"))

    done = await take(
        house,
        wanted,
        dewi,
        campaign,
        write(rows, columns=HOUSEHOLD_COLUMNS).encode(),
        members_file=write(people, columns=MEMBER_COLUMNS).encode(),
    )

    assert await all_findings_by_file(house, dewi, done["id"]) == expected
    assert (done["rejected"], done["warnings"], done["households"]) == (0, len(expected), 16)


def test_every_list_of_bdt_is_used_and_only_columns_of_the_layout_are_coded() -> None:
    of_bdt = {name for name in CODE_LISTS if name.startswith("bdt_") or name.endswith("_bdt")}

    assert set(HOUSEHOLD_LISTS.values()) | set(PERSON_LISTS.values()) | {"bdt_kartu_identitas"} == of_bdt
    assert set(DTKS_BDT.coded) <= {*DTKS_BDT.columns, *DTKS_BDT.also}
    assert set(MEMBERS.coded) <= {*MEMBERS.columns, *MEMBERS.also}


@pytest.mark.parametrize("kind", [",", ";", "xlsx"])
async def test_all_planted_dirt_of_both_files_is_found_and_nothing_else(
    house: House, wanted: Settings, kind: str
) -> None:
    dewi, campaign, dirty = await house.make.dewi(), await house.make.campaign(), dirty_pair()
    planted = dirty.planted
    if kind == "xlsx":  # a row that lacks its last cells is a row whose last cells are empty
        households = write_workbook(dirty.households, HOUSEHOLD_COLUMNS)
        members = write_workbook(dirty.members, MEMBER_COLUMNS)
        planted = {found for found in planted if found[::3] != ("members_file", "wrong_number_of_columns")}
    else:
        households, members = dirty.texts(kind)

    dry = await take(house, wanted, dewi, campaign, households, members_file=members, dry_run=True)
    assert [await count(house, table) for table in ("households", "members", "assignments", "staged_people")] == [0] * 4
    done = await take(house, wanted, dewi, campaign, households, members_file=members)

    assert await all_findings_by_file(house, dewi, done["id"]) == planted
    kinds = {code for *_, code in planted}
    assert done["by_code"] == {code: sum(found[3] == code for found in planted) for code in kinds}
    assert done["rows"] == len(dirty.households) + len(dirty.members) == done["accepted"] + done["rejected"]
    assert await count(house, "households") == await count(house, "assignments") == done["households"]
    assert await count(house, "members") == done["accepted"] - done["households"]
    counted = ("rows", "accepted", "rejected", "warnings", "by_code", "households")
    assert [dry[name] for name in counted] == [done[name] for name in counted]
    client, path = await house.as_(dewi), f"/v1/imports/{done['id']}/findings"
    sheet = list(csv.DictReader(io.StringIO((await client.get(f"{path}.csv")).text)))
    assert {(row["file"], int(row["row"]), row["column"], row["code"]) for row in sheet} == planted
    first = (await client.get(f"{path}?file=file&limit=1000")).json()["items"]
    assert len(first) == sum(found[0] == "file" for found in planted)


async def test_the_same_files_twice_add_nothing_and_a_later_one_overwrites_nothing(
    house: House, wanted: Settings
) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(4)
    await take(house, wanted, dewi, campaign, households, members_file=members)
    await house.owner.execute("update households set head_name = 'SEEN', rt = '009'")
    await house.owner.execute("update members set name = 'SEEN', whereabouts = 'moved', family_no = 1")
    await house.owner.execute("delete from families where no = 2")
    before = [await count(house, table) for table in TABLES]

    again = await take(house, wanted, dewi, campaign, households, members_file=members)
    assert (again["households"], [await count(house, table) for table in TABLES]) == (0, before)
    rows, people = bdt_households(4), bdt_members(4)
    rows[0] |= {"Nama_KRT": "OTHER", "Alamat": "JL. LAIN", "percentile": "99"}
    people.append(people[0] | {"IDARTBDT": "A9999999", "NIK": nik(900), "Nama": "NEW", "NUK": "2", "NoKK": no_kk(900)})
    later = await take(
        house,
        wanted,
        dewi,
        campaign,
        write(rows, columns=HOUSEHOLD_COLUMNS).encode(),
        members_file=write(people, columns=MEMBER_COLUMNS).encode(),
    )

    assert later["households"] == 0
    assert {row["head_name"] for row in await house.owner.fetch("select head_name from households")} == {"SEEN"}
    names = await house.owner.fetch("select name, family_no from members order by name, family_no")
    assert [tuple(row) for row in names] == [("NEW", 2), *[("SEEN", 1)] * 12]
    assert await house.owner.fetchval("select count(*) from families where no = 2") == 1
    assert await house.owner.fetchval("select desil from household_sources where external_id = 'B0000001'") == 10


async def test_a_household_that_another_list_brought_is_known_by_a_card(house: House, wanted: Settings) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(1)
    known = await house.make.household(region_code="35.73.04.1007", nik=nik(3), no_kk=no_kk(2), members=1)

    done = await take(house, wanted, dewi, campaign, households, members_file=members)

    assert (done["households"], await count(house, "members")) == (0, 3)
    cards = await house.owner.fetch("select household_id, no from families order by no")
    assert [tuple(row) for row in cards] == [(known, 1), (known, 2)]
    families = await house.owner.fetch("select family_no from members order by family_no")
    assert [row["family_no"] for row in families] == [1, 2, 2]


async def test_a_new_person_on_a_known_card_joins_that_family(house: House, wanted: Settings) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(1)
    await take(house, wanted, dewi, campaign, households, members_file=members)
    people = bdt_members(1)
    people.append(people[0] | {"IDARTBDT": "A9999999", "NIK": nik(900), "Nama": "NEW", "NUK": "2"})

    later = await take(
        house, wanted, dewi, campaign, households, members_file=write(people, columns=MEMBER_COLUMNS).encode()
    )

    assert (later["status"], later["households"], await count(house, "families")) == ("done", 0, 2)
    assert await house.owner.fetchval("select family_no from members where name = 'NEW'") == 1


async def test_a_family_has_the_first_card_of_its_people(house: House, wanted: Settings) -> None:
    dewi, campaign, people = await house.make.dewi(), await house.make.campaign(), bdt_members(1)
    people[0]["NoKK"] = ""

    done = await take(
        house, wanted, dewi, campaign, pair(1)[0], members_file=write(people, columns=MEMBER_COLUMNS).encode()
    )

    assert done["by_code"] == {"no_kk_empty": 1}
    card = await house.owner.fetchrow("select id, no_kk from families where no = 1")
    assert house.make.vault.open("family.no_kk", card["id"], card["no_kk"]) == no_kk(1)


async def test_a_killed_worker_is_followed_by_another(house: House, wanted: Settings) -> None:
    dewi, campaign, (households, members) = await house.make.dewi(), await house.make.campaign(), pair(1200)
    sent = await send(house, dewi, campaign, households, members_file=members)
    client, path = await house.as_(dewi), sent.headers["Location"]
    environment = os.environ | {
        "SAMBANG_ENV": "test",
        "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, env=environment)
    async with asyncio.timeout(30):
        while (await client.get(path)).json()["rows"] <= 1200:  # noqa: ASYNC110  # it is in the second file
            await asyncio.sleep(0.02)
    worker.kill()
    await worker.wait()

    done = await work_until_done(house, wanted, dewi, path)

    assert (done["status"], done["rows"], done["accepted"], done["households"]) == ("done", 4800, 4800, 1200)
    assert await count(house, "families") == 2400
    assert await count(house, "members") == 3600
