"""`POST /v1/assignments/reassignments` with `from_enumerator_id`: somebody is ill or leaves."""

from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.access.roles import Role
from tests.assignments.test_reassign_assignments import URL
from tests.support.house import House
from tests.support.make import Person, Team


def handing(leaver: Person, target: Person | None = None) -> dict[str, Any]:
    """All open work of this person to that one, or (nobody named) over the team."""
    body = {"from_enumerator_id": str(leaver.id), "reason": "Berhenti"}
    return body if target is None else body | {"enumerator_id": str(target.id)}


async def trainee(house: House, team: Team, name: str, *, passed: bool = True) -> Person:
    """One more member of the team."""
    who = await house.make.person(name, Role.ENUMERATOR, team.id)
    await house.owner.execute(
        "insert into team_members (id, campaign_id, team_id, staff_id, starts_on)"
        " values ($1, $2, $3, $4, '2022-11-02')",
        uuid4(), team.campaign_id, team.id, who.id,
    )  # fmt: skip
    await house.owner.execute(
        "insert into training_attendances select id, $1, days, $2 from trainings where campaign_id = $3 limit 1",
        who.id, passed, team.campaign_id,
    )  # fmt: skip
    return who


async def doors(house: House, team: Team, holder: Person, rt: str, number: int, status: str = "open") -> list[UUID]:
    """So many households of an RT in this person's hands."""
    return [
        await house.make.assignment(team.campaign_id, await house.make.household(rt=rt), holder, status=status)
        for _ in range(number)
    ]


async def holders(house: House) -> dict[UUID, UUID]:
    rows = await house.owner.fetch("select id, holder_id from assignments where holder_id is not null")
    return {row["id"]: row["holder_id"] for row in rows}


async def test_the_others_hand_nobodys_work_on(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    wati = (await house.make.team(campaign, names=("Wati", "Joko", "Tono"))).ratna
    held = await doors(house, team, team.siti, "001", 2)

    for person in (team.siti, team.budi, await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).post(URL, json=handing(team.siti))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    for who in (team.siti, team.ratna, Person(uuid4(), "Nobody", Role.ENUMERATOR)):
        for target in (None, team.budi):
            answer = await (await house.as_(wati)).post(URL, json=handing(who, target))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), who.name
    assert await holders(house) == dict.fromkeys(held, team.siti.id)


async def test_named_work_and_a_persons_are_not_mixed(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    ratna = await house.as_(team.ratna)
    ids = {"assignment_ids": [str(uuid4())]}

    for body, pointer, code in (
        ({"reason": "Berhenti"}, "/assignment_ids", "missing"),
        ({"reason": "Berhenti"} | ids, "/enumerator_id", "missing"),
        (handing(team.siti) | ids, "/from_enumerator_id", "one_of_two"),
        (handing(team.siti, team.siti), "/enumerator_id", "same_person"),
    ):
        answer = await ratna.post(URL, json=body)
        error = (answer.json().get("errors") or [{}])[0]
        assert (answer.status_code, error.get("pointer"), error.get("code")) == (422, pointer, code)


async def test_nothing_moves_where_nobody_would_take_it(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    held = await doors(house, team, team.siti, "001", 2)
    await trainee(house, team, "Lina", passed=False)
    off = await trainee(house, team, "Gatot")
    await house.owner.execute("update principals set active = false where id = any($1)", [off.id, team.budi.id])

    for person in (team.ratna, await house.make.dewi()):
        answer = await (await house.as_(person)).post(URL, json=handing(team.siti))
        assert (answer.status_code, answer.json()["code"]) == (409, "nobody_left")
    assert await holders(house) == dict.fromkeys(held, team.siti.id)
    assert await house.owner.fetchval("select count(*) from assignment_events") == 0


async def test_all_open_work_goes_to_one_and_what_was_handed_in_stays(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    moved = [
        (await doors(house, team, team.siti, "001", 1, status))[0] for status in ("open", "downloaded", "returned")
    ]
    kept = [
        (await doors(house, team, team.siti, "001", 1, status))[0]
        for status in ("submitted", "approved", "completed", "cancelled")
    ]
    beside = await doors(house, team, team.budi, "001", 1)
    ratna = await house.as_(team.ratna)

    answer = await ratna.post(URL, json=handing(team.siti, team.budi))

    assert [(row["id"], row["status"], row["enumerator_id"], row["warning"]) for row in answer.json()["results"]] == [
        (str(moved[0]), "reassigned", str(team.budi.id), None),
        (str(moved[1]), "reassigned", str(team.budi.id), "device_holds_work"),
        (str(moved[2]), "reassigned", str(team.budi.id), None),
    ]
    assert await holders(house) == dict.fromkeys(kept, team.siti.id) | dict.fromkeys(moved + beside, team.budi.id)
    noted = await house.owner.fetchval("select detail::jsonb ->> 'from_enumerator_id' from audit_events")
    assert noted == str(team.siti.id)
    again = await ratna.post(URL, json=handing(team.siti, team.budi))
    assert (again.status_code, again.json()) == (200, {"results": []})


async def test_work_is_spread_evenly_in_whole_rts_over_the_trained_of_the_same_team(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Wati", "Joko", "Tono"))
    lina, gatot = await trainee(house, team, "Lina"), await trainee(house, team, "Gatot", passed=False)
    parts = {rt: await doors(house, team, team.siti, rt, 4) for rt in ("001", "002", "003", "004")}
    await doors(house, team, team.siti, "005", 3, "submitted")
    siti = await house.as_(team.siti)

    answer = await (await house.as_(team.ratna)).post(URL, json=handing(team.siti))

    assert answer.status_code == 200
    now = await holders(house)
    loads = Counter(now[assignment] for part in parts.values() for assignment in part)
    assert loads == {team.budi.id: 8, lina.id: 8}, f"not {gatot.name}, who is not trained, and not {other.siti.name}"
    assert all(len({now[assignment] for assignment in part}) == 1 for part in parts.values()), "whole RTs"
    told = {row["id"]: row["enumerator_id"] for row in answer.json()["results"]}
    assert told == {str(one): str(now[one]) for part in parts.values() for one in part}
    assert len((await siti.get("/v1/assignments")).json()["items"]) == 3, "what she handed in"
    history = await house.owner.fetch("select distinct event, enumerator_id, reason from assignment_events")
    assert {tuple(row) for row in history} == {("reassigned", who, "Berhenti") for who in (team.budi.id, lina.id)}


async def test_who_holds_less_gets_more(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    lina = await trainee(house, team, "Lina")
    await doors(house, team, team.budi, "009", 6)
    for rt in ("001", "002", "003"):
        await doors(house, team, team.siti, rt, 2)

    await (await house.as_(await house.make.dewi())).post(URL, json=handing(team.siti))

    assert Counter((await holders(house)).values()) == {team.budi.id: 6, lina.id: 6}


@pytest.mark.parametrize("gone", ["switched off", "out of the team"])
async def test_work_of_somebody_who_is_gone_already_is_handed_on_by_the_coordinator(house: House, gone: str) -> None:
    team = await house.make.team(await house.make.campaign())
    held = await doors(house, team, team.siti, "001", 2)
    if gone == "switched off":
        await house.owner.execute("update principals set active = false where id = $1", team.siti.id)
    else:
        await house.owner.execute("update principals set team_id = null where id = $1", team.siti.id)
        await house.owner.execute("update team_members set ends_on = '2022-11-20' where staff_id = $1", team.siti.id)

    answer = await (await house.as_(team.ratna)).post(URL, json=handing(team.siti))

    assert answer.status_code == 200
    assert await holders(house) == dict.fromkeys(held, team.budi.id)


async def test_a_closed_campaigns_work_stays(house: House) -> None:
    team = await house.make.team(await house.make.campaign(status="closed"))
    held = await doors(house, team, team.siti, "001", 1)

    answer = await (await house.as_(team.ratna)).post(URL, json=handing(team.siti))

    assert (answer.status_code, answer.json()["results"]) == (200, [])
    assert await holders(house) == dict.fromkeys(held, team.siti.id)
