"""`/v1/trainings`: the bimtek, and who passed it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.campaigns.service import trained
from tests.support.house import House
from tests.support.make import Team

DAYS = ["2022-10-31", "2022-11-01"]


async def plan(client: httpx.AsyncClient, campaign: UUID, **more: Any) -> httpx.Response:
    body = {
        "campaign_id": str(campaign),
        "name": "Bimtek enumerator",
        "venue": "Balai Kota Malang",
        "days": DAYS,
        "instructors": [
            {"name": "Instruktur Satu", "institution": "bps"},
            {"name": "Instruktur Dua", "institution": "diskominfo"},
        ],
    }
    return await client.post("/v1/trainings", json=body | more)


async def put(client: httpx.AsyncClient, training: str, *attendances: dict[str, Any]) -> httpx.Response:
    return await client.put(
        f"/v1/trainings/{training}/attendances", json={"attendances": attendances}, headers={"If-Match": "*"}
    )


def there(team: Team, days: list[str] = DAYS, *, passed: bool = True, staff_id: UUID | None = None) -> dict[str, Any]:
    return {"staff_id": str(staff_id or team.siti.id), "days": days, "passed": passed}


async def test_only_bappeda_plans_trainings_and_says_who_passed(house: House) -> None:
    team = await house.make.team(await house.make.campaign())

    for person in (team.ratna, team.siti, await house.make.arif()):
        client = await house.as_(person)
        answers = (await plan(client, team.campaign_id), await put(client, str(uuid4()), there(team)))
        assert [answer.status_code for answer in answers] == [403, 403], person.name


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"campaign_id": str(UUID(int=7))}, "/campaign_id"),
        ({"days": []}, "/days"),
        ({"days": ["2022-10-31", "2022-10-31"]}, "/days"),
        ({"days": ["31-10-2022"]}, "/days/0"),
        ({"venue": " "}, "/venue"),
        ({"instructors": [{"name": "X", "institution": "kemensos"}]}, "/instructors/0/institution"),
    ],
)
async def test_a_wrong_training_is_named(house: House, more: dict[str, Any], pointer: str) -> None:
    campaign, dewi = await house.make.campaign(), await house.as_(await house.make.dewi())

    answer = await plan(dewi, campaign, **more)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await dewi.get("/v1/trainings")).json()["items"] == []


async def test_a_wrong_attendance_is_named_and_the_former_list_stays(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    training = (await plan(dewi, team.campaign_id)).json()["id"]
    await put(dewi, training, there(team))

    for attendances, pointer in (
        ([there(team, DAYS[:1])], "/attendances/0/passed"),
        ([there(team, [])], "/attendances/0/passed"),
        ([there(team, ["2022-11-05"], passed=False)], "/attendances/0/days"),
        ([there(team, DAYS + DAYS[:1])], "/attendances/0/days"),
        ([there(team), there(team)], "/attendances/1/staff_id"),
        ([there(team), there(team, staff_id=uuid4())], "/attendances/1/staff_id"),
    ):
        answer = await put(dewi, training, *attendances)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await dewi.get(f"/v1/trainings/{training}")).json()["attendances"] == [there(team)]


async def test_attendance_is_recorded_against_a_revision(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    made = await plan(dewi, team.campaign_id)
    url, body = f"{made.headers['Location']}/attendances", {"attendances": [there(team)]}

    blind = await dewi.put(url, json=body)
    done = await dewi.put(url, json=body, headers={"If-Match": made.headers["ETag"]})
    stale = await dewi.put(url, json=body, headers={"If-Match": made.headers["ETag"]})
    unknown = await dewi.put(f"/v1/trainings/{uuid4()}/attendances", json=body, headers={"If-Match": "*"})

    assert [answer.status_code for answer in (blind, done, stale, unknown)] == [428, 200, 412, 404]
    known = {"If-None-Match": done.headers["ETag"]}
    assert (await dewi.get(made.headers["Location"], headers=known)).status_code == 304


async def test_the_list_is_replaced_whole_and_says_who_is_trained_in_this_campaign(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    later = await house.make.campaign(status="preparation", code="malang-2023")
    dewi = await house.as_(await house.make.dewi())
    training = (await plan(dewi, later)).json()["id"]
    people = [team.siti.id, team.budi.id]

    await put(dewi, training, there(team))
    await put(dewi, training, there(team, passed=False), there(team, staff_id=team.budi.id))

    assert await trained(house.owner, later, people) == {team.budi.id}
    assert await trained(house.owner, team.campaign_id, people) == set(people), "another campaign's training stands"
    assert await trained(house.owner, later, []) == set()


async def test_a_closed_campaign_takes_no_training(house: House) -> None:
    campaign = await house.make.campaign(status="closed")

    answer = await plan(await house.as_(await house.make.dewi()), campaign)

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_the_observer_reads_trainings_with_their_instructors(house: House) -> None:
    campaign = await house.make.campaign()
    await plan(await house.as_(await house.make.dewi()), campaign, days=DAYS[::-1])

    found = await (await house.as_(await house.make.observer())).get(f"/v1/trainings?campaign_id={campaign}")

    (training,) = found.json()["items"]
    assert [teacher["institution"] for teacher in training["instructors"]] == ["bps", "diskominfo"]
    assert training["days"] == DAYS, "in the order of the calendar"
