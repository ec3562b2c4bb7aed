"""Four eyes: nobody reviews or decides their own work, whatever their role is now (trust.md P5, T18)."""

from uuid import UUID

import httpx

from api.access.roles import Role
from tests.support.house import House
from tests.support.make import Person
from tests.verdicts.season import Season, proposed
from tests.visits.bodies import ELIGIBLE


async def promoted(house: House, person: Person, role: Role, team_id: UUID | None) -> httpx.AsyncClient:
    """The same person in another role, with a token of that role."""
    await house.owner.execute(
        "update principals set role = $2, team_id = $3 where id = $1", person.id, role.value, team_id
    )
    house.signed_in.pop(person.id, None)
    return await house.as_(Person(person.id, person.name, role, team_id))


async def refused(season: Season, caller: httpx.AsyncClient, path: str, decision: str) -> None:
    before = await season.state()
    body: dict[str, object] = {"decision": decision, "comment": "Baik"}
    if decision == "amend":
        body["verdict"] = ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []}
    answer = await caller.post(f"/v1/verdicts/{season.verdict}/{path}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "own_work"), decision
    assert await season.state() == before


async def test_an_enumerator_who_became_coordinator_reviews_no_visit_of_the_own(house: House) -> None:
    season = await proposed(house)
    siti = await promoted(house, season.team.siti, Role.COORDINATOR, season.team.id)

    for decision in ("approve", "return"):
        await refused(season, siti, "reviews", decision)
    await season.put("approved", "reviewed")
    await refused(season, siti, "reviews", "revoke")


async def test_an_enumerator_who_became_bappeda_decides_no_visit_of_the_own(house: House) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")
    siti = await promoted(house, season.team.siti, Role.BAPPEDA, None)

    for decision in ("confirm", "amend", "return"):
        await refused(season, siti, "decisions", decision)
    many = await siti.post(
        "/v1/verdicts/decisions", json={"items": [{"verdict_id": str(season.verdict), "decision": "confirm"}]}
    )
    assert many.json()["results"][0]["problem"]["code"] == "own_work"
    assert await season.state() == ("approved", "reviewed")


async def test_a_visit_by_the_judge_is_own_work_even_when_another_wrote_the_verdict(house: House) -> None:
    season = await proposed(house)
    await house.owner.execute("update verdict_revisions set author_id = $1", season.team.budi.id)
    siti = await promoted(house, season.team.siti, Role.COORDINATOR, season.team.id)

    await refused(season, siti, "reviews", "approve")


async def test_a_coordinator_who_became_bappeda_decides_nothing_that_was_approved_by_the_own_hand(
    house: House,
) -> None:
    season = await proposed(house)
    approved = await (await house.as_(season.team.ratna)).post(
        f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"}
    )
    assert approved.status_code == 200
    ratna = await promoted(house, season.team.ratna, Role.BAPPEDA, None)

    for decision in ("confirm", "amend", "return"):
        await refused(season, ratna, "decisions", decision)
    dewi = await house.as_(season.dewi)
    assert (
        await dewi.post(f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "confirm"})
    ).status_code == 200


async def test_bappeda_does_not_reopen_the_own_amendment_but_a_colleague_may(house: House) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")
    dewi = await house.as_(season.dewi)
    content = ELIGIBLE | {"eligibility": "to_deliberation", "criteria": []}
    amended = await dewi.post(
        f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "amend", "verdict": content}
    )
    assert amended.status_code == 200, amended.text

    await refused(season, dewi, "decisions", "return")
    yanti = await house.as_(await house.make.person("Yanti", Role.BAPPEDA))
    returned = await yanti.post(
        f"/v1/verdicts/{season.verdict}/decisions", json={"decision": "return", "comment": "Keberatan keluarga"}
    )
    assert (returned.status_code, await season.state()) == (200, ("returned", "proposed"))
