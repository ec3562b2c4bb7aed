"""A city's list of people: accounts, teams and memberships at once; what is wrong is named, nobody is moved."""

from typing import Any

import pytest

from api.access.roles import Role
from api.core.settings import Settings
from tests.imports.sending import all_findings, count, send, take
from tests.support.dirt import Row
from tests.support.house import House
from tests.support.make import Person
from tests.support.people import COLUMNS, file_of_people, people
from tests.support.workbooks import write_workbook

TABLES = ("principals", "staff", "teams", "team_members", "audit_events")


def row(name: str, role: str = "Pencacah", team: str = "Tim 01", username: str = "", district: str = "") -> Row:
    return dict(zip(COLUMNS, (name, role, team, username, district), strict=True))


async def counts(house: House) -> list[int]:
    return [await count(house, table) for table in TABLES[:-1]]


async def named(house: House, person: Person, import_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    url, path = f"/v1/imports/{import_id}/people?limit=100", f"/v1/imports/{import_id}/people?limit=100"
    while url:
        answer = (await (await house.as_(person)).get(url)).json()
        found += answer["items"]
        url = f"{path}&cursor={answer['next']}" if answer["next"] else ""
    return found


async def test_a_list_of_people_is_one_file_with_three_columns_and_makes_no_households(house: House) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    file = file_of_people(people(1))

    lacking = await send(house, dewi, campaign, file.replace(b"Peran", b"Pangkat"))
    second = await send(house, dewi, campaign, file, members_file=file)
    creating = await send(house, dewi, campaign, file, create_households=True, desil_max=1)

    assert (lacking.json()["code"], lacking.json()["layout"]) == ("unknown_layout", "staff")
    assert lacking.json()["missing_columns"] == ["Peran"]
    for refused, pointer in ((second, "/members_file"), (creating, "/create_households")):
        error = refused.json()["errors"][0]
        assert (refused.status_code, error["pointer"], error["code"]) == (422, pointer, "not_for_this_layout")
    assert await count(house, "imports") == 0


@pytest.mark.parametrize("kind", [";", "xlsx"])
async def test_a_list_becomes_accounts_teams_and_memberships(house: House, wanted: Settings, kind: str) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(status="preparation", sources=())
    rows = people()
    file = write_workbook(rows, COLUMNS, header_row=5) if kind == "xlsx" else file_of_people(rows, kind)

    dry = await take(house, wanted, dewi, campaign, file, dry_run=True)
    assert await counts(house) == [1, 1, 0, 0]
    told = await named(house, dewi, dry["id"])
    done = await take(house, wanted, dewi, campaign, file)

    for taken in (dry, done):
        assert (taken["layout"], taken["status"], taken["by_code"]) == ("staff", "done", {})
        assert (taken["rows"], taken["accepted"], taken["accounts"], taken["teams"]) == (144, 144, 144, 18)
    assert await counts(house) == [145, 145, 18, 126]
    present = await named(house, dewi, done["id"])
    first = 6 if kind == "xlsx" else 2
    assert [person["row"] for person in present] == list(range(first, first + 144))
    assert [(person["row"], person["username"], person["team"], person["added"]) for person in told] == [
        (person["row"], person["username"], person["team"], person["added"]) for person in present
    ]
    assert {(person["staff_id"], person["name"]) for person in told} == {(None, None)}
    client = await house.as_(dewi)
    siti = (await client.get(f"/v1/staff/{present[1]['staff_id']}")).json()
    assert (siti["username"], siti["name"], siti["role"]) == (
        "siti.dewae.dewae",
        "Siti Dewae Dewae, S.Sos",
        "enumerator",
    )
    teams = (await client.get(f"/v1/teams?campaign_id={campaign}")).json()["items"]
    assert [(team["name"], team["district_code"], len(team["members"])) for team in teams[:2]] == [
        ("Tim 01", "35.73.03", 7),
        ("Tim 02", "35.73.04", 7),
    ]
    assert (teams[0]["coordinator_id"], teams[0]["id"]) == (present[0]["staff_id"], siti["team_id"])
    seated = "select count(*) from principals p join staff s on s.id = p.id where p.team_id is not null"
    assert await house.owner.fetchval(seated) == 144
    deeds = await house.owner.fetch("select action, actor_id, count(*) as n from audit_events group by 1, 2")
    assert {(deed["action"], deed["n"]) for deed in deeds if deed["actor_id"] == dewi.id} == {
        ("import.received", 2),
        ("import.finished", 2),
        ("staff.added", 144),
        ("team.created", 18),
        ("team.member_added", 126),
    }
    assert {deed["actor_id"] for deed in deeds} == {dewi.id}


async def test_the_same_list_twice_adds_nothing_and_a_longer_one_adds_who_is_new(
    house: House, wanted: Settings
) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), people(2, 3)
    await take(house, wanted, dewi, campaign, file_of_people(rows))
    before = await counts(house)

    again = await take(house, wanted, dewi, campaign, file_of_people(rows[::-1]))
    assert (again["accepted"], again["accounts"], again["teams"], again["by_code"]) == (8, 0, 0, {})
    assert await counts(house) == before
    later = await take(house, wanted, dewi, campaign, file_of_people([*rows, row("Budi", team="TIM 01")]))

    assert (later["accepted"], later["accounts"], later["teams"]) == (9, 1, 0)
    team = await house.owner.fetchrow("select revision, name from teams order by id limit 1")
    assert tuple(team) == (2, "Tim 01")
    assert [person["added"] for person in await named(house, dewi, later["id"])] == [False] * 8 + [True]


async def test_two_of_one_name_get_two_usernames_and_a_mended_row_renames_nobody(
    house: House, wanted: Settings
) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    rows = [
        row("Ratna", "Koordinator"),
        row("Agus", "PML", "Tim 02"),
        row("Siti", "?"),
        row("Siti", "PPL", "Tim 02"),
        row("SITI", "PPL", "tim 02"),
        row("Lina", "PPL", "Tim 02", "siti3"),
    ]

    done = await take(house, wanted, dewi, campaign, file_of_people(rows))
    assert await all_findings(house, dewi, done["id"]) == {
        (4, "Peran", "role_unknown"),
        (5, "Nama", "username_numbered"),
        (6, "Nama", "person_repeated"),
    }
    assert (done["warnings"], done["rejected"]) == (1, 2)
    rows[2], rows[4] = row("Siti"), row("Siti", "PPL", "Tim 03")
    rows.append(row("Joko", "Koordinator", "Tim 03"))
    mended = await take(house, wanted, dewi, campaign, file_of_people(rows))

    assert (mended["accounts"], mended["rejected"]) == (3, 0)
    found = {person["row"]: (person["username"], person["added"]) for person in await named(house, dewi, mended["id"])}
    assert (found[4], found[5], found[6]) == (("siti", True), ("siti2", False), ("siti4", True))


async def test_every_fault_of_a_row_is_named_and_the_others_go_on(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    planted = [
        (row("  "), "Nama", "name_missing"),
        (row("x" * 121), "Nama", "name_too_long"),
        (row("Li"), "Nama", "username_unmade"),
        (row("李明"), "Nama", "username_unmade"),
        (row("Lina", "Camat"), "Peran", "role_unknown"),
        (row("Lina", team=""), "Tim", "team_missing"),
        (row("Lina", team="T" * 81), "Tim", "team_too_long"),
        (row("Lina", team="Tim 99"), "Tim", "team_without_coordinator"),
        (row("Lina A", "Koordinator"), "Tim", "team_has_coordinator"),
        (row("Lina B", username="Lina"), "Username", "username_invalid"),
        (row("Lina C", username="siti"), "Username", "username_repeated"),
        (row("Lina D", district="Blimbin"), "Kecamatan", "district_unknown"),
        (row("Lina E", district="35.73.04"), "Kecamatan", "district_differs"),
    ]
    good = [row("Ratna", "Pengawas", district="Kedungkandang"), row("Siti", username="siti", district="35.73.03")]
    clean = [row(f"Budi {letter}") for letter in "abcdefgh"]
    file = file_of_people([*good, *[spoilt for spoilt, _, _ in planted], *clean, ["too", "short"]])

    done = await take(house, wanted, dewi, campaign, file)

    expected = {(number, column, code) for number, (_, column, code) in enumerate(planted, 4)}
    last = len(good) + len(planted) + len(clean) + 1
    expected |= {(last - 1, "Tim", "team_over_span"), (last, "Tim", "team_over_span")}
    expected |= {(last + 1, "", "wrong_number_of_columns")}
    # the second without a team is the same person twice only where the team is the same
    expected |= {(9, "Nama", "username_numbered"), (10, "Nama", "username_numbered"), (11, "Nama", "username_numbered")}
    assert await all_findings(house, dewi, done["id"]) == expected
    assert (done["rows"], done["accepted"], done["accounts"], done["teams"]) == (last, 8, 8, 1)
    assert await counts(house) == [9, 9, 1, 7]


async def test_what_the_city_has_is_neither_changed_nor_moved(house: House, wanted: Settings) -> None:
    dewi = await house.make.dewi()
    other = await house.make.campaign(code="surabaya-2022")
    busy = await house.make.team(other, names=("Wati", "Tono", "Rini"))
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    await house.make.person("Joko", Role.OBSERVER)
    gone = await house.make.person("Lina", Role.ENUMERATOR)
    await house.owner.execute("update principals set active = false where id = $1", gone.id)
    rows = [
        row("Agus", "Koordinator", "Tim 02"),
        row("Siti", team="Tim 02"),
        row("Ratna", "Koordinator", "Tim 02"),
        row("Dewi Lestari", username="dewi"),
        row("Joko", team="Tim 02"),
        row("Lina", team="Tim 02"),
        row("Tono", team="Tim 02"),
        row("Budi", team="Tim Ratna", district="Sukun"),
        row("Tari", team="tim ratna"),
        row("Yuli", team="Tim Ratna", district="Kedungkandang"),
        row("Hadi", "Koordinator", "Tim Ratna"),
    ]

    done = await take(house, wanted, dewi, campaign, file_of_people(rows))

    assert await all_findings(house, dewi, done["id"]) == {
        (3, "Tim", "in_another_team"),
        (4, "Tim", "in_another_team"),
        (5, "Username", "username_of_another"),
        (6, "Peran", "role_differs"),
        (7, "Nama", "account_switched_off"),
        (8, "Nama", "busy_elsewhere"),
        (11, "Kecamatan", "district_differs"),
        (12, "Tim", "team_has_coordinator"),
    }
    assert (done["accounts"], done["teams"]) == (2, 1)
    placed = await house.owner.fetch(
        "select s.username, p.team_id from staff s join principals p on p.id = s.id where s.username = any($1)",
        ["siti", "tono", "tari", "dewi", "joko", "lina"],
    )
    assert {tuple(found) for found in placed} == {
        ("siti", team.id),
        ("tono", busy.id),
        ("tari", team.id),
        ("dewi", None),
        ("joko", None),
        ("lina", None),
    }
    members = await house.owner.fetchval("select count(*) from team_members where team_id = $1", team.id)
    assert members == 3


async def test_before_field_work_who_works_elsewhere_keeps_that_team_for_now(house: House, wanted: Settings) -> None:
    dewi, present = await house.make.dewi(), await house.make.team(await house.make.campaign())
    coming = await house.make.campaign(code="malang-2023", status="preparation")
    await house.owner.execute("update campaigns set starts_on = '2099-01-02' where id = $1", coming)

    done = await take(
        house, wanted, dewi, coming, file_of_people([row("Ratna", "Koordinator"), row("Siti"), row("Yuli")])
    )

    assert (done["accepted"], done["accounts"], done["teams"]) == (3, 1, 1)
    assert await house.owner.fetchval("select team_id from principals where id = $1", present.siti.id) == present.id
    days = await house.owner.fetch("select starts_on::text from team_members where campaign_id = $1", coming)
    assert [day["starts_on"] for day in days] == ["2099-01-02"] * 2
