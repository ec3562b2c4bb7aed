"""`POST /v1/endorsements`: the mayor's letter about a release."""

from uuid import uuid4

from api.access.roles import Role
from tests.support.house import House
from tests.verdicts.official import UNDECIDED, colleague, decided, letter, meeting, release, says
from tests.verdicts.season import Season
from tests.verdicts.test_own_work import promoted
from tests.visits.bodies import ELIGIBLE


async def refused(season: Season, body: dict[str, object], detail: str | None) -> None:
    before = await season.state()
    answer = await (await season.house.as_(season.dewi)).post("/v1/endorsements", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_endorse"), answer.text
    assert (answer.json()["detail"], await season.state()) == (detail, before)
    assert await season.house.owner.fetchval("select count(*) from endorsements") == 0


async def confirmed(house: House) -> Season:
    """A verdict that Dewi really confirmed, so that a release finds its decision."""
    season = await decided(house)
    await season.put("approved", "reviewed")
    answer = await (await house.as_(season.dewi)).post(
        f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "confirm"}
    )
    assert answer.status_code == 200, answer.text
    return season


async def test_only_bappeda_records_and_reads_letters(house: House) -> None:
    season = await confirmed(house)
    made = await release(season)

    for person in (season.team.ratna, season.team.siti, await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        assert (await caller.post("/v1/endorsements", json=letter(made))).status_code == 403, person.name
        assert (await caller.get("/v1/endorsements")).status_code == 403, person.name


async def test_a_letter_about_nothing_or_of_tomorrow_is_422(house: House) -> None:
    season = await confirmed(house)
    made = await release(season)
    dewi = await house.as_(season.dewi)

    for body, pointer, code in (
        (letter(uuid4()), "/release_id", "unknown_release"),
        (letter(made, signed_on="2222-01-01"), "/signed_on", "in_the_future"),
        (letter(made, number=""), "/number", "string_too_short"),
    ):
        answer = await dewi.post("/v1/endorsements", json=body)
        assert answer.status_code == 422
        assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


async def test_what_the_release_does_not_say_is_not_endorsed(house: House) -> None:
    season = await confirmed(house)
    made = await release(season)

    await season.put("returned", "proposed")
    await refused(season, letter(made), "not_decided: 1")
    await season.put("completed", "decided")
    await house.owner.execute(
        "insert into verdict_revisions select verdict_id, 2, author_id, visit_id, field_result, eligibility, reasons,"
        " criteria, criteria_set, registry_action, comment, at from verdict_revisions"
    )
    await refused(season, letter(made), "changed: 1")


async def test_a_verdict_that_asks_the_meeting_waits_for_it(house: House) -> None:
    season = await confirmed(house)
    await says(season, ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []})

    await refused(season, letter(await release(season)), "needs_deliberation: 1")


async def test_what_the_meeting_rejected_is_not_endorsed_until_it_was_returned(house: House) -> None:
    season = await confirmed(house)
    dewi = await house.as_(season.dewi)
    rejected = {"verdict_id": str(season.verdict), "result": "reject", "comment": "Warga menolak"}
    answer = await dewi.post("/v1/deliberations", json=meeting(season, rejected))
    assert answer.json()["results"][0]["moved"]["stage"] == "deliberated"

    await refused(season, letter(await release(season)), "rejected: 1")
    returned = await dewi.post(
        f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "return", "comment": "Ditolak musyawarah"}
    )
    assert (returned.status_code, await season.state()) == (200, ("returned", "proposed"))


async def test_own_work_is_left_for_a_colleague_who_records_the_letter_again(house: House) -> None:
    season = await confirmed(house)
    await house.owner.execute("update verdict_revisions set author_id = $1", season.dewi.id)
    made = await release(season)

    await refused(season, letter(made), "own_work: 1")
    siti = await promoted(house, season.team.siti, Role.BAPPEDA, None)
    assert (await siti.post("/v1/endorsements", json=letter(made))).json()["code"] == "nothing_to_endorse"
    yanti = await house.as_(await colleague(house))
    answer = await yanti.post("/v1/endorsements", json=letter(made))
    assert (answer.status_code, answer.json()["endorsed"]) == (201, 1)


async def test_a_letter_endorses_the_release_and_hands_it_to_the_ministry(house: House) -> None:
    season = await confirmed(house)
    await says(season, UNDECIDED)
    made = await release(season)
    dewi = await house.as_(season.dewi)

    answer = await dewi.post("/v1/endorsements", json=letter(made))

    assert answer.status_code == 201, answer.text
    assert (answer.json()["endorsed"], answer.json()["left_out"]) == (1, {})
    assert await season.state() == ("completed", "endorsed")
    read = (await dewi.get(f"/v1/verdicts/{season.verdict}")).json()
    assert (read["stage"], read["registry_status"], read["revision"]) == ("endorsed", "submitted", 1)
    household = (await dewi.get(f"/v1/households/{read['household_id']}")).json()
    assert household["verdict"]["registry_status"] == "submitted"
    for path in ("households", "verdicts"):
        for status, found in (("submitted", 1), ("accepted", 0)):
            listed = await dewi.get(f"/v1/{path}", params={"registry_status": status})
            assert len(listed.json()["items"]) == found, (path, status)
    history = (await dewi.get(f"/v1/verdicts/{season.verdict}/history")).json()
    assert [event["move"] for event in history["events"]] == ["propose", "confirm", "endorse"]
    assert history["events"][2]["comment"] == "460/1201/35.73/2022"
    assert (await dewi.get(answer.headers["Location"])).json() == answer.json()
    listed = await dewi.get("/v1/endorsements", params={"release_id": str(made)})
    assert listed.json()["items"] == [answer.json()]


async def test_a_letter_is_recorded_once_and_means_one_release(house: House) -> None:
    season = await confirmed(house)
    first, second = await release(season), await release(season)
    dewi = await house.as_(season.dewi)
    assert (await dewi.post("/v1/endorsements", json=letter(first))).status_code == 201

    again = await dewi.post("/v1/endorsements", json=letter(first))
    other = await dewi.post("/v1/endorsements", json=letter(second))
    redated = await dewi.post("/v1/endorsements", json=letter(first, signed_on="2022-12-29"))

    assert (again.json()["code"], again.json()["detail"]) == ("nothing_to_endorse", "endorsed_before: 1")
    assert [answer.json()["code"] for answer in (other, redated)] == ["letter_conflict", "letter_conflict"]


async def test_in_a_closed_campaign_no_letter_moves_a_verdict(house: House) -> None:
    season = await confirmed(house)
    made = await release(season)
    await house.owner.execute("update campaigns set status = 'closed'")

    answer = await (await house.as_(season.dewi)).post("/v1/endorsements", json=letter(made))

    assert (answer.status_code, answer.json()["code"]) == (409, "campaign_closed")
