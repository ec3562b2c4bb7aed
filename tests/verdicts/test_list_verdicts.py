"""`GET /v1/verdicts`, `/{id}` and `/{id}/history`."""

from uuid import uuid4

from tests.support.house import House
from tests.verdicts.season import proposed, submit


async def test_custodians_observers_and_strangers_read_nothing(house: House) -> None:
    season = await proposed(house)
    other = await house.make.team(season.team.campaign_id, names=("Endah", "Tono", "Wati"))

    for person in (await house.make.arif(), await house.make.observer()):
        caller = await house.as_(person)
        for path in ("", f"/{season.verdict}", f"/{season.verdict}/history"):
            assert (await caller.get(f"/v1/verdicts{path}")).status_code == 403
    for person in (other.ratna, other.siti, season.team.budi):
        caller = await house.as_(person)
        assert (await caller.get("/v1/verdicts")).json()["items"] == []
        for path in (f"/{season.verdict}", f"/{season.verdict}/history", f"/{uuid4()}"):
            assert (await caller.get(f"/v1/verdicts{path}")).status_code == 404


async def test_bad_filters_are_422(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for query in ("stage=done", "region_code=3573", "cursor=x", "limit=0", "colour=red", "campaign_id=1"):
        assert (await dewi.get(f"/v1/verdicts?{query}")).status_code == 422, query


async def test_each_filter_narrows_the_list(house: House) -> None:
    season = await proposed(house)
    dewi = await house.as_(season.dewi)
    matching = {
        "campaign_id": season.team.campaign_id,
        "stage": "proposed",
        "status": "submitted",
        "eligibility": "eligible",
        "field_result": "completed",
        "registry_status": "none",
        "region_code": "35.73.04",
        "team_id": season.team.id,
        "enumerator_id": season.team.siti.id,
        "assignment_id": season.assignment,
    }
    missing = {
        "campaign_id": uuid4(),
        "stage": "decided",
        "status": "completed",
        "eligibility": "not_eligible",
        "field_result": "refused",
        "registry_status": "accepted",
        "region_code": "35.73.03",
        "team_id": uuid4(),
        "enumerator_id": season.team.budi.id,
        "assignment_id": uuid4(),
    }

    for name, value in matching.items():
        assert len((await dewi.get(f"/v1/verdicts?{name}={value}")).json()["items"]) == 1, name
        assert (await dewi.get(f"/v1/verdicts?{name}={missing[name]}")).json()["items"] == [], name
    everything = "&".join(f"{name}={value}" for name, value in matching.items())
    assert len((await dewi.get(f"/v1/verdicts?{everything}")).json()["items"]) == 1


async def test_pages_hold_every_verdict_once_and_each_page_is_one_disclosure(house: House) -> None:
    season = await proposed(house)
    for _ in range(4):
        await submit(house, season.team)
    ratna = await house.as_(season.team.ratna)

    found, url = [], "/v1/verdicts?limit=2"
    while url:
        answer = (await ratna.get(url)).json()
        found += [verdict["id"] for verdict in answer["items"]]
        url = f"/v1/verdicts?limit=2&cursor={answer['next']}" if answer["next"] else ""

    assert (len(found), len(set(found))) == (5, 5)
    looks = await house.owner.fetch("select household_ids from disclosures where operation = 'list_verdicts'")
    assert [len(look["household_ids"]) for look in looks] == [2, 2, 1]


async def test_the_etag_is_the_last_event_and_saves_reading_again(house: House) -> None:
    season = await proposed(house)
    ratna = await house.as_(season.team.ratna)

    first = await ratna.get(f"/v1/verdicts/{season.verdict}")
    unchanged = await ratna.get(f"/v1/verdicts/{season.verdict}", headers={"If-None-Match": first.headers["ETag"]})
    await ratna.post(f"/v1/verdicts/{season.verdict}/reviews", json={"decision": "approve"})
    changed = await ratna.get(f"/v1/verdicts/{season.verdict}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    assert (unchanged.status_code, unchanged.headers["ETag"]) == (304, '"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert (changed.json()["stage"], changed.json()["status"]) == ("reviewed", "approved")
    assert await house.owner.fetchval("select count(*) from disclosures where operation = 'read_verdict'") == 2
