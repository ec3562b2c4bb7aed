"""P3KE: adds to households that a person's NIK names, and makes households only when asked to."""

from typing import Any
from uuid import UUID

import pytest

from api.core.settings import Settings
from api.imports.layouts.layout import Layout
from api.imports.layouts.p3ke import P3KE_FAMILY, P3KE_PERSON
from tests.imports.sending import all_findings, count, send, take
from tests.support.dirt import clean_rows, dirty_file, nik, write
from tests.support.house import House
from tests.support.p3ke import families, persons, write_p3ke

BOTH = ("dtks", "p3ke")
MADE = ("households", "families", "members", "assignments")


async def sources(house: House) -> list[tuple[Any, ...]]:
    found = await house.owner.fetch(
        "select external_id, desil, member_id is null from household_sources where source = 'p3ke' order by 1, 3"
    )
    return [tuple(row) for row in found]


async def listed(house: House, wanted: Settings, households: int = 2) -> tuple[Any, UUID]:
    """A campaign on both lists with DTKS households in it."""
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=BOTH)
    await take(house, wanted, dewi, campaign, write(clean_rows(households)).encode())
    return dewi, campaign


async def test_a_list_that_the_campaign_does_not_visit_is_refused(house: House) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()

    answer = await send(house, dewi, campaign, write_p3ke(families(1)))

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "source_not_in_campaign")


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"create_households": True}, "/desil_max", "missing"),
        ({"desil_max": 1}, "/create_households", "missing"),
        ({"create_households": True, "desil_max": 11}, "/desil_max", "less_than_equal"),
        (
            {"layout": "dtks_person", "create_households": True, "desil_max": 1},
            "/create_households",
            "not_for_this_layout",
        ),
    ],
)
async def test_who_is_visited_has_to_be_said(house: House, fields: dict[str, Any], pointer: str, code: str) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=BOTH)
    file = write(clean_rows(1)).encode() if "layout" in fields else write_p3ke(families(1))

    answer = await send(house, dewi, campaign, file, **fields)

    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]


async def test_the_layout_is_guessed_below_titles_and_shown(house: House) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=BOTH)

    guessed = [await send(house, dewi, campaign, write_p3ke(make(1))) for make in (families, persons)]
    wrong = await send(house, dewi, campaign, write_p3ke(families(1)), layout="p3ke_person")

    assert [answer.json()["layout"] for answer in guessed] == ["p3ke_family", "p3ke_person"]
    assert (wrong.status_code, wrong.json()["layout"]) == (422, "p3ke_person")
    assert "ID Individu" in wrong.json()["missing_columns"]


async def test_families_add_their_rank_to_known_households_and_nothing_else(house: House, wanted: Settings) -> None:
    dewi, campaign = await listed(house, wanted)
    before = [await count(house, table) for table in MADE]

    done = await take(house, wanted, dewi, campaign, write_p3ke(families(4)))

    assert (done["rows"], done["accepted"], done["households"]) == (4, 4, 0)
    assert done["by_code"] == {"household_unknown": 2}
    assert [await count(house, table) for table in MADE] == before
    assert await sources(house) == [("F0000001", 2, True), ("F0000002", 3, True)]


async def test_persons_are_named_in_their_household_and_not_doubled(house: House, wanted: Settings) -> None:
    dewi, campaign = await listed(house, wanted)
    before = [await count(house, table) for table in MADE]
    rows = persons(1)
    rows[2]["NIK"] = nik(900)  # P3KE knows somebody whom we do not

    done = await take(house, wanted, dewi, campaign, write_p3ke(rows))

    assert done["by_code"] == {}
    assert [await count(house, table) for table in MADE] == before
    named = [("F0000001", None, False), ("F0000001", 2, True), ("I0000002", None, False)]
    assert await sources(house) == named


async def test_a_rank_up_to_the_limit_makes_households_without_rt_and_rw(house: House, wanted: Settings) -> None:
    dewi, campaign = await listed(house, wanted, 1)
    fields = {"create_households": True, "desil_max": 2}

    dry = await take(house, wanted, dewi, campaign, write_p3ke(persons(8)), dry_run=True, **fields)
    done = await take(house, wanted, dewi, campaign, write_p3ke(persons(8)), **fields)

    # of families 1-8 with desil 2 3 4 1 2 3 4 1 the first is known, 4, 5 and 8 are made, 12 people are in nobody's list
    assert (done["households"], done["by_code"]) == (3, {"household_unknown": 12})
    assert [dry[name] for name in ("households", "by_code")] == [done[name] for name in ("households", "by_code")]
    assert [await count(house, table) for table in MADE] == [4, 4, 12, 4]
    made = await house.owner.fetchrow("select rt, rw, region_code from households where head_name = 'SLAMET 10'")
    assert tuple(made) == (None, None, "35.73.04.1007")


async def test_both_files_meet_in_one_household(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=BOTH)
    fields = {"create_households": True, "desil_max": 4}
    heads, people = families(3), persons(3)
    heads[0]["NIK"] = people[0]["NIK"] = ""  # a head without a number is known by name and birth date

    await take(house, wanted, dewi, campaign, write_p3ke(heads), **fields)
    await take(house, wanted, dewi, campaign, write_p3ke(people), **fields)
    counts = [await count(house, table) for table in (*MADE, "household_sources")]
    again = await take(house, wanted, dewi, campaign, write_p3ke(people), **fields)
    await take(house, wanted, dewi, campaign, write_p3ke(heads), **fields)

    assert counts == [3, 3, 9, 3, 12]
    assert again["households"] == 0
    assert [await count(house, table) for table in (*MADE, "household_sources")] == counts


async def test_the_same_file_twice_leaves_a_dtks_household_as_it_was(house: House, wanted: Settings) -> None:
    dewi, campaign = await listed(house, wanted)
    rows = persons(2)
    rows[2]["NIK"] = nik(900)
    for _ in range(2):
        await take(house, wanted, dewi, campaign, write_p3ke(rows), create_households=True, desil_max=4)

    assert [await count(house, table) for table in MADE] == [2, 2, 6, 2]


async def test_a_later_rank_replaces_the_earlier(house: House, wanted: Settings) -> None:
    dewi, campaign = await listed(house, wanted)
    for desil in (3, 1):
        await take(house, wanted, dewi, campaign, write_p3ke(families(1, [desil])))

    assert await sources(house) == [("F0000001", 1, True)]


@pytest.mark.parametrize(("layout", "make", "people"), [(P3KE_FAMILY, families, 1), (P3KE_PERSON, persons, 3)])
async def test_all_planted_dirt_of_p3ke_is_found_and_nothing_else(
    house: House, wanted: Settings, layout: Layout, make: Any, people: int
) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=BOTH)
    dirty = dirty_file(layout=layout, make=make, people=people)

    done = await take(house, wanted, dewi, campaign, dirty.text.encode(), create_households=True, desil_max=10)

    assert done["layout"] == layout.name
    assert await all_findings(house, dewi, done["id"]) == dirty.planted
    assert sum(done["by_code"].values()) == len(dirty.planted)
    assert await count(house, "members") == done["accepted"]
