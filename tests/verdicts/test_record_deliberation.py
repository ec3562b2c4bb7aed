"""`POST /v1/deliberations`: the kelurahan's meeting, by its minutes."""

from typing import Any
from uuid import uuid4

import pytest

from api.access.roles import Role
from tests.support.house import House
from tests.verdicts.official import UNDECIDED, colleague, decided, meeting, says
from tests.verdicts.season import submit
from tests.verdicts.test_own_work import promoted
from tests.visits.bodies import ELIGIBLE

DEACTIVATE = UNDECIDED | {"registry_action": "deactivate", "comment": "Menolak, menurut musyawarah mampu"}


async def test_only_bappeda_records_and_reads_meetings(house: House) -> None:
    season = await decided(house)

    for person in (season.team.ratna, season.team.siti, await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        assert (await caller.post("/v1/deliberations", json=meeting(season))).status_code == 403, person.name
        assert (await caller.get("/v1/deliberations")).status_code == 403, person.name
    assert await season.state() == ("completed", "decided")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"campaign_id": str(uuid4())}, "/campaign_id", "unknown_campaign"),
        ({"region_code": "35.73.04"}, "/region_code", "unknown_region"),
        ({"region_code": "35.73.05.1001"}, "/region_code", "outside_campaign"),
        ({"held_on": "2222-01-01"}, "/held_on", "in_the_future"),
        ({"minutes_number": " "}, "/minutes_number", "string_too_short"),
        ({"attendance": []}, "/attendance", "missing"),
        ({"attendance_count": 1}, "/attendance_count", "fewer_than_named"),
        ({"results": []}, "/results", "too_short"),
        ({"results": [{"result": "approve"}]}, "/results/0/verdict_id", "one_of_two"),
        ({"results": [{"verdict_id": str(uuid4()), "result": "postpone"}]}, "/results/0/result", "enum"),
    ],
)
async def test_minutes_that_make_no_sense_are_422_at_their_field(
    house: House, changes: dict[str, Any], pointer: str, code: str
) -> None:
    season = await decided(house)

    answer = await (await house.as_(season.dewi)).post("/v1/deliberations", json=meeting(season, **changes))

    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
    assert await house.owner.fetchval("select count(*) from deliberations") == 0


async def test_the_same_verdict_twice_is_refused_whichever_way_it_is_named(house: House) -> None:
    season = await decided(house)
    household = await house.owner.fetchval("select household_id from verdicts")
    twice = [
        {"verdict_id": str(season.verdict), "result": "approve"},
        {"household_id": str(household), "result": "reject"},
    ]

    answer = await (await house.as_(season.dewi)).post("/v1/deliberations", json=meeting(season, *twice))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/results/1/household_id")


async def test_each_result_is_judged_on_its_own_merits(house: House) -> None:
    season = await decided(house)
    _, open_verdict = await submit(house, season.team)
    elsewhere = await decided_elsewhere(house, season)
    results = [
        {"verdict_id": str(season.verdict), "result": "change"},
        {"verdict_id": str(open_verdict), "result": "approve"},
        {"verdict_id": str(elsewhere), "result": "approve"},
        {"household_id": str(uuid4()), "result": "approve"},
    ]

    answer = await (await house.as_(season.dewi)).post("/v1/deliberations", json=meeting(season, *results))

    assert answer.status_code == 201, answer.text
    told = answer.json()["results"]
    assert [result["problem"]["code"] for result in told] == ["invalid", "wrong_state", "invalid", "not_found"]
    assert [told[place]["problem"]["errors"][0]["pointer"] for place in (0, 2)] == [
        "/results/0/verdict",
        "/results/2/verdict_id",
    ]
    assert await season.state() == ("completed", "decided")


async def decided_elsewhere(house: House, season: Any) -> Any:
    """A decided verdict of another kelurahan."""
    assignment, verdict = await submit(house, season.team)
    await house.owner.execute(
        "update households set region_code = '35.73.04.1006' from assignments a"
        " where a.id = $1 and a.household_id = households.id",
        assignment,
    )
    await house.owner.execute(
        "update assignments set status = 'completed', verdict_stage = 'decided' where id = $1", assignment
    )
    return verdict


async def test_a_verdict_that_asks_the_meeting_is_not_simply_approved(house: House) -> None:
    season = await decided(house)
    await says(season, ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []})
    dewi = await house.as_(season.dewi)
    still = ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []}

    plain = await dewi.post("/v1/deliberations", json=meeting(season))
    asked = {"verdict_id": str(season.verdict), "result": "change", "verdict": still}
    again = await dewi.post("/v1/deliberations", json=meeting(season, asked))

    for answer, pointer in ((plain, "/results/0/result"), (again, "/results/0/verdict/eligibility")):
        error = answer.json()["results"][0]["problem"]["errors"][0]
        assert (error["pointer"], error["code"]) == (pointer, "meeting_decides")
    assert await season.state() == ("completed", "decided")


async def test_a_meeting_approves_and_leaves_an_event_and_its_minutes(house: House) -> None:
    season = await decided(house)
    dewi = await house.as_(season.dewi)

    made = await dewi.post("/v1/deliberations", json=meeting(season))

    assert made.status_code == 201, made.text
    assert made.json()["results"][0]["moved"]["stage"] == "deliberated"
    assert await season.state() == ("completed", "deliberated")
    read = (await dewi.get(made.headers["Location"])).json()
    assert (read["minutes_number"], read["attendance_count"], read["approved"]) == ("400/12/MUSKEL/2022", 2, 1)
    assert read["attendance"][1] == {"role": "Ketua RW 005", "name": None}
    assert read["results"][0]["verdict_id"] == str(season.verdict)
    history = (await dewi.get(f"/v1/verdicts/{season.verdict}/history")).json()
    assert [event["move"] for event in history["events"]] == ["propose", "deliberate"]
    listed = (await dewi.get("/v1/deliberations", params={"region_code": "35.73.04"})).json()["items"]
    assert [meeting["id"] for meeting in listed] == [made.json()["id"]]
    assert (await dewi.get("/v1/deliberations", params={"region_code": "35.73.03"})).json()["items"] == []


async def test_a_change_is_a_new_revision_and_the_meeting_lifts_the_need_for_itself(house: House) -> None:
    season = await decided(house)
    await says(season, UNDECIDED)
    household = await house.owner.fetchval("select household_id from verdicts")
    changed = {"household_id": str(household), "result": "change", "verdict": DEACTIVATE}

    made = await (await house.as_(season.dewi)).post("/v1/deliberations", json=meeting(season, changed))

    assert made.json()["results"][0]["moved"]["revision"] == 2, made.text
    row = await house.owner.fetchrow("select author_id, registry_action from verdict_revisions where revision = 2")
    assert (str(row["author_id"]), row["registry_action"]) == (str(season.dewi.id), "deactivate")
    assert await season.state() == ("completed", "deliberated")


async def test_a_change_still_has_to_agree_with_itself(house: House) -> None:
    season = await decided(house)
    nonsense = UNDECIDED | {"eligibility": "eligible"}
    changed = {"verdict_id": str(season.verdict), "result": "change", "verdict": nonsense}

    made = await (await house.as_(season.dewi)).post("/v1/deliberations", json=meeting(season, changed))

    assert made.json()["results"][0]["problem"]["errors"][0]["code"] == "eligible_without_interview"


async def test_the_same_minutes_add_to_the_meeting_and_another_date_is_a_conflict(house: House) -> None:
    season = await decided(house)
    own = UNDECIDED | {"comment": "x"}
    await says(season, own)
    await house.owner.execute("update verdict_revisions set author_id = $1", season.dewi.id)
    dewi, yanti = await house.as_(season.dewi), await house.as_(await colleague(house))

    first = await dewi.post("/v1/deliberations", json=meeting(season))
    other = await yanti.post("/v1/deliberations", json=meeting(season, held_on="2022-12-27"))
    second = await yanti.post("/v1/deliberations", json=meeting(season))

    assert first.json()["results"][0]["problem"]["code"] == "own_work"
    assert (other.status_code, other.json()["code"]) == (409, "minutes_conflict")
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["results"][0]["moved"]["stage"] == "deliberated"


async def test_nobody_deliberates_on_what_they_visited_or_approved(house: House) -> None:
    season = await decided(house)
    siti = await promoted(house, season.team.siti, Role.BAPPEDA, None)

    answer = await siti.post("/v1/deliberations", json=meeting(season))

    assert answer.json()["results"][0]["problem"]["code"] == "own_work"
    assert await season.state() == ("completed", "decided")


async def test_in_a_closed_campaign_nothing_is_deliberated_or_reopened(house: House) -> None:
    season = await decided(house)
    await house.owner.execute("update campaigns set status = 'closed'")
    dewi = await house.as_(season.dewi)

    for path, body in (
        ("/v1/deliberations", meeting(season)),
        ("/v1/objections", {"verdict_id": str(season.verdict), "by": "family", "reason": "Salah"}),
    ):
        answer = await dewi.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "campaign_closed"), path
