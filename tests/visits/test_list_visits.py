"""`GET /v1/visits` and `GET /v1/visits/{id}`."""

from datetime import UTC, datetime
from uuid import uuid4

from tests.support.house import House
from tests.visits.bodies import absent, visit


async def test_custodians_observers_and_strangers_read_no_visit(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    other = await house.make.team(team.campaign_id, names=("Endah", "Tono", "Wati"))
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    body = visit(assignment)
    await (await house.as_(team.siti)).post("/v1/visits", json=body)

    for person in (await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        assert (await caller.get("/v1/visits")).status_code == 403
        assert (await caller.get(f"/v1/visits/{body['id']}")).status_code == 403
    for person in (team.budi, other.ratna, other.siti):
        caller = await house.as_(person)
        assert (await caller.get("/v1/visits")).json()["items"] == []
        assert (await caller.get(f"/v1/visits/{body['id']}")).status_code == 404
        assert (await caller.get(f"/v1/visits/{uuid4()}")).status_code == 404


async def test_bad_filters_are_422(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for query in (
        "outcome=gone",
        "from=yesterday",
        "from=0001-01-01",
        "to=9999-12-31",
        "cursor=x",
        "first_day=2022-11-02",
    ):
        assert (await dewi.get(f"/v1/visits?{query}")).status_code == 422, query


async def test_days_of_the_list_are_those_of_malang(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    late = absent(assignment, at=datetime(2022, 11, 3, 16, 59, 59, tzinfo=UTC))
    next_day = absent(assignment, "not_found", at=datetime(2022, 11, 3, 17, 0, tzinfo=UTC))
    for body in (late, next_day):
        await siti.post("/v1/visits", json=body)

    async def listed(query: str) -> list[str]:
        return [found["id"] for found in (await ratna.get(f"/v1/visits?{query}")).json()["items"]]

    assert await listed("from=2022-11-03&to=2022-11-03") == [late["id"]]
    assert await listed("from=2022-11-04") == [next_day["id"]]
    assert await listed("outcome=not_found") == [next_day["id"]]
    assert await listed(f"assignment_id={assignment}&enumerator_id={team.siti.id}") == [late["id"], next_day["id"]]
    assert await listed(f"enumerator_id={team.budi.id}") == []


async def test_pages_hold_every_visit_once_in_the_order_of_arrival(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    siti = await house.as_(team.siti)
    sent = [absent(assignment)["id"] for _ in range(5)]
    for visit_id in sent:
        await siti.post("/v1/visits", json=absent(assignment, id=visit_id))

    found, url = [], "/v1/visits?limit=2"
    while url:
        answer = (await siti.get(url)).json()
        found += [listed["id"] for listed in answer["items"]]
        url = f"/v1/visits?limit=2&cursor={answer['next']}" if answer["next"] else ""

    assert found == sent
    assert await house.owner.fetchval("select count(*) from disclosures where operation = 'list_visits'") == 3


async def test_a_visit_is_opened_from_its_seal_as_it_was_sent_in_one_disclosure(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    body = visit(assignment, attachments=[{"name": "rumah.jpg", "sha256": "0" * 64, "bytes": 81_233}])
    await (await house.as_(team.siti)).post("/v1/visits", json=body)
    ratna = await house.as_(team.ratna)

    answer = await ratna.get(f"/v1/visits/{body['id']}")
    again = await ratna.get(f"/v1/visits/{body['id']}", headers={"If-None-Match": answer.headers["ETag"]})

    seen = answer.json()
    for name in ("answers", "respondent", "attachments", "verdict", "notice_given", "location"):
        assert seen[name] == body[name], name
    assert (seen["enumerator_id"], seen["submits"]) == (str(team.siti.id), True)
    assert again.status_code == 304
    assert await house.owner.fetchval("select count(*) from disclosures where operation = 'read_visit'") == 1
