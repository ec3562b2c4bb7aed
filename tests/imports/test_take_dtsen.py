"""DTSEN: ranks what the registry has; its numbers are its ids, and never stand in the open."""

import pytest

from api.core.settings import Settings
from api.imports.layouts.dtsen import DTSEN
from tests.imports.sending import all_findings, count, send, take
from tests.support.bdt import dtsen_rows
from tests.support.dirt import clean_rows, dirty_file, nik, no_kk, write
from tests.support.house import House
from tests.support.workbooks import write_workbook

MADE = ("households", "families", "members", "assignments")


def file_of(families: int) -> bytes:
    rows = dtsen_rows(families)
    return write(rows, columns=list(rows[0])).encode()


async def test_a_list_without_doors_makes_no_households(house: House) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=("dtks", "dtsen"))

    answer = await send(house, dewi, campaign, file_of(1), create_households=True, desil_max=1)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/create_households")


async def test_it_ranks_known_households_and_names_their_people(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=("dtks", "dtsen"))
    await take(house, wanted, dewi, campaign, write(clean_rows(2)).encode())
    before = [await count(house, table) for table in MADE]

    done = await take(house, wanted, dewi, campaign, file_of(3))
    named = await house.owner.fetch("select * from household_sources where source = 'dtsen' order by desil")
    again = await take(house, wanted, dewi, campaign, file_of(3))

    assert (done["layout"], done["rows"], done["accepted"]) == ("dtsen", 9, 9)
    assert done["by_code"] == again["by_code"] == {"household_unknown": 3}
    assert [await count(house, table) for table in MADE] == before
    assert (
        len(named) == await house.owner.fetchval("select count(*) from household_sources where source = 'dtsen'") == 8
    )
    assert [(row["desil"], row["member_id"]) for row in named[:2]] == [(2, None), (3, None)]
    open_ids = {row["external_id"] for row in named}
    assert not open_ids & {number(family) for number in (nik, no_kk) for family in range(1, 10)}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_all_planted_dirt_is_found_and_nothing_else(house: House, wanted: Settings, kind: str) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=("dtks", "dtsen"))
    dirty = dirty_file(layout=DTSEN, make=dtsen_rows)
    file = dirty.text.encode() if kind == "csv" else write_workbook(dirty.rows, dirty.columns)
    planted = dirty.planted
    if kind == "xlsx":  # a row that lacks its last cell is a row whose last cell is empty
        planted = planted - {min(found for found in planted if found[2] == "wrong_number_of_columns")}

    done = await take(house, wanted, dewi, campaign, file)

    found = await all_findings(house, dewi, done["id"])
    assert {finding for finding in found if finding[2] != "household_unknown"} == planted
    assert done["by_code"].pop("household_unknown") == done["accepted"]
    assert sum(done["by_code"].values()) == len(planted)
