"""`PATCH /v1/campaigns/{id}` to `closed`: every assignment leaves its holder's sight, and that is on record."""

from tests.campaigns.test_move_campaign import patch
from tests.support.house import House


async def test_closing_takes_the_work_out_of_its_holders_sight_and_not_of_the_coordinators(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="review"))
    household = await house.make.household()
    await house.make.assignment(team.campaign_id, household, team.siti)
    later = await house.make.campaign(code="malang-2023")
    shared, elsewhere = await house.make.household(head="Yono"), await house.make.household(head="Tini")
    for campaign in (team.campaign_id, later):
        await house.make.assignment(campaign, shared, team.siti)
    await house.make.assignment(later, elsewhere, team.budi)

    answer = await patch(await house.as_(await house.make.dewi()), team.campaign_id, status="closed")

    assert answer.json()["status"] == "closed"
    rows = await house.owner.fetch("select campaign_id, holder_id, enumerator_id from assignments order by id")
    assert [row["holder_id"] for row in rows] == [None, None, team.siti.id, team.budi.id]
    assert [row["enumerator_id"] for row in rows] == [team.siti.id] * 3 + [team.budi.id], "who did it stays on record"
    seen = await house.owner.fetch("select enumerator_id, team_id from households order by id")
    assert [row["enumerator_id"] for row in seen] == [None, team.siti.id, team.budi.id]
    assert {row["team_id"] for row in seen} == {team.id}


async def test_closing_stands_in_the_history_of_every_assignment_that_somebody_held(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="review"))
    later = await house.make.campaign(code="malang-2023")
    held, nobodys, elsewhere = [await house.make.household(head=name) for name in ("Yono", "Tini", "Wagiman")]
    work = await house.make.assignment(team.campaign_id, held, team.siti, status="completed")
    await house.make.assignment(team.campaign_id, nobodys)
    await house.make.assignment(later, elsewhere, team.siti)
    dewi = await house.make.dewi()
    before = (await (await house.as_(team.siti)).get(f"/v1/assignments/{work}")).headers["ETag"]

    await patch(await house.as_(dewi), team.campaign_id, status="closed")

    events = await house.owner.fetch("select assignment_id, event, status, enumerator_id from assignment_events")
    assert [tuple(event) for event in events] == [(work, "closed", "completed", team.siti.id)]
    for person in (dewi, team.ratna):
        client = await house.as_(person)
        told = (await client.get(f"/v1/assignments/{work}/history")).json()["items"]
        assert [(event["event"], event["actor_id"]) for event in told] == [("closed", str(dewi.id))]
        assert (await client.get(f"/v1/assignments/{work}")).headers["ETag"] != before
    assert (await (await house.as_(team.siti)).get(f"/v1/assignments/{work}")).status_code == 404
    rows = await house.owner.fetch(
        "select a.revision, h.revision from assignments a join households h on h.id = a.household_id order by a.id"
    )
    assert [tuple(row) for row in rows] == [(2, 1), (1, 1), (1, 1)], "only what left somebody's sight has changed"
