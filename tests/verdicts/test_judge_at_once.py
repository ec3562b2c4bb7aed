"""Two people judge the same verdict at the same instant: one succeeds, the other reads 409 (trust.md T14)."""

import asyncio

from api.access.roles import Role
from tests.support.house import House
from tests.verdicts.season import proposed

ROUNDS = 10


async def test_of_two_reviewers_at_once_exactly_one_succeeds(house: House) -> None:
    season = await proposed(house)
    endah = await house.make.person("Endah", Role.COORDINATOR, season.team.id)
    callers = [await house.as_(season.team.ratna), await house.as_(endah)]
    bodies = [{"decision": "approve"}, {"decision": "return", "comment": "Mohon dilengkapi"}]
    for _ in range(ROUNDS):
        await season.put("submitted", "proposed")
        before = await house.owner.fetchval("select count(*) from verdict_events")

        answers = await asyncio.gather(
            *(
                caller.post(f"/v1/verdicts/{season.verdict}/reviews", json=body)
                for caller, body in zip(callers, bodies, strict=True)
            )
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        lost = next(answer for answer in answers if answer.status_code == 409)
        assert lost.json()["code"] == "wrong_state"
        assert await house.owner.fetchval("select count(*) from verdict_events") == before + 1
    deeds = await house.owner.fetchval("select count(*) from audit_events where subject_id = $1", season.verdict)
    assert deeds == ROUNDS


async def test_the_same_approval_twice_at_once_happens_once(house: House) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)

    answers = await asyncio.gather(
        *(ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"}) for _ in range(2))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await season.state() == ("approved", "reviewed")
