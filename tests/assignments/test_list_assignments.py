"""`GET /v1/assignments`, `/{id}` and `/{id}/history`."""

from uuid import UUID, uuid4

import pytest

from tests.support.house import House
from tests.support.make import Team


async def _field(house: House) -> tuple[UUID, Team, dict[str, UUID]]:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    make = house.make
    made = {
        "siti": await make.assignment(campaign, await make.household(), team.siti),
        "budi": await make.assignment(
            campaign, await make.household(region_code="35.73.03.1001"), team.budi, status="submitted"
        ),
        "nobody": await make.assignment(campaign, await make.household()),
    }
    await house.owner.execute(
        "update assignments set verdict_stage = 'proposed', field_result = 'completed', eligibility = 'eligible'"
        " where id = $1",
        made["budi"],
    )
    return campaign, team, made


async def test_strangers_assignments_look_absent(house: House) -> None:
    _, team, made = await _field(house)
    siti = await house.as_(team.siti)

    for path in (f"/v1/assignments/{made['budi']}", f"/v1/assignments/{made['budi']}/history"):
        assert (await siti.get(path)).status_code == 404
    assert (await siti.get(f"/v1/assignments/{uuid4()}")).status_code == 404
    assert (await siti.get("/v1/assignments/1")).status_code == 422
    for person in (await house.make.arif(), await house.make.observer()):
        assert (await (await house.as_(person)).get("/v1/assignments")).status_code == 403


async def test_unknown_filters_and_forged_cursors_are_refused(house: House) -> None:
    _, _, made = await _field(house)
    dewi = await house.as_(await house.make.dewi())
    huge = "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF0="  # a number that no bigint holds
    history = f"/v1/assignments/{made['siti']}/history"

    for url in (
        "/v1/assignments?status=lost",
        "/v1/assignments?household=1",
        "/v1/assignments?cursor=x",
        f"{history}?cursor={huge}",
        f"{history}?limit=0",
    ):
        assert (await dewi.get(url)).status_code == 422, url


async def test_each_role_lists_its_own(house: House) -> None:
    _, team, made = await _field(house)
    wanted = {
        team.siti: {"siti"},
        team.budi: {"budi"},
        team.ratna: {"siti", "budi"},
        await house.make.dewi(): set(made),
    }

    for person, names in wanted.items():
        items = (await (await house.as_(person)).get("/v1/assignments")).json()["items"]
        assert {item["id"] for item in items} == {str(made[name]) for name in names}
    assert await house.owner.fetchval("select count(*) from disclosures") == len(wanted), "a verdict is a look"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=open", {"siti"}),
        ("status=unassigned", {"nobody"}),
        ("verdict_stage=proposed", {"budi"}),
        ("field_result=completed&eligibility=eligible", {"budi"}),
        ("region_code=35.73.04", {"siti", "nobody"}),
        ("region_code=35.73.03.1001", {"budi"}),
        ("team_id={team}", {"siti", "budi"}),
        ("enumerator_id={siti}&campaign_id={campaign}", {"siti"}),
        ("campaign_id={siti}", set()),
    ],
)
async def test_filters_narrow_the_list(house: House, query: str, names: set[str]) -> None:
    campaign, team, made = await _field(house)
    dewi = await house.as_(await house.make.dewi())

    asked = query.format(team=team.id, siti=team.siti.id, campaign=campaign)
    items = (await dewi.get(f"/v1/assignments?{asked}")).json()["items"]

    assert {item["id"] for item in items} == {str(made[name]) for name in names}


async def test_pages_hold_every_assignment_once(house: House) -> None:
    _, _, made = await _field(house)
    dewi = await house.as_(await house.make.dewi())

    found, query = [], "limit=1"
    while query:
        answer = (await dewi.get(f"/v1/assignments?{query}")).json()
        found += [item["id"] for item in answer["items"]]
        query = f"limit=1&cursor={answer['next']}" if answer["next"] else ""

    assert sorted(found) == sorted(str(assignment_id) for assignment_id in made.values())


async def test_an_unchanged_assignment_is_not_sent_again(house: House) -> None:
    _, team, made = await _field(house)
    siti = await house.as_(team.siti)
    url = f"/v1/assignments/{made['siti']}"

    first = await siti.get(url)
    again = await siti.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.headers["ETag"], again.status_code) == ('"1.open"', 304)


@pytest.mark.parametrize("path", ["/v1/assignments/{id}", "/v1/households/{household_id}"])
async def test_work_that_a_phone_has_downloaded_is_no_unchanged_work(house: House, path: str) -> None:
    _, team, made = await _field(house)
    ratna = await house.as_(team.ratna)
    url = path.format(**(await ratna.get(f"/v1/assignments/{made['siti']}")).json())
    before = await ratna.get(url)
    await house.owner.execute("update assignments set status = 'downloaded' where id = $1", made["siti"])

    after = await ratna.get(url, headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert "downloaded" in (after.json()["status"], (after.json().get("assignment") or {}).get("status"))
