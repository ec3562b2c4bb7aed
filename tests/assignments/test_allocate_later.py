"""A later import brings more households: only they are shared out, to whoever works in their RT if the load allows."""

from typing import Any
from uuid import UUID

from api.core.settings import Settings
from tests.imports.sending import take
from tests.support.dirt import clean_rows, write
from tests.support.house import House
from tests.visits.bodies import visit


async def state(house: House) -> dict[UUID, tuple[Any, ...]]:
    rows = await house.owner.fetch(
        "select a.household_id, a.status, a.holder_id, a.revision, h.region_code, h.rw, h.rt"
        " from assignments a join households h on h.id = a.household_id"
    )
    return {row["household_id"]: tuple(row)[1:] for row in rows}


async def test_what_has_begun_stays_and_newcomers_go_to_their_rts_enumerator(house: House, wanted: Settings) -> None:
    campaign = await house.make.campaign()
    team, dewi = await house.make.team(campaign), await house.make.dewi()
    as_dewi, url = await house.as_(dewi), f"/v1/campaigns/{campaign}/allocations"
    rows = clean_rows(66, people=1)
    await take(house, wanted, dewi, campaign, write(rows[:60]).encode())
    await as_dewi.post(url, json={})
    first = await house.owner.fetchrow("select id, holder_id from assignments order by id limit 1")
    holder = {team.siti.id: team.siti, team.budi.id: team.budi}[first["holder_id"]]
    came = await (await house.as_(holder)).post("/v1/visits", json=visit(first["id"], based_on=2))
    assert came.status_code == 201
    before = await state(house)

    later = await take(house, wanted, dewi, campaign, write(rows).encode())
    again = (await as_dewi.post(url, json={})).json()

    after = await state(house)
    assert (later["households"], again["households"], again["unallocated"]) == (6, 6, 0)
    assert {household: after[household] for household in before} == before, "nothing that somebody holds is moved"
    mates: dict[Any, set[Any]] = {}
    for status, who, _, *place in before.values():
        assert status != "unassigned"
        mates.setdefault(tuple(place), set()).add(who)
    for household in set(after) - set(before):
        status, who, _, *place = after[household]
        assert status == "open"
        assert who in mates[tuple(place)]
    assert again["per_enumerator"]["max"] <= 1.1 * again["per_enumerator"]["min"]


async def test_a_mate_whose_load_is_full_gets_none(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    make = house.make
    for rt, holder, households in (("001", team.siti, 20), ("002", team.budi, 10)):
        for _ in range(households):
            await make.assignment(campaign, await make.household(rt=rt, members=1), holder)
    newcomers = [await make.assignment(campaign, await make.household(rt="001", members=1)) for _ in range(10)]

    answer = await (await house.as_(await make.dewi())).post(f"/v1/campaigns/{campaign}/allocations", json={})

    assert answer.json()["per_enumerator"] == {"min": 20, "median": 20.0, "max": 20}
    holders = await house.owner.fetch("select distinct holder_id from assignments where id = any($1)", newcomers)
    assert [row["holder_id"] for row in holders] == [team.budi.id]


async def test_where_earlier_visits_found_the_rts_counts_more_than_their_numbers(house: House) -> None:
    campaign = await house.make.campaign()
    await house.make.team(campaign)
    make = house.make
    # RT 001 and 003 lie at one end of the kelurahan, 002 and 004 at the other
    for rt, latitude in (("001", -7.990), ("002", -7.999), ("003", -7.991), ("004", -7.998)):
        for _ in range(5):
            household = await make.household(rt=rt, members=1)
            await make.assignment(campaign, household)
            await house.owner.execute(
                "update households set latitude = $2, longitude = 112.61 where id = $1", household, latitude
            )

    await (await house.as_(await make.dewi())).post(f"/v1/campaigns/{campaign}/allocations", json={})

    together = await house.owner.fetch(
        "select array_agg(distinct h.rt order by h.rt) as rts from assignments a join households h"
        " on h.id = a.household_id group by a.holder_id order by 1"
    )
    assert [row["rts"] for row in together] == [["001", "003"], ["002", "004"]]
