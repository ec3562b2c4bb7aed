"""`POST /v1/campaigns/{id}/allocations` by two at once: every household is handed out once."""

import asyncio

from api.access.roles import Role
from tests.assignments.test_allocate_campaign import city
from tests.support.house import House


async def test_two_allocations_at_once_hand_every_household_out_once(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    made = await city(house, campaign)
    dewi, nina = await house.make.dewi(), await house.make.person("Nina", Role.BAPPEDA)
    callers = [await house.as_(person) for person in (dewi, nina, dewi)]
    url = f"/v1/campaigns/{campaign}/allocations"

    answers = await asyncio.gather(*(client.post(url, json={}) for client in callers))

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert sorted(answer.json()["households"] for answer in answers) == [0, 0, len(made)]
    assert {answer.json()["unallocated"] for answer in answers} == {0}
    events = await house.owner.fetch("select assignment_id, event from assignment_events order by assignment_id")
    assert [tuple(event) for event in events] == [(assignment, "allocated") for assignment in sorted(made)]
    held = await house.owner.fetch("select holder_id, revision from assignments")
    assert {row["revision"] for row in held} == {2}
    holders = [row["holder_id"] for row in held]
    assert (holders.count(team.siti.id), holders.count(team.budi.id)) == (9, 9)
    assert await house.owner.fetchval("select count(*) from audit_events where action = 'assignments.allocated'") == 1
