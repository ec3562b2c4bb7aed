"""`POST /v1/visits`: what is recorded."""

from tests.support.house import House
from tests.visits.bodies import visit


async def test_a_completed_visit_submits_its_assignment_with_a_proposed_verdict(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    siti = await house.as_(team.siti)
    body = visit(assignment)

    answer = await siti.post("/v1/visits", json=body)

    assert answer.status_code == 201, answer.text
    recorded = answer.json()
    assert (recorded["id"], recorded["submits"], recorded["flags"]) == (body["id"], True, [])
    row = await house.owner.fetchrow("select * from assignments where id = $1", assignment)
    assert (row["status"], row["verdict_stage"], row["revision"]) == ("submitted", "proposed", 2)
    assert (row["field_result"], row["eligibility"]) == ("completed", "eligible")
