"""`POST /v1/teams/{id}/departures`: an enumerator leaves without joining another team."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from api.core import clock
from tests.assignments.test_reassign_assignments import URL
from tests.campaigns.test_teams import join, team_of
from tests.support.house import House
from tests.support.make import Person


async def leave(client: httpx.AsyncClient, team: UUID, who: Person, ends_on: str = "2022-11-20") -> httpx.Response:
    return await client.post(f"/v1/teams/{team}/departures", json={"staff_id": str(who.id), "ends_on": ends_on})


async def test_only_bappeda_lets_somebody_leave(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    wati = (await house.make.team(campaign, names=("Wati", "Joko", "Tono"))).ratna

    for person in (team.ratna, wati, team.siti, await house.make.arif(), await house.make.observer()):
        answer = await leave(await house.as_(person), team.id, team.siti)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    assert await team_of(house, team.siti) == team.id


async def test_only_a_present_member_leaves(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    dewi = await house.as_(await house.make.dewi())

    for who in (other.siti, team.ratna, Person(uuid4(), "Nobody", team.siti.role)):
        answer = await leave(dewi, team.id, who)
        error = answer.json()["errors"][0]
        assert (answer.status_code, error["pointer"], error["code"]) == (422, "/staff_id", "not_a_member")
    assert (await leave(dewi, uuid4(), team.siti)).status_code == 404


@pytest.mark.parametrize(("days", "code"), [(-1, "before_membership"), (1, "in_future")])
async def test_a_departure_is_dated_between_the_beginning_and_today(house: House, days: int, code: str) -> None:
    team = await house.make.team(await house.make.campaign())
    today = clock.working_day(clock.now())
    await house.owner.execute("update team_members set starts_on = $1", today)

    answer = await leave(
        await house.as_(await house.make.dewi()), team.id, team.siti, (today + timedelta(days)).isoformat()
    )

    error = answer.json()["errors"][0]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "/ends_on", code)


async def test_a_closed_campaign_lets_nobody_leave(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="closed"))

    answer = await leave(await house.as_(await house.make.dewi()), team.id, team.siti)

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("status", ["open", "downloaded", "returned"])
async def test_nobody_leaves_with_open_work(house: House, status: str) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    await house.make.assignment(campaign, await house.make.household(), team.siti, status=status)

    answer = await leave(await house.as_(await house.make.dewi()), team.id, team.siti)

    assert (answer.status_code, answer.json()["code"], answer.json()["assignments"]) == (409, "holds_work", 1)
    assert await team_of(house, team.siti) == team.id


async def test_who_left_sees_nothing_more_and_what_was_handed_in_keeps_the_name(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    open_one = await house.make.assignment(campaign, await house.make.household(), team.siti)
    household = await house.make.household()
    handed_in = await house.make.assignment(campaign, household, team.siti, status="submitted")
    other = await house.make.assignment(campaign, await house.make.household(), team.budi, status="submitted")
    dewi, siti = await house.as_(await house.make.dewi()), await house.as_(team.siti)
    ratna, budi = await house.as_(team.ratna), await house.as_(team.budi)

    handed = await ratna.post(URL, json={"from_enumerator_id": str(team.siti.id), "reason": "Berhenti"})
    left = await leave(dewi, team.id, team.siti)

    assert (handed.status_code, left.status_code) == (200, 201)
    assert [(member["name"], member["ends_on"]) for member in left.json()["members"]] == [
        ("Siti", "2022-11-20"),
        ("Budi", None),
    ]
    assert left.headers["ETag"] == (await dewi.get(f"/v1/teams/{team.id}")).headers["ETag"] == '"2"'
    assert await team_of(house, team.siti) is None
    assert (await siti.get("/v1/assignments")).json()["items"] == []
    assert (await siti.get(f"/v1/households/{household}")).status_code == 404
    kept = (await ratna.get(f"/v1/assignments/{handed_in}")).json()
    assert (kept["status"], kept["enumerator_id"]) == ("submitted", str(team.siti.id))
    history = (await ratna.get(f"/v1/assignments/{handed_in}/history")).json()["items"]
    assert [(event["event"], event["enumerator_id"]) for event in history] == [("left", str(team.siti.id))]
    assert {item["id"] for item in (await budi.get("/v1/assignments")).json()["items"]} == {str(open_one), str(other)}
    again = await leave(dewi, team.id, team.siti)
    assert again.json()["errors"][0]["code"] == "not_a_member"


async def test_what_comes_back_after_somebody_left_goes_to_another(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    returned = await house.make.assignment(campaign, await house.make.household(), team.siti, status="submitted")
    await leave(await house.as_(await house.make.dewi()), team.id, team.siti)
    await house.owner.execute("update assignments set status = 'returned' where id = $1", returned)

    answer = await (await house.as_(team.ratna)).post(
        URL, json={"from_enumerator_id": str(team.siti.id), "reason": "Dikembalikan"}
    )

    assert [(row["id"], row["enumerator_id"]) for row in answer.json()["results"]] == [
        (str(returned), str(team.budi.id))
    ]


async def test_an_account_that_is_switched_off_leaves_too_and_may_come_back(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    seen = (await dewi.get(f"/v1/staff/{team.siti.id}")).headers["ETag"]

    off = await dewi.patch(f"/v1/staff/{team.siti.id}", json={"active": False}, headers={"If-Match": seen})
    left = await leave(dewi, team.id, team.siti)
    on = await dewi.patch(f"/v1/staff/{team.siti.id}", json={"active": True}, headers={"If-Match": "*"})
    back = await join(dewi, team.id, team.siti, "2022-12-01")

    assert [answer.status_code for answer in (off, left, on, back)] == [200, 201, 200, 201]
    times = [member for member in back.json()["members"] if member["name"] == "Siti"]
    assert [(time["starts_on"], time["ends_on"]) for time in times] == [
        ("2022-11-02", "2022-11-20"),
        ("2022-12-01", None),
    ]


async def test_work_given_while_somebody_leaves_is_never_with_who_left(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    assignment = await house.make.assignment(campaign, await house.make.household(), team.budi)
    dewi, ratna = await house.as_(await house.make.dewi()), await house.as_(team.ratna)
    body = {"assignment_ids": [str(assignment)], "enumerator_id": str(team.siti.id), "reason": "Bantu"}

    given, left = await asyncio.gather(ratna.post(URL, json=body), leave(dewi, team.id, team.siti))

    holder = await house.owner.fetchval("select holder_id from assignments")
    assert (given.status_code, left.status_code, holder) in (
        (200, 409, team.siti.id),
        (404, 201, team.budi.id),
    )


async def test_before_field_work_a_departure_may_lie_ahead(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="preparation"))
    ahead = (clock.working_day(clock.now()) + timedelta(3)).isoformat()

    answer = await leave(await house.as_(await house.make.dewi()), team.id, team.siti, ahead)

    assert answer.status_code == 201, answer.text
    assert [member["ends_on"] for member in answer.json()["members"] if member["name"] == "Siti"] == [ahead]


async def test_who_leaves_one_campaign_stays_in_the_other(house: House) -> None:
    former = await house.make.team(await house.make.campaign())
    campaign = await house.make.campaign(code="malang-2023")
    present = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    await house.owner.execute(
        "insert into team_members (id, campaign_id, team_id, staff_id, starts_on)"
        " values (gen_random_uuid(), $1, $2, $3, '2022-11-02')",
        campaign, present.id, former.siti.id,
    )  # fmt: skip
    await house.owner.execute("update principals set team_id = $1 where id = $2", present.id, former.siti.id)
    held = await house.make.assignment(
        campaign, await house.make.household(), Person(former.siti.id, "Siti", former.siti.role, present.id)
    )

    answer = await leave(await house.as_(await house.make.dewi()), former.id, former.siti)

    assert answer.status_code == 201, answer.text
    assert await team_of(house, former.siti) == present.id
    seen = (await (await house.as_(former.siti)).get("/v1/assignments")).json()["items"]
    assert [item["id"] for item in seen] == [str(held)]
