"""`PATCH /v1/campaigns/{id}` to `closed` while others still work: nothing of it moves once it is closed."""

import asyncio

from tests.assignments.test_reassign_assignments import URL, handing
from tests.campaigns.test_move_campaign import patch
from tests.support.house import House
from tests.verdicts.season import proposed

WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


async def wait_for_locks(house: House, people: int) -> None:
    """Until this many callers wait for a lock."""
    async with asyncio.timeout(5):
        while await house.owner.fetchval(WAITING) < people:
            await asyncio.sleep(0.01)
            await house.owner.execute("select pg_stat_clear_snapshot()")


async def test_a_closed_campaign_gives_no_work_and_no_decision_to_those_who_waited_for_it(house: House) -> None:
    season = await proposed(house)
    team, dewi = season.team, season.dewi
    waiting = await house.make.assignment(team.campaign_id, await house.make.household(head="Tini"), team.siti)
    await house.owner.execute("update campaigns set status = 'review' where id = $1", team.campaign_id)
    await house.as_(team.ratna)

    async with house.owner.transaction():
        # somebody holds the first assignment, so the closing waits with the other already emptied
        await house.owner.execute("select from assignments where id = $1 for update", season.assignment)
        closing = asyncio.create_task(patch(await house.as_(dewi), team.campaign_id, status="closed"))
        await wait_for_locks(house, 1)
        ratna = await house.as_(team.ratna)
        review = asyncio.create_task(ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"}))
        await wait_for_locks(house, 2)
        handed = asyncio.create_task(ratna.post(URL, json=handing(team.budi, season.assignment, waiting)))
        await wait_for_locks(house, 3)
    closed, reviewed, results = await asyncio.gather(closing, review, handed)

    assert closed.json()["status"] == "closed"
    assert (reviewed.status_code, reviewed.json()["code"]) == (409, "campaign_closed")
    assert [result["status"] for result in results.json()["results"]] == ["refused", "refused"]
    assert await house.owner.fetchval("select count(*) from assignments where holder_id is not null") == 0
