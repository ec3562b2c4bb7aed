"""`/v1/teams`: one coordinator, at most `span` enumerators, one team of a campaign for each person at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.access.roles import Role
from api.core import clock
from tests.support.house import House
from tests.support.make import Person


async def make_team(client: httpx.AsyncClient, campaign: UUID, coordinator: Person, **more: Any) -> httpx.Response:
    body = {"campaign_id": str(campaign), "name": f"Tim {coordinator.name}", "coordinator_id": str(coordinator.id)}
    return await client.post("/v1/teams", json=body | more)


async def join(client: httpx.AsyncClient, team: UUID, who: Person, starts_on: str = "2022-11-02") -> httpx.Response:
    return await client.post(f"/v1/teams/{team}/members", json={"staff_id": str(who.id), "starts_on": starts_on})


async def team_of(house: House, who: Person) -> UUID | None:
    found: UUID | None = await house.owner.fetchval("select team_id from principals where id = $1", who.id)
    return found


async def test_only_bappeda_makes_and_changes_teams(house: House) -> None:
    team = await house.make.team(await house.make.campaign())

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        client = await house.as_(person)
        made = await make_team(client, team.campaign_id, team.ratna)
        joined = await join(client, team.id, team.siti)
        changed = await client.patch(f"/v1/teams/{team.id}", json={"name": "Baru"}, headers={"If-Match": "*"})
        assert [answer.status_code for answer in (made, joined, changed)] == [403, 403, 403], person.name


async def test_a_team_needs_a_campaign_a_district_and_a_coordinator_that_exist(house: House) -> None:
    campaign, dewi = await house.make.campaign(), await house.as_(await house.make.dewi())
    ratna, nobody = await house.make.person("Ratna", Role.COORDINATOR), Person(uuid4(), "Nobody", Role.COORDINATOR)

    answers = [
        await make_team(dewi, uuid4(), ratna),
        await make_team(dewi, campaign, nobody),
        await make_team(dewi, campaign, ratna, district_code="35.73.99"),
        await make_team(dewi, campaign, ratna, district_code="35.73.04.1005"),
        await make_team(dewi, campaign, ratna, name=""),
    ]

    assert [answer.json()["errors"][0]["pointer"] for answer in answers] == [
        "/campaign_id", "/coordinator_id", "/district_code", "/district_code", "/name",
    ]  # fmt: skip


async def test_an_enumerator_does_not_lead_and_a_coordinator_does_not_join(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    wati = await house.make.person("Wati", Role.COORDINATOR)

    led, joined = await make_team(dewi, team.campaign_id, team.siti), await join(dewi, team.id, wati)

    assert [(answer.status_code, answer.json()["code"]) for answer in (led, joined)] == [(409, "wrong_role")] * 2


async def test_names_and_coordinators_are_one_a_campaign(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    wati = await house.make.person("Wati", Role.COORDINATOR)

    same_name = await make_team(dewi, team.campaign_id, wati, name="Tim Ratna")
    same_person = await make_team(dewi, team.campaign_id, team.ratna, name="Tim Dua")

    assert (same_name.status_code, same_name.json()["code"]) == (409, "team_name_taken")
    assert (same_person.status_code, same_person.json()["code"]) == (409, "coordinator_taken")


async def test_a_closed_campaign_takes_no_team_and_no_member(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="closed"))
    dewi = await house.as_(await house.make.dewi())
    joko = await house.make.person("Joko", Role.ENUMERATOR)
    wati = await house.make.person("Wati", Role.COORDINATOR)

    for answer in (await make_team(dewi, team.campaign_id, wati), await join(dewi, team.id, joko)):
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_a_team_has_at_most_span_enumerators(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    for number in range(5):
        assert (await join(dewi, team.id, await house.make.person(f"E{number}", Role.ENUMERATOR))).status_code == 201

    eighth = await join(dewi, team.id, await house.make.person("Joko", Role.ENUMERATOR))

    assert (eighth.status_code, eighth.json()["code"]) == (409, "team_full")


@pytest.mark.parametrize("days", [-1, 1], ids=["before the present membership", "tomorrow"])
async def test_a_move_is_dated_between_the_present_membership_and_today(house: House, days: int) -> None:
    campaign = await house.make.campaign()
    first = await house.make.team(campaign)
    second = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    today = clock.working_day(clock.now())
    await house.owner.execute("update team_members set starts_on = $1", today)

    answer = await join(
        await house.as_(await house.make.dewi()), second.id, first.siti, (today + timedelta(days=days)).isoformat()
    )

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/starts_on")
    assert await team_of(house, first.siti) == first.id


async def test_who_is_a_member_does_not_join_again(house: House) -> None:
    team = await house.make.team(await house.make.campaign())

    answer = await join(await house.as_(await house.make.dewi()), team.id, team.siti)

    assert (answer.status_code, answer.json()["code"]) == (409, "already_member")


async def test_moving_ends_the_former_membership_and_changes_what_the_person_sees_without_a_logout(
    house: House,
) -> None:
    campaign = await house.make.campaign()
    first = await house.make.team(campaign)
    second = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    siti, dewi = await house.as_(first.siti), await house.as_(await house.make.dewi())

    moved = await join(dewi, second.id, first.siti, "2022-11-20")

    assert moved.status_code == 201
    left = (await dewi.get(f"/v1/teams/{first.id}")).json()
    assert [(member["name"], member["ends_on"]) for member in left["members"]] == [
        ("Siti", "2022-11-20"),
        ("Budi", None),
    ]
    assert [(member["name"], member["starts_on"]) for member in moved.json()["members"]][-1] == ("Siti", "2022-11-20")
    assert (left["revision"], moved.json()["revision"]) == (2, 2)
    assert await team_of(house, first.siti) == second.id
    assert (await siti.get("/v1/campaigns")).status_code == 200, "her old token still serves"


async def test_a_new_coordinator_sees_the_team_and_the_former_one_no_more(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    wati = await house.make.person("Wati", Role.COORDINATOR)
    change = {"name": "Tim Wati", "coordinator_id": str(wati.id)}

    blind = await dewi.patch(f"/v1/teams/{team.id}", json=change)
    stale = await dewi.patch(f"/v1/teams/{team.id}", json=change, headers={"If-Match": '"9"'})
    wrong = await dewi.patch(
        f"/v1/teams/{team.id}", json={"coordinator_id": str(team.siti.id)}, headers={"If-Match": '"1"'}
    )
    done = await dewi.patch(f"/v1/teams/{team.id}", json=change, headers={"If-Match": '"1"'})

    assert [answer.status_code for answer in (blind, stale, wrong, done)] == [428, 412, 409, 200]
    assert (done.json()["name"], done.json()["coordinator_id"]) == ("Tim Wati", str(wati.id))
    assert (await team_of(house, team.ratna), await team_of(house, wati)) == (None, team.id)


async def test_who_works_in_an_open_campaign_joins_another_only_while_that_is_prepared(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    wati = await house.make.person("Wati", Role.COORDINATOR)
    later = await house.make.campaign(status="preparation", code="malang-2023")
    beside = (await make_team(dewi, later, wati)).json()["id"]

    planned = await join(dewi, beside, team.siti)
    still = await team_of(house, team.siti)
    await house.owner.execute("update campaigns set status = 'fieldwork' where id = $1", later)
    refused = await join(dewi, beside, team.budi)

    assert (planned.status_code, still) == (201, team.id), "today's work is still in sight"
    assert (refused.status_code, refused.json()["code"]) == (409, "busy_elsewhere")


async def test_a_coordinator_reads_the_names_of_the_own_team_only(house: House) -> None:
    campaign = await house.make.campaign()
    first = await house.make.team(campaign)
    await house.make.team(campaign, names=("Wati", "Joko", "Tono"))

    teams = (await (await house.as_(first.ratna)).get(f"/v1/teams?campaign_id={campaign}")).json()["items"]

    assert [[member["name"] for member in team["members"]] for team in teams] == [["Siti", "Budi"], [None, None]]


async def test_an_unknown_team_is_not_found(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    joko = await house.make.person("Joko", Role.ENUMERATOR)

    assert (await dewi.get(f"/v1/teams/{uuid4()}")).status_code == 404
    assert (await join(dewi, uuid4(), joko)).status_code == 404
    assert (await dewi.get(f"/v1/teams?campaign_id={uuid4()}")).json() == {"items": [], "next": None}


async def test_teams_come_in_pages_and_unchanged_ones_are_not_sent_again(house: House) -> None:
    campaign = await house.make.campaign()
    first = await house.make.team(campaign)
    second = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    dewi = await house.as_(await house.make.dewi())

    one = (await dewi.get("/v1/teams?limit=1")).json()
    two = (await dewi.get(f"/v1/teams?limit=1&cursor={one['next']}")).json()

    assert [team["id"] for team in one["items"] + two["items"]] == [str(first.id), str(second.id)]
    known = (await dewi.get(f"/v1/teams/{first.id}")).headers["ETag"]
    assert (await dewi.get(f"/v1/teams/{first.id}", headers={"If-None-Match": known})).status_code == 304
