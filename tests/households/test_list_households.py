"""`GET /v1/households`."""

from typing import Any
from uuid import UUID

import pytest

from tests.support.house import House
from tests.support.make import Team


async def _village(house: House) -> tuple[UUID, Team, dict[str, UUID]]:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    make = house.make
    made = {
        "siti": await make.household(external_id="D1"),
        "budi": await make.household(rt="004", region_code="35.73.04.1006"),
        "nobody": await make.household(rw="006", region_code="35.73.03.1001"),
    }
    await make.assignment(campaign, made["siti"], team.siti)
    await make.assignment(campaign, made["budi"], team.budi, status="submitted")
    await make.assignment(campaign, made["nobody"])
    await house.owner.execute(
        "update assignments set verdict_stage = 'proposed', eligibility = 'eligible' where household_id = $1",
        made["budi"],
    )
    await house.owner.execute("update household_sources set desil = 2 where household_id = $1", made["siti"])
    return campaign, team, made


async def test_unknown_filters_and_bad_cursors_are_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for query in ("nik=1", "desil_max=11", "rt=3", "region_code=3573", "cursor=x", "enumerator_id=1", "source=bps"):
        answer = await dewi.get(f"/v1/households?{query}")
        assert answer.status_code == 422, query


async def test_each_role_lists_its_own_rows(house: House) -> None:
    _, team, made = await _village(house)
    wanted = {
        team.siti: {"siti"},
        team.budi: {"budi"},
        team.ratna: {"siti", "budi"},
        await house.make.dewi(): set(made),
    }

    for person, names in wanted.items():
        items = (await (await house.as_(person)).get("/v1/households")).json()["items"]
        assert {item["id"] for item in items} == {str(made[name]) for name in names}
    assert (await (await house.as_(await house.make.arif())).get("/v1/households")).status_code == 403


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("region_code=35.73.04", {"siti", "budi"}),
        ("region_code=35.73.04.1005", {"siti"}),
        ("region_code=35.73", {"siti", "budi", "nobody"}),
        ("rw=005&rt=003", {"siti"}),
        ("rw=006", {"nobody"}),
        ("source=dtks&desil_max=2", {"siti"}),
        ("source=p3ke", set()),
        ("desil_max=1", set()),
        ("external_id=D1-1", {"siti"}),
        ("assignment_status=unassigned", {"nobody"}),
        ("verdict_stage=proposed&eligibility=eligible", {"budi"}),
        ("verdict_stage=decided", set()),
    ],
)
async def test_filters_narrow_the_list(house: House, query: str, names: set[str]) -> None:
    campaign, _, made = await _village(house)
    dewi = await house.as_(await house.make.dewi())

    for scope in ("", f"&campaign_id={campaign}"):
        items = (await dewi.get(f"/v1/households?{query}{scope}")).json()["items"]
        assert {item["id"] for item in items} == {str(made[name]) for name in names}


async def test_holder_team_and_campaign_narrow_the_list(house: House) -> None:
    campaign, team, made = await _village(house)
    later = await house.make.campaign(code="malang-2023")
    dewi = await house.as_(await house.make.dewi())

    async def listed(query: str) -> set[str]:
        items: list[dict[str, Any]] = (await dewi.get(f"/v1/households?{query}")).json()["items"]
        return {item["id"] for item in items}

    assert await listed(f"enumerator_id={team.siti.id}") == {str(made["siti"])}
    assert await listed(f"team_id={team.id}&campaign_id={campaign}") == {str(made["siti"]), str(made["budi"])}
    assert await listed(f"campaign_id={later}") == set()


async def test_pages_hold_every_household_once_and_each_page_is_one_disclosure(house: House) -> None:
    for number in range(5):
        await house.make.household(head=f"Slamet {number}")
    dewi = await house.as_(await house.make.dewi())

    found, query = [], "limit=2"
    while query:
        answer = await dewi.get(f"/v1/households?{query}")
        found += [item["id"] for item in answer.json()["items"]]
        query = f"limit=2&cursor={answer.json()['next']}" if answer.json()["next"] else ""
        assert ("Link" in answer.headers) == bool(query)

    assert len(found) == len(set(found)) == 5
    looks = await house.owner.fetch("select household_ids from disclosures order by seq")
    assert [len(look["household_ids"]) for look in looks] == [2, 2, 1]


async def test_a_state_is_asked_of_the_latest_campaign_unless_another_is_named(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    first, second = await house.make.campaign(), await house.make.campaign(code="malang-2023")
    await house.owner.execute(
        "update campaigns set starts_on = '2023-11-01', ends_on = '2023-12-20' where id = $1", second
    )
    again, once = await house.make.household(), await house.make.household()
    for campaign, household, status in (
        (second, again, "open"),
        (first, again, "cancelled"),
        (first, once, "cancelled"),
    ):
        await house.make.assignment(campaign, household, status=status)

    async def listed(query: str) -> set[str]:
        answer = await dewi.get(f"/v1/households?{query}")
        return {item["id"] for item in answer.json()["items"]}

    assert await listed("assignment_status=cancelled") == {str(once)}
    assert await listed("assignment_status=open") == {str(again)}
    assert await listed(f"assignment_status=cancelled&campaign_id={first}") == {str(again), str(once)}
