"""`PATCH /v1/households/{id}`."""

from typing import Any

from tests.support.house import House


async def test_enumerators_strangers_and_the_hasty_are_refused(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    household = await house.make.household()
    await house.make.assignment(campaign, household, team.siti)
    url, body = f"/v1/households/{household}", {"rt": "009"}

    siti = await (await house.as_(team.siti)).patch(url, json=body, headers={"If-Match": '"1"'})
    tono = await (await house.as_(other.ratna)).patch(url, json=body, headers={"If-Match": '"1"'})
    blind = await (await house.as_(team.ratna)).patch(url, json=body)
    stale = await (await house.as_(team.ratna)).patch(url, json=body, headers={"If-Match": '"7"'})

    assert [answer.status_code for answer in (siti, tono, blind, stale)] == [403, 404, 428, 412]
    assert await house.owner.fetchval("select rt from households") == "003"


async def test_fields_that_must_stand_cannot_be_emptied(house: House) -> None:
    household = await house.make.household()
    dewi = await house.as_(await house.make.dewi())

    bodies: list[Any] = [
        {"address": None},
        {"status": None},
        {"status": "gone"},
        {"rt": "3"},
        {"head_name": "X"},
        [],
        "x",
    ]
    for body in bodies:
        answer = await dewi.patch(f"/v1/households/{household}", json=body, headers={"If-Match": "*"})
        assert answer.status_code == 422, body


async def test_coordinator_corrects_what_it_sent_and_only_that(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household()
    await house.make.assignment(campaign, household, team.siti)
    ratna = await house.as_(team.ratna)
    tag = (await ratna.get(f"/v1/households/{household}")).headers["ETag"]

    answer = await ratna.patch(
        f"/v1/households/{household}", json={"rt": None, "status": "moved"}, headers={"If-Match": tag}
    )
    again = await ratna.patch(f"/v1/households/{household}", json={"rt": "001"}, headers={"If-Match": tag})

    seen = answer.json()
    assert (seen["rt"], seen["rw"], seen["status"], seen["revision"]) == (None, "005", "moved", 2)
    assert seen["address"] == "JL. S. SUPRIADI 12"
    assert answer.headers["ETag"] != tag
    assert again.status_code == 412
    noted = await house.owner.fetchrow("select * from audit_events where action = 'household.corrected'")
    assert noted["subject_id"] == household
    assert "SUPRIADI" not in str(noted["detail"])


async def test_a_correction_that_changes_nothing_leaves_no_trace(house: House) -> None:
    household = await house.make.household()
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.patch(f"/v1/households/{household}", json={"rt": "003"}, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json()["revision"]) == (200, 1)
    assert await house.owner.fetchval("select count(*) from audit_events") == 0
