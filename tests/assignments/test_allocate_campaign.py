"""`POST /v1/campaigns/{id}/allocations`."""

from uuid import UUID, uuid4

from tests.support.house import House
from tests.support.make import Team


async def city(house: House, campaign: UUID, *, rts: int = 6, each: int = 3) -> list[UUID]:
    made = []
    for rt in range(1, rts + 1):
        for _ in range(each):
            household = await house.make.household(rt=f"{rt:03}", members=1)
            made.append(await house.make.assignment(campaign, household))
    return made


async def _state(house: House) -> list[tuple[str, UUID | None]]:
    rows = await house.owner.fetch("select status, holder_id from assignments order by id")
    return [(row["status"], row["holder_id"]) for row in rows]


async def test_only_bappeda_allocates(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    await city(house, campaign, rts=1)

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).post(f"/v1/campaigns/{campaign}/allocations", json={})
        assert answer.status_code == 403
    assert {status for status, _ in await _state(house)} == {"unassigned"}


async def test_unknown_and_closed_campaigns_are_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    closed = await house.make.campaign(status="closed")
    await house.make.team(closed)

    absent = await dewi.post(f"/v1/campaigns/{uuid4()}/allocations", json={})
    late = await dewi.post(f"/v1/campaigns/{closed}/allocations", json={})
    bad = await dewi.post(f"/v1/campaigns/{closed}/allocations", json={"dry_run": "perhaps"})

    assert [answer.status_code for answer in (absent, late, bad)] == [404, 409, 422]
    assert (late.json()["code"], "closed" in late.json()["allowed"]) == ("wrong_state", False)


async def test_without_a_trained_enumerator_nothing_is_given(house: House) -> None:
    campaign = await house.make.campaign()
    await house.make.team(campaign)
    await house.owner.execute("update training_attendances set passed = false")
    await city(house, campaign, rts=1)
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_trained")


async def test_the_untrained_and_the_inactive_get_no_work(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    await house.owner.execute("update training_attendances set passed = false where staff_id = $1", team.budi.id)
    await house.owner.execute("update principals set active = false where id = $1", other.siti.id)
    await house.owner.execute("update team_members set ends_on = starts_on where staff_id = $1", other.budi.id)
    await city(house, campaign)
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})

    assert answer.json()["enumerators"] == 1
    assert set(await _state(house)) == {("open", team.siti.id)}


async def test_a_dry_run_says_what_would_be_and_changes_nothing(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    await city(house, campaign)
    dewi = await house.as_(await house.make.dewi())
    url = f"/v1/campaigns/{campaign}/allocations"

    tried = (await dewi.post(url, json={"dry_run": True})).json()
    before = await _state(house)
    done = (await dewi.post(url, json={"dry_run": False})).json()

    assert {status for status, _ in before} == {"unassigned"}
    assert tried == done | {"dry_run": True}
    assert done == {
        "dry_run": False,
        "enumerators": 2,
        "households": 18,
        "per_enumerator": {"min": 9, "median": 9.0, "max": 9},
        "split_rts": [],
        "unallocated": 0,
        "rws_per_enumerator": {"min": 1, "median": 1.0, "max": 1},
        "villages_per_enumerator": {"min": 1, "median": 1.0, "max": 1},
        "teams": [
            {
                "team_id": str(team.id),
                "enumerators": 2,
                "households": 18,
                "villages": ["35.73.04.1005"],
                "connected": True,
            }
        ],
    }


async def test_holders_teams_households_and_history_follow(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    made = await city(house, campaign)
    dewi = await house.as_(await house.make.dewi())

    await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})

    for person in (team.siti, team.budi):
        items = (await (await house.as_(person)).get("/v1/households")).json()["items"]
        assert len(items) == 9
        assert len({item["rt"] for item in items}) == 3  # whole RTs
        assert {item["assignment"]["revision"] for item in items} == {2}
    assert len((await (await house.as_(team.ratna)).get("/v1/assignments")).json()["items"]) == 18
    history = (await dewi.get(f"/v1/assignments/{made[0]}/history")).json()["items"]
    assert [(event["event"], event["status"], event["team_id"]) for event in history] == [
        ("allocated", "open", str(team.id))
    ]
    assert await house.owner.fetchval("select count(*) from audit_events where action = 'assignments.allocated'") == 1


async def test_what_somebody_holds_stays_and_counts(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    for status in ("open", "downloaded", "submitted", "completed"):
        household = await house.make.household(rt="009", members=1)
        await house.make.assignment(campaign, household, team.siti, status=status)
    await city(house, campaign, rts=6, each=1)
    dewi = await house.as_(await house.make.dewi())

    answer = (await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})).json()
    again = (await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})).json()

    assert answer["per_enumerator"] == {"min": 5, "median": 5.0, "max": 5}
    assert (again["households"], again["per_enumerator"]) == (0, answer["per_enumerator"])
    kept = await house.owner.fetch("select status from assignments where revision = 1")
    assert sorted(row["status"] for row in kept) == ["completed", "downloaded", "open", "submitted"]


async def test_households_without_an_rt_are_shared_out_and_a_divided_one_is_named(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    await city(house, campaign, rts=1, each=8)
    await house.owner.execute("update households set rw = null, rt = null")
    dewi = await house.as_(await house.make.dewi())

    answer = (await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})).json()

    assert answer["split_rts"] == [
        {"region_code": "35.73.04.1005", "rw": None, "rt": None, "households": 8, "enumerators": 2}
    ]
    holders = [holder for _, holder in await _state(house)]
    assert (holders.count(team.siti.id), holders.count(team.budi.id)) == (4, 4)


async def test_other_campaigns_are_left_alone(house: House) -> None:
    campaign = await house.make.campaign()
    team: Team = await house.make.team(campaign)
    elsewhere = await house.make.campaign(code="malang-2023")
    await city(house, elsewhere, rts=1)
    await city(house, campaign, rts=2, each=1)
    dewi = await house.as_(await house.make.dewi())

    await dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})

    rows = await house.owner.fetch("select status from assignments where campaign_id = $1", elsewhere)
    assert {row["status"] for row in rows} == {"unassigned"}
    assert {holder for _, holder in await _state(house)} == {None, team.siti.id, team.budi.id}
