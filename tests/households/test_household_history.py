"""`GET /v1/households/{id}/history`: every change, newest first, sealed where it lies."""

from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.support.make import Team
from tests.visits.bodies import REFUSED, visit


async def ours(house: House) -> tuple[Team, UUID, UUID]:
    """Siti's household and its assignment."""
    team = await house.make.team(await house.make.campaign())
    household = await house.make.household()
    return team, household, await house.make.assignment(team.campaign_id, household, team.siti)


async def test_strangers_and_roles_without_households_read_no_history(house: House) -> None:
    team, household, _ = await ours(house)
    other = await house.make.team(team.campaign_id, names=("Tono", "Wati", "Joko"))
    callers = [team.budi, other.ratna, await house.make.arif(), await house.make.observer()]

    url = f"/v1/households/{household}/history"
    answers = [await (await house.as_(caller)).get(url) for caller in callers]
    unknown = await (await house.as_(team.ratna)).get(f"/v1/households/{uuid4()}/history")

    assert [answer.status_code for answer in (*answers, unknown)] == [404, 404, 403, 403, 404]
    assert await house.owner.fetchval("select count(*) from disclosures") == 0


async def test_a_bad_page_is_refused(house: House) -> None:
    team, household, _ = await ours(house)
    ratna = await house.as_(team.ratna)

    for query in ("cursor=x", "limit=0", "cursor=Wy0xXQ==", "cursor=W3RydWVd", "cursor=WzEwMDAwMDAwMDAwMF0=", "x=1"):
        assert (await ratna.get(f"/v1/households/{household}/history?{query}")).status_code == 422, query


async def test_a_visit_that_changes_the_household_is_told_with_its_id(house: House) -> None:
    team, household, assignment = await ours(house)
    head, child = [row["id"] for row in await house.owner.fetch("select id from members order by line")]
    born = str(uuid7())
    members: list[dict[str, Any]] = [
        {"id": str(head), "whereabouts": "present"},
        {"id": str(child), "whereabouts": "moved"},
        {"id": born, "whereabouts": "new", "name": "Bayu", "relation": "child", "nik": "3573041203850002"},
    ]
    first = visit(assignment, outcome="partial", verdict=None, members=members)
    same = visit(assignment, outcome="partial", verdict=None, members=members[:2])
    back = visit(assignment, members=[{"id": str(child), "whereabouts": "present"}])
    siti = await house.as_(team.siti)
    for body in (first, same, back):
        assert (await siti.post("/v1/visits", json=body)).status_code == 201

    answer = await siti.get(f"/v1/households/{household}/history")

    newest, oldest = answer.json()["items"]
    assert [revision["revision"] for revision in (newest, oldest)] == [3, 2], "a visit that changes nothing is none"
    assert (oldest["cause"], oldest["cause_id"], oldest["author_id"]) == ("visit", first["id"], str(team.siti.id))
    told = {change["pointer"]: (change["from"], change["to"]) for change in oldest["changes"]}
    assert told[f"/members/{child}/whereabouts"] == (None, "moved")
    assert told["/location"] == (None, {"lat": -7.9921, "lon": 112.6183, "accuracy_m": 8.5})
    assert told[f"/members/{born}"][1] | {"sex": None} == {
        "name": "Bayu",
        "relation": "child",
        "sex": None,
        "born_on": None,
        "family_no": None,
        "whereabouts": "new",
        "nik": "3573************",
    }
    assert newest["changes"] == [{"pointer": f"/members/{child}/whereabouts", "from": "moved", "to": "present"}]
    assert await house.owner.fetchval("select latitude from households") == -7.9921
    assert await house.owner.fetchval("select revision from households") == 3


async def test_a_visit_that_changes_nothing_leaves_the_revision(house: House) -> None:
    team, household, assignment = await ours(house)

    refused = visit(assignment, outcome="refused", verdict=REFUSED, location=None)
    assert (await (await house.as_(team.siti)).post("/v1/visits", json=refused)).status_code == 201

    assert await house.owner.fetchval("select revision from households where id = $1", household) == 1
    assert await house.owner.fetchval("select count(*) from household_revisions") == 0


async def test_what_changed_lies_sealed(house: House) -> None:
    _, household, _ = await ours(house)
    dewi = await house.as_(await house.make.dewi())

    await dewi.patch(f"/v1/households/{household}", json={"address": "JL. SUMBER 4"}, headers={"If-Match": '"1"'})

    stored = await house.owner.fetchval("select changes from household_revisions")
    assert b"SUMBER" not in stored
    assert b"SUPRIADI" not in stored


async def test_pages_go_back_in_time_and_each_is_one_look(house: House) -> None:
    team, household, _ = await ours(house)
    ratna = await house.as_(team.ratna)
    for rt in ("001", "002", "003", "004", "005"):
        await ratna.patch(f"/v1/households/{household}", json={"rt": rt}, headers={"If-Match": "*"})
    url, seen = f"/v1/households/{household}/history", []

    answer = (await ratna.get(f"{url}?limit=2")).json()
    while True:
        seen += [change["to"] for revision in answer["items"] for change in revision["changes"]]
        if answer["next"] is None:
            break
        answer = (await ratna.get(url, params={"limit": 2, "cursor": answer["next"]})).json()

    assert seen == ["005", "004", "003", "002", "001"]
    looks = await house.owner.fetch("select * from disclosures where operation = 'read_household_history'")
    assert [look["household_ids"] for look in looks] == [[household]] * 3
