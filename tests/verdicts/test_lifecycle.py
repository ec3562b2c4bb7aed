"""The table of contract section 5, every allowed and every forbidden move, over HTTP and by each role."""

import pytest

from api.access.roles import Role
from api.core.problems import WrongState
from api.tables import AssignmentStatus as Status
from api.tables import VerdictStage as Stage
from api.verdicts import lifecycle
from api.verdicts.lifecycle import Event
from tests.support.house import House
from tests.verdicts.season import proposed
from tests.visits.bodies import ELIGIBLE

# status and stage before, role, decision: status and stage after. Written again here, not taken from the code.
TABLE = {
    ("submitted", "proposed", "coordinator", "approve"): ("approved", "reviewed"),
    ("submitted", "proposed", "coordinator", "return"): ("returned", "proposed"),
    ("approved", "reviewed", "coordinator", "revoke"): ("submitted", "proposed"),
    ("approved", "reviewed", "bappeda", "confirm"): ("completed", "decided"),
    ("approved", "reviewed", "bappeda", "amend"): ("completed", "decided"),
    ("approved", "reviewed", "bappeda", "return"): ("returned", "proposed"),
    ("completed", "decided", "bappeda", "return"): ("returned", "proposed"),
    ("completed", "deliberated", "bappeda", "return"): ("returned", "proposed"),
}
STATES = [
    ("unassigned", None),
    ("open", None),
    ("downloaded", None),
    ("submitted", "proposed"),
    ("returned", "proposed"),
    ("approved", "reviewed"),
    ("completed", "decided"),
    ("completed", "deliberated"),
    ("completed", "endorsed"),
    ("cancelled", None),
]
MOVES = {
    "coordinator": ("reviews", ("approve", "return", "revoke")),
    "bappeda": ("decisions", ("confirm", "amend", "return")),
}


@pytest.mark.parametrize("role", MOVES)
async def test_every_move_of_the_table_is_taken_and_every_other_is_409_with_what_is_allowed(
    house: House, role: str
) -> None:
    season = await proposed(house)
    caller = await house.as_({"coordinator": season.team.ratna, "bappeda": season.dewi}[role])
    path, decisions = MOVES[role]
    for status, stage in STATES:
        for decision in decisions:
            await season.put(status, stage)
            before = await house.owner.fetchrow(
                "select (select count(*) from verdict_events) as moves, revision from assignments where id = $1",
                season.assignment,
            )
            body: dict[str, object] = {"decision": decision, "comment": "Mohon diperiksa lagi."}
            if decision == "amend":
                # Dewi's own revision would be her own work at the next move: as if Siti had written it
                await house.owner.execute("update verdict_revisions set author_id = $1", season.team.siti.id)
                body["verdict"] = ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []}

            answer = await caller.post(f"/v1/verdicts/{season.verdict}/{path}", json=body)

            wanted = TABLE.get((status, stage or "", role, decision))
            after = await house.owner.fetchrow(
                "select (select count(*) from verdict_events) as moves, revision from assignments where id = $1",
                season.assignment,
            )
            if decision == "amend":
                await house.owner.execute("update verdict_revisions set author_id = $1", season.team.siti.id)
            if wanted:
                assert answer.status_code == 200, (status, decision, answer.text)
                assert await season.state() == wanted
                assert (answer.json()["status"], answer.json()["stage"]) == wanted
                assert (after["moves"], after["revision"]) == (before["moves"] + 1, before["revision"] + 1)
            else:
                assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state"), (status, stage, decision)
                offered = {key[3] for key in TABLE if key[:3] == (status, stage or "", role)}
                assert offered == set(answer.json()["allowed"]) & set(decisions)
                assert await season.state() == (status, stage)
                assert dict(after) == dict(before)


async def test_only_coordinators_review_and_only_bappeda_decides(house: House) -> None:
    season = await proposed(house)
    arif, wayan = await house.make.arif(), await house.make.observer()
    for person in (season.team.siti, season.dewi, arif, wayan):
        answer = await (await house.as_(person)).post(
            f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    for person in (season.team.siti, season.team.ratna, arif, wayan):
        caller = await house.as_(person)
        one = await caller.post(f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "confirm"})
        many = await caller.post(
            "/v1/verdicts/decisions", json={"items": [{"verdict_id": str(season.verdict), "decision": "confirm"}]}
        )
        assert (one.status_code, many.status_code) == (403, 403), person.name
    assert await season.state() == ("submitted", "proposed")


@pytest.mark.parametrize(
    ("event", "role", "sources"),
    [
        (Event.ALLOCATE, Role.BAPPEDA, {"unassigned", "open", "downloaded", "returned"}),
        (Event.REASSIGN, Role.COORDINATOR, {"unassigned", "open", "downloaded", "returned"}),
        (Event.DOWNLOAD, Role.ENUMERATOR, {"open"}),
        (Event.SUBMIT, Role.ENUMERATOR, {"open", "downloaded", "returned"}),
        (Event.OBJECT, Role.BAPPEDA, {"approved", "completed"}),
        (Event.CANCEL, Role.BAPPEDA, {"unassigned", "open", "downloaded"}),
        (Event.CANCEL, Role.COORDINATOR, set()),
        (Event.SUBMIT, Role.COORDINATOR, set()),
        (Event.APPROVE, Role.BAPPEDA, set()),
    ],
)
def test_the_other_events_start_where_the_contract_says(event: Event, role: Role, sources: set[str]) -> None:
    stages = {Status.APPROVED: Stage.REVIEWED, Status.COMPLETED: Stage.DECIDED}

    assert {status for status in Status if event in lifecycle.allowed(status, role, stages.get(status))} == sources


def test_an_endorsed_verdict_is_at_the_end() -> None:
    assert lifecycle.allowed(Status.COMPLETED, Role.BAPPEDA, Stage.ENDORSED) == []
    assert lifecycle.allowed(Status.COMPLETED, Role.BAPPEDA, Stage.DELIBERATED) == ["return", "object", "endorse"]
    with pytest.raises(WrongState):
        lifecycle.demand(Event.RETURN, Role.BAPPEDA, Status.COMPLETED, Stage.ENDORSED)
