"""`POST /v1/verdicts/{id}/remarks/{number}/resolutions`: a remark is answered once, in words or by the visit."""

from typing import Any

from tests.support.house import House
from tests.verdicts.season import Season, proposed
from tests.visits.bodies import visit

REMARKS = [
    {"pointer": "/answers/floor", "comment": "Lantai apa?"},
    {"pointer": "/members/0/whereabouts", "comment": "Siapa yang ditemui?"},
]
WORDS = {"comment": "Sudah dicek, lantai tanah."}


async def returned(house: House) -> Season:
    """Ratna returned Siti's work with two remarks."""
    season = await proposed(house)
    answer = await (await house.as_(season.team.ratna)).post(
        f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "return", "comment": "Cek", "remarks": REMARKS}
    )
    assert answer.status_code == 200, answer.text
    return season


async def remarks(season: Season) -> list[dict[str, Any]]:
    history = await (await season.house.as_(season.team.siti)).get(f"/v1/verdicts/{season.verdict}/history")
    return [remark for event in history.json()["events"] for remark in event["remarks"]]


async def test_only_the_enumerator_who_holds_the_work_answers(house: House) -> None:
    season = await returned(house)
    path = f"/v1/verdicts/{season.verdict}/remarks/1/resolutions"

    for person, status in ((season.team.budi, 404), (season.team.ratna, 403), (season.dewi, 403)):
        assert (await (await house.as_(person)).post(path, json=WORDS)).status_code == status, person.name
    assert [remark["resolution"] for remark in await remarks(season)] == [None, None]


async def test_a_remark_that_does_not_exist_or_an_empty_answer_is_refused(house: House) -> None:
    season = await returned(house)
    siti = await house.as_(season.team.siti)

    for number, status in ((3, 404), (0, 422), (2**31, 422)):
        answer = await siti.post(f"/v1/verdicts/{season.verdict}/remarks/{number}/resolutions", json=WORDS)
        assert answer.status_code == status, number
    empty = await siti.post(f"/v1/verdicts/{season.verdict}/remarks/1/resolutions", json={"comment": " "})
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/comment")


async def test_a_remark_is_answered_once_and_shown_with_its_answer(house: House) -> None:
    season = await returned(house)
    siti = await house.as_(season.team.siti)
    path = f"/v1/verdicts/{season.verdict}/remarks/2/resolutions"

    first, again = await siti.post(path, json=WORDS), await siti.post(path, json=WORDS)

    assert (first.status_code, first.json()["number"]) == (201, 2)
    assert (again.status_code, again.json()["code"]) == (409, "already_resolved")
    told = await remarks(season)
    assert [remark["number"] for remark in told] == [1, 2]
    assert told[0]["resolution"] is None
    assert told[1]["resolution"]["comment"] == WORDS["comment"]
    assert told[1]["resolution"]["resolved_by"] == str(season.team.siti.id)
    deed = "select detail->>'number' from audit_events where action = 'remark.resolved'"
    assert await house.owner.fetchval(deed) == "2"


async def test_a_visit_that_corrects_answers_what_is_open_and_another_visit_does_not(house: House) -> None:
    season = await returned(house)
    siti = await house.as_(season.team.siti)
    await siti.post(f"/v1/verdicts/{season.verdict}/remarks/1/resolutions", json=WORDS)
    first = await house.owner.fetchval("select id from visits")

    plain = await siti.post("/v1/visits", json=visit(season.assignment, based_on=3))
    assert plain.status_code == 201, plain.text
    assert (await remarks(season))[1]["resolution"] is None
    await season.put("returned", "proposed")
    body = visit(season.assignment, based_on=4, corrects=str(first))
    corrected = await siti.post("/v1/visits", json=body)

    assert corrected.status_code == 201, corrected.text
    told = await remarks(season)
    assert (told[0]["resolution"]["comment"], told[0]["resolution"]["visit_id"]) == (WORDS["comment"], None)
    assert told[1]["resolution"]["visit_id"] == body["id"]
