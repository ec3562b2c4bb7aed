"""`POST /v1/households/search`."""

from typing import Any

import pytest

from tests.support.house import House

NIK, NO_KK = "3573041203850001", "3573040101150002"
URL = "/v1/households/search"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"nik": NIK, "no_kk": NO_KK},
        {"nik": NIK, "region_code": "35.73.04.1005"},
        {"nik": NIK, "born_on": "1985-03-12"},
        {"member_name": "Slamet"},
        {"born_on": "1985-03-12"},
        {"region_code": "35.73.04"},
        {"nik": "3573"},
        {"member_name": "  ", "born_on": "1985-03-12"},
        {"member_name": "a\u0000b", "born_on": "1985-03-12"},
    ],
)
async def test_anything_but_one_whole_way_is_refused(house: House, body: dict[str, Any]) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post(URL, json=body)

    assert answer.status_code == 422
    assert NIK not in answer.text


async def test_roles_without_households_may_not_search(house: House) -> None:
    for person in (await house.make.arif(), await house.make.observer()):
        assert (await (await house.as_(person)).post(URL, json={"nik": NIK})).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"nik": NIK},
        {"nik": " 3573.0412.0385-0001"},
        {"no_kk": NO_KK},
        {"member_name": "SLAMET", "born_on": "1985-03-12"},
        {"member_name": "Slamet", "born_on": "1985-03-12", "region_code": "35.73.04"},
    ],
)
async def test_bappeda_and_the_own_coordinator_find_the_household(house: House, body: dict[str, Any]) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    household = await house.make.household(nik=NIK, no_kk=NO_KK)
    await house.make.household(head="Wagiman", nik="3573041203850002")
    await house.make.assignment(campaign, household, team.siti)

    for person, wanted in ((await house.make.dewi(), 1), (team.ratna, 1), (other.ratna, 0)):
        answer = await (await house.as_(person)).post(URL, json=body)
        assert [item["id"] for item in answer.json()["items"]] == [str(household)] * wanted
        assert answer.json()["next"] is None
        assert NIK not in answer.text
    assert await house.owner.fetchval("select count(*) from disclosures") == 2


async def test_a_region_elsewhere_finds_nobody(house: House) -> None:
    await house.make.household()
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post(URL, json={"member_name": "Slamet", "born_on": "1985-03-12", "region_code": "35.73.03"})

    assert answer.json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "score"),
    [({"nik": NIK}, 100), ({"no_kk": NO_KK}, 95), ({"member_name": "siti aminah", "born_on": "1985-03-12"}, 80)],
)
async def test_an_enumerator_learns_that_somebody_is_listed_never_who(
    house: House, body: dict[str, Any], score: int
) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    household = await house.make.household(head="Siti Aminah", nik=NIK, no_kk=NO_KK)
    await house.make.assignment(campaign, household, other.siti)

    answer = await (await house.as_(team.siti)).post(URL, json=body)

    assert answer.json()["items"] == [
        {
            "score": score,
            "region_code": "35.73.04.1005",
            "rw": "005",
            "rt": "003",
            "head": "S***** A*****",
            "team_id": str(other.id),
        }
    ]
    look = await house.owner.fetchrow("select * from disclosures")
    assert (look["actor_id"], look["household_ids"]) == (team.siti.id, [household])
