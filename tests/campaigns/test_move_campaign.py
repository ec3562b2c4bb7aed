"""`PATCH /v1/campaigns/{id}`: fields and gates; what closing empties stands in `test_close_campaign`."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.support.house import House


async def patch(client: httpx.AsyncClient, campaign: UUID, **changes: Any) -> httpx.Response:
    """Change a campaign as somebody who has just read it."""
    seen = (await client.get(f"/v1/campaigns/{campaign}")).headers["ETag"]
    return await client.patch(f"/v1/campaigns/{campaign}", json=changes, headers={"If-Match": seen})


async def test_a_change_must_say_which_revision_it_saw(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    campaign = await house.make.campaign()

    blind = await dewi.patch(f"/v1/campaigns/{campaign}", json={"name": "Verval"})
    stale = await dewi.patch(f"/v1/campaigns/{campaign}", json={"name": "Verval"}, headers={"If-Match": '"9"'})
    unknown = await dewi.patch(f"/v1/campaigns/{uuid4()}", json={"name": "Verval"}, headers={"If-Match": "*"})

    assert [answer.status_code for answer in (blind, stale, unknown)] == [428, 412, 404]


async def test_only_bappeda_changes_a_campaign(house: House) -> None:
    team = await house.make.team(await house.make.campaign())

    answer = await patch(await house.as_(team.ratna), team.campaign_id, name="Verval")

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": None}, "/name"),
        ({"span": None}, "/span"),
        ({"status": None}, "/status"),
        ({"starts_on": "2023-01-01"}, "/starts_on"),
        ({"region_codes": ["35.73.99"]}, "/region_codes/0"),
        ({"span": 1}, "/span"),
    ],
)
async def test_a_wrong_change_is_named_and_leaves_everything(
    house: House, changes: dict[str, Any], pointer: str
) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    before = (await dewi.get(f"/v1/campaigns/{team.campaign_id}")).json()

    answer = await patch(dewi, team.campaign_id, **changes)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await dewi.get(f"/v1/campaigns/{team.campaign_id}")).json() == before


@pytest.mark.parametrize(
    ("status", "target", "allowed"),
    [
        ("preparation", "review", ["fieldwork"]),
        ("preparation", "closed", ["fieldwork"]),
        ("fieldwork", "closed", ["review"]),
        ("fieldwork", "preparation", ["review"]),
        ("review", "preparation", ["fieldwork", "closed"]),
        ("closed", "fieldwork", []),
        ("closed", "closed", []),
    ],
)
async def test_a_wrong_move_says_which_are_allowed(house: House, status: str, target: str, allowed: list[str]) -> None:
    team = await house.make.team(await house.make.campaign(status=status))
    dewi = await house.as_(await house.make.dewi())

    answer = await patch(dewi, team.campaign_id, status=target)

    assert (answer.status_code, answer.json()["code"], answer.json()["allowed"]) == (409, "wrong_state", allowed)


async def test_a_closed_campaign_changes_no_more(house: House) -> None:
    campaign = await house.make.campaign(status="closed")

    answer = await patch(await house.as_(await house.make.dewi()), campaign, name="Verval")

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_field_work_needs_an_impact_assessment(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="preparation"))
    dewi = await house.as_(await house.make.dewi())
    await patch(dewi, team.campaign_id, impact_assessment_ref=None)

    refused = await patch(dewi, team.campaign_id, status="fieldwork")
    opened = await patch(dewi, team.campaign_id, status="fieldwork", impact_assessment_ref="DPIA-2022-01")
    taken_back = await patch(dewi, team.campaign_id, impact_assessment_ref=None)

    assert (refused.status_code, refused.json()["code"]) == (409, "impact_assessment_missing")
    assert (opened.status_code, opened.json()["status"]) == (200, "fieldwork")
    assert (taken_back.status_code, taken_back.json()["code"]) == (409, "impact_assessment_missing")


async def test_field_work_needs_a_published_version_of_the_form_that_is_named(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="preparation"))
    dewi = await house.as_(await house.make.dewi())
    form = (await dewi.post("/v1/questionnaires", json={"code": "malang-baru", "title": "Verval"})).json()["id"]
    label = {"id": "Rumah", "en": "House"}
    asked = {"name": "catatan", "type": "text", "label": label, "data_class": "personal"}
    content = {"sections": [{"name": "rumah", "label": label, "subject": "household", "questions": [asked]}]}
    drafted = await dewi.post(f"/v1/questionnaires/{form}/versions", json={"content": content})
    version = drafted.headers["Location"]

    refused = await patch(dewi, team.campaign_id, questionnaire_id=form, status="fieldwork")
    await dewi.patch(version, json={"status": "published"}, headers={"If-Match": drafted.headers["ETag"]})
    opened = await patch(dewi, team.campaign_id, questionnaire_id=form, status="fieldwork")
    other = (await dewi.post("/v1/questionnaires", json={"code": "malang-lain", "title": "Verval"})).json()["id"]
    swapped = await patch(dewi, team.campaign_id, questionnaire_id=other)

    assert (refused.status_code, refused.json()["code"]) == (409, "no_published_form")
    assert (opened.status_code, opened.json()["questionnaire_id"]) == (200, form)
    assert (swapped.status_code, swapped.json()["code"]) == (409, "no_published_form")


@pytest.mark.parametrize("failed", ["coordinator", "enumerators", "everybody elsewhere"])
async def test_field_work_needs_a_trained_coordinator_and_enumerator_of_one_team(house: House, failed: str) -> None:
    team = await house.make.team(await house.make.campaign(status="preparation"))
    dewi = await house.as_(await house.make.dewi())
    if failed == "everybody elsewhere":
        other = await house.make.campaign(status="preparation", code="malang-2023")
        await house.owner.execute("update trainings set campaign_id = $1", other)
    else:
        who = [team.ratna.id] if failed == "coordinator" else [team.siti.id, team.budi.id]
        await house.owner.execute("update training_attendances set passed = false where staff_id = any($1)", who)

    answer = await patch(dewi, team.campaign_id, status="fieldwork")

    assert (answer.status_code, answer.json()["code"]) == (409, "no_trained_team")


async def test_a_coordinator_of_one_team_does_not_open_the_field_for_another(house: House) -> None:
    campaign = await house.make.campaign(status="preparation")
    first = await house.make.team(campaign)
    second = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    untrained = [first.ratna.id, second.siti.id, second.budi.id]
    await house.owner.execute("update training_attendances set passed = false where staff_id = any($1)", untrained)

    answer = await patch(await house.as_(await house.make.dewi()), campaign, status="fieldwork")

    assert (answer.status_code, answer.json()["code"]) == (409, "no_trained_team")


async def test_nobody_works_in_two_open_campaigns(house: House) -> None:
    first = await house.make.team(await house.make.campaign())
    second = await house.make.campaign(status="preparation", code="malang-2023")
    await house.owner.execute("update teams set campaign_id = $1 where id = $2", second, first.id)
    await house.owner.execute("update team_members set campaign_id = $1", second)
    await house.owner.execute("update trainings set campaign_id = $1", second)
    other = await house.make.team(first.campaign_id, names=("Wati", "Joko", "Tono"))
    await house.owner.execute("update principals set team_id = $1 where id = $2", other.id, first.siti.id)
    dewi = await house.as_(await house.make.dewi())

    refused = await patch(dewi, second, status="fieldwork")
    await house.owner.execute("update campaigns set status = 'closed' where id = $1", first.campaign_id)
    opened = await patch(dewi, second, status="fieldwork")

    assert (refused.status_code, refused.json()["code"]) == (409, "busy_elsewhere")
    assert opened.status_code == 200
    seated = await house.owner.fetchval("select team_id from principals where id = $1", first.siti.id)
    assert seated == first.id


async def test_review_may_send_the_campaign_back_into_the_field(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="preparation"))
    dewi = await house.as_(await house.make.dewi())

    for status in ("fieldwork", "review", "fieldwork", "review", "closed"):
        answer = await patch(dewi, team.campaign_id, status=status)
        assert (answer.status_code, answer.json()["status"]) == (200, status)


async def test_dates_are_plans_and_gate_nothing(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="preparation"))
    dewi = await house.as_(await house.make.dewi())

    answer = await patch(dewi, team.campaign_id, status="fieldwork", starts_on="2090-01-01", ends_on="2090-02-01")

    assert (answer.status_code, answer.json()["ends_on"]) == (200, "2090-02-01")


async def test_every_change_leaves_a_note_without_values(house: House) -> None:
    campaign = await house.make.campaign(status="preparation")

    await patch(await house.as_(await house.make.dewi()), campaign, ends_on=date(2022, 12, 31).isoformat())

    note = await house.owner.fetchrow("select action, detail from audit_events where subject_id = $1", campaign)
    assert note is not None
    assert note["action"] == "campaign.changed"
    assert "ends_on" in note["detail"]
    assert "2022-12-31" not in note["detail"]
