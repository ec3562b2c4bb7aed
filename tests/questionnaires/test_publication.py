"""Publishing a version: what it would move, what it moved, who learns of it, and what keeps its own version."""

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.questionnaires.forms import FORM, check, question
from tests.support.house import House
from tests.support.make import Person, Team
from tests.sync.phone import Phone
from tests.visits.bodies import visit


def second() -> dict[str, Any]:
    """The form once more: `rooms` is gone, `floor` is new, `fridge` is asked by another list, one check stricter."""
    form = deepcopy(FORM)
    light, power, fridge, _, sleeping = form["sections"][0]["questions"]
    floor = question("floor", "select_one", list="reg_303")
    form["sections"][0]["questions"] = [light, power, fridge | {"list": "bdt_ya_tidak_ganjil"}, sleeping, floor]
    form["checks"] = [
        form["checks"][0] | {"when": {"question": "fridge", "in": ["1"]}},
        form["checks"][2] | {"level": "warning"},
        form["checks"][3],
        check("sleeps", "blocking", "sleeping", {"question": "sleeping", "most": 9}),
    ]
    return form


async def published(client: httpx.AsyncClient, questionnaire: str, form: dict[str, Any]) -> httpx.Response:
    """This form as the next version, published."""
    draft = await client.post(f"/v1/questionnaires/{questionnaire}/versions", json={"content": form})
    assert draft.status_code == 201, draft.text
    seen = {"If-Match": draft.headers["ETag"]}
    answer = await client.patch(draft.headers["Location"], json={"status": "published"}, headers=seen)
    assert answer.status_code == 200, answer.text
    return answer


async def season(house: House, dewi: httpx.AsyncClient) -> tuple[Team, str, list[UUID]]:
    """Bu Dewi's form in a campaign: two doors are Siti's, one Budi's, one nobody's, one is done."""
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    made = (await dewi.post("/v1/questionnaires", json={"code": "coba", "title": "Coba"})).json()["id"]
    await published(dewi, made, FORM)
    await house.owner.execute("update campaigns set questionnaire_id = $1 where id = $2", UUID(made), campaign)
    doors = []
    holders: list[tuple[Person | None, str]] = [
        (team.siti, "open"), (team.siti, "open"), (team.budi, "returned"),
        (None, "unassigned"), (team.siti, "completed"),
    ]  # fmt: skip
    for holder, status in holders:
        household = await house.make.household(members=0)
        doors.append(await house.make.assignment(campaign, household, holder, status=status))
    return team, made, doors


def answered(door: UUID, version: int, answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A visit that was done with this version."""
    head = {"id": str(uuid4()), "whereabouts": "new", "name": "Sri", "sex": "female"}
    told = {"born_on": "1990-05-01", "relation": "head", "answers": {"works": "yes", "pregnant": "no"}}
    return visit(door, id=str(uuid4()), questionnaire_version=version, answers=answers, members=[head | told], **more)


async def test_only_bappeda_reads_what_publishing_moves_and_only_of_what_is_there(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    team, made, _ = await season(house, dewi)
    url = f"/v1/questionnaires/{made}/versions"

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        assert (await (await house.as_(person)).get(f"{url}/1/publication")).status_code == 403, person.name
    assert (await dewi.get(f"{url}/2/publication")).status_code == 404
    (pilot,) = (await dewi.get("/v1/questionnaires?limit=1")).json()["items"]
    seeded = (await dewi.get(f"/v1/questionnaires/{pilot['id']}/versions/1/publication")).json()
    assert (seeded["assignments"], seeded["replaces"]) == (0, None), "it came with the software and moved nothing"


async def test_a_draft_tells_what_it_would_move_and_publishing_what_it_moved(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    team, made, doors = await season(house, dewi)
    siti = await house.as_(team.siti)
    begun = answered(doors[0], 1, {"light": "4"}, outcome="partial", verdict=None)
    assert (await siti.post("/v1/visits", json=begun)).status_code == 201
    draft = await dewi.post(f"/v1/questionnaires/{made}/versions", json={"content": second()})
    url, seen = draft.headers["Location"], {"If-Match": draft.headers["ETag"]}

    would = (await dewi.get(f"{url}/publication")).json()
    assert (await dewi.get(url)).json()["status"] == "draft"
    did = (await dewi.patch(url, json={"status": "published"}, headers=seen)).json()["publication"]

    assert (would["published_at"], would | {"published_at": did["published_at"]}) == (None, did)
    assert (did["version"], did["replaces"], did["assignments"], did["holders"]) == (2, 1, 4, 2)
    assert {one["status"]: one["assignments"] for one in did["by_status"]} == {
        "open": 2,
        "returned": 1,
        "unassigned": 1,
    }
    assert did["begun_visits"] == 1
    assert did["begun"] == [{"id": begun["id"], "assignment_id": str(doors[0]), "questionnaire_version": 1}]
    assert did["differences"] == {
        "questions_added": ["floor"],
        "questions_removed": ["rooms"],
        "questions_changed": [{"name": "fridge", "fields": ["list"]}],
        "code_lists_added": ["bdt_ya_tidak_ganjil", "reg_303"],
        "code_lists_removed": [],
        "checks_added": ["sleeps"],
        "checks_removed": ["sleeps_in_rooms"],
        "checks_changed": [
            {"name": "fridge_needs_power", "fields": ["when"]},
            {"name": "one_head", "fields": ["level"]},
        ],
    }
    later = answered(doors[1], 2, {"light": "4"}, outcome="partial", verdict=None)
    assert (await siti.post("/v1/visits", json=later)).status_code == 201
    assert (await dewi.get(f"{url}/publication")).json() == did, "it stays what it was at that moment"


async def test_nothing_moves_where_a_higher_version_is_asked_or_the_campaign_is_closed(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    _, made, _ = await season(house, dewi)
    lower = await dewi.post(f"/v1/questionnaires/{made}/versions", json={"content": second()})
    await published(dewi, made, FORM)

    late = (await dewi.get(f"{lower.headers['Location']}/publication")).json()
    await house.owner.execute("update campaigns set status = 'closed'")
    over = (await published(dewi, made, second())).json()["publication"]

    assert (late["replaces"], late["assignments"], late["by_status"]) == (3, 0, [])
    assert (over["replaces"], over["assignments"], over["holders"], over["begun_visits"]) == (3, 0, 0, 0)


async def test_holders_learn_it_with_their_next_pull_and_old_work_is_judged_by_its_own_version(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    team, made, doors = await season(house, dewi)
    await house.make.phone(team.siti, "phone-1")
    phone = Phone(await house.as_(team.siti))
    assert [form["version"] for form in (await phone.pull())["questionnaires"] if form["questionnaire_id"] == made] == [
        1
    ]
    assert (await phone.pull())["questionnaires"] == []

    await published(dewi, made, second())

    told = (await phone.pull())["questionnaires"]
    assert [form["version"] for form in told if form["questionnaire_id"] == made] == [2]
    bad = {"light": "1", "power": "2", "fridge": "yes", "sleeping": 12}
    pushed = [answered(doors[0], 1, bad | {"rooms": 12}), answered(doors[1], 2, bad | {"floor": "2", "fridge": "1"})]
    answer = await phone.client.post("/v1/sync/push", json={"device_id": "phone-1", "visits": pushed})
    old, new = answer.json()["results"]
    assert (old["status"], old["findings"]) == ("accepted", []), "version 1 lets twelve sleep in twelve rooms"
    assert new["status"] == "invalid"
    assert [error["code"] for error in new["problem"]["errors"]] == ["sleeps"]
