"""`POST /v1/objections`: a family or kelurahan objects, and somebody goes back."""

from uuid import uuid4

import pytest

from api.access.roles import Role
from tests.support.house import House
from tests.verdicts.official import decided
from tests.verdicts.season import Season
from tests.verdicts.test_lifecycle import STATES
from tests.verdicts.test_own_work import promoted


def objection(season: Season, **changes: str) -> dict[str, str]:
    return {"verdict_id": str(season.verdict), "by": "family", "reason": "Kami tidak pernah didatangi."} | changes


async def test_only_bappeda_records_objections(house: House) -> None:
    season = await decided(house)

    for person in (season.team.ratna, season.team.siti, await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        assert (await caller.post("/v1/objections", json=objection(season))).status_code == 403, person.name
        assert (await caller.get("/v1/objections")).status_code == 403, person.name


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"verdict_id": str(uuid4())}, "/verdict_id", "unknown_verdict"),
        ({"by": "neighbour"}, "/by", "enum"),
        ({"reason": ""}, "/reason", "string_too_short"),
    ],
)
async def test_a_wrong_field_is_named(house: House, changes: dict[str, str], pointer: str, code: str) -> None:
    season = await decided(house)

    answer = await (await house.as_(season.dewi)).post("/v1/objections", json=objection(season, **changes))

    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)


async def test_it_reopens_what_was_approved_or_decided_and_nothing_else(house: House) -> None:
    season = await decided(house)
    dewi = await house.as_(season.dewi)

    for status, stage in STATES:
        await season.put(status, stage)
        answer = await dewi.post("/v1/objections", json=objection(season))
        if status in ("approved", "completed") and stage != "endorsed":
            assert (answer.status_code, await season.state()) == (201, ("returned", "proposed")), (status, stage)
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state"), (status, stage)
            assert await season.state() == (status, stage)


async def test_nobody_reopens_their_own_work(house: House) -> None:
    season = await decided(house)
    siti = await promoted(house, season.team.siti, Role.BAPPEDA, None)

    answer = await siti.post("/v1/objections", json=objection(season))

    assert (answer.status_code, answer.json()["code"]) == (409, "own_work")
    assert await season.state() == ("completed", "decided")


async def test_the_enumerator_reads_why_and_the_objection_is_kept(house: House) -> None:
    season = await decided(house)
    dewi, siti = await house.as_(season.dewi), await house.as_(season.team.siti)

    made = await dewi.post("/v1/objections", json=objection(season, by="village"))

    assert (made.status_code, made.json()["event"]) == (201, 2)
    history = (await siti.get(f"/v1/verdicts/{season.verdict}/history")).json()
    event = history["events"][-1]
    assert (event["move"], event["reason_code"]) == ("object", "objection_of_village")
    assert event["comment"] == objection(season)["reason"]
    assert (await dewi.get(made.headers["Location"])).json() == made.json()
    for by, found in (("village", 1), ("family", 0)):
        assert len((await dewi.get("/v1/objections", params={"by": by})).json()["items"]) == found
    shown = "select count(*) from disclosures where operation in ('read_objection', 'list_objections')"
    assert await house.owner.fetchval(shown) == 2
