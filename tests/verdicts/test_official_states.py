"""The official rows of contract section 5, from every state, and that each event of the table can be brought about."""

from api.verdicts.lifecycle import Event
from tests.support.house import House
from tests.verdicts.official import decided, letter, meeting, release
from tests.verdicts.test_lifecycle import STATES

# the operation that brings each event about; a download is the next pull's cursor
ROUTES = {
    Event.ALLOCATE: "allocateCampaign",
    Event.REASSIGN: "reassignAssignments",
    Event.SUBMIT: "recordVisit",
    Event.APPROVE: "reviewVerdict",
    Event.RETURN: "reviewVerdict",
    Event.REVOKE: "reviewVerdict",
    Event.CONFIRM: "decideVerdict",
    Event.AMEND: "decideVerdict",
    Event.OBJECT: "recordObjection",
    Event.DELIBERATE: "recordDeliberation",
    Event.ENDORSE: "recordEndorsement",
    Event.CANCEL: "cancelAssignments",
}


def test_each_event_has_its_operation(house: House) -> None:
    paths = house.app.openapi()["paths"].values()
    operations = {operation["operationId"] for path in paths for operation in path.values()}

    assert set(ROUTES.values()) <= operations
    assert set(Event) - set(ROUTES) == {Event.DOWNLOAD}


async def test_a_meeting_speaks_of_decided_verdicts_only(house: House) -> None:
    season = await decided(house)
    dewi = await house.as_(season.dewi)

    for status, stage in STATES:
        await season.put(status, stage)
        outcome = (await dewi.post("/v1/deliberations", json=meeting(season))).json()["results"][0]
        if (status, stage) == ("completed", "decided"):
            assert await season.state() == ("completed", "deliberated")
        else:
            assert outcome["problem"]["code"] == "wrong_state", (status, stage)
            assert await season.state() == (status, stage)


async def test_a_letter_endorses_what_is_decided_or_deliberated_only(house: House) -> None:
    season = await decided(house)
    dewi = await house.as_(season.dewi)
    await season.put("approved", "reviewed")
    confirmed = await dewi.post(f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "confirm"})
    assert confirmed.status_code == 200
    made = await release(season)

    for status, stage in STATES:
        await season.put(status, stage)
        answer = await dewi.post("/v1/endorsements", json=letter(made))
        if (status, stage) in (("completed", "decided"), ("completed", "deliberated")):
            assert (answer.status_code, await season.state()) == (201, ("completed", "endorsed")), (status, stage)
        else:
            word = "endorsed_before" if stage == "endorsed" else "not_decided"
            assert (answer.status_code, answer.json()["detail"]) == (409, f"{word}: 1"), (status, stage)
            assert await season.state() == (status, stage)
