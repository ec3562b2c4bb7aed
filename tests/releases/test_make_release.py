"""`POST /v1/releases`."""

import asyncio
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.releases.decided import pilot
from tests.support.house import House


async def test_only_bappeda_makes_a_release(house: House) -> None:
    here = await pilot(house)
    await here.household()
    machine = await house.make.machine("dinsos", "releases:read", "releases:write")

    for person in (here.team.ratna, here.team.siti, await house.make.arif(), await house.make.observer(), machine):
        answer = await (await house.as_(person)).post("/v1/releases", json={"campaign_id": str(here.campaign_id)})
        assert answer.status_code in (403, 404), person.name
    assert await house.owner.fetchval("select count(*) from releases") == 0


async def test_nothing_decided_is_refused_and_nothing_is_kept(house: House) -> None:
    here = await pilot(house)
    await here.household(stage="proposed")

    answer = await (await house.as_(here.dewi)).post("/v1/releases", json={"campaign_id": str(here.campaign_id)})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_decided")
    assert await house.owner.fetchval("select count(*) from releases") == 0


async def test_unknown_campaign_and_unknown_fields_are_named(house: House) -> None:
    here = await pilot(house)
    dewi = await house.as_(here.dewi)

    answer = await dewi.post("/v1/releases", json={"campaign_id": str(uuid7())})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/campaign_id")

    answer = await dewi.post("/v1/releases", json={"campaign_id": str(here.campaign_id), "number": 7})
    assert answer.status_code == 422


async def test_counts_say_each_source_apart(house: House) -> None:
    here = await pilot(house)
    valid = await here.household(external_id="A")
    await here.household(
        external_id="B", whereabouts="deceased", eligibility="not_eligible", registry_action="deactivate"
    )
    await here.household(external_id="C", field_result="moved", eligibility="undetermined", registry_action="transfer")
    await here.household(stage="proposed")
    await house.owner.execute(
        "insert into household_sources (id, household_id, source, external_id) values ($1, $2, 'p3ke', 'P-1')",
        uuid7(),
        valid,
    )

    answer = await (await house.as_(here.dewi)).post("/v1/releases", json={"campaign_id": str(here.campaign_id)})

    assert answer.status_code == 201
    release = answer.json()
    assert answer.headers["Location"] == f"/v1/releases/{release['id']}"
    assert release["counts"] == {
        "households": 3,
        "by_eligibility": {"eligible": 1, "not_eligible": 1, "undetermined": 1},
        "by_field_result": {"completed": 2, "moved": 1},
        "by_registry_action": {"keep": 1, "deactivate": 1, "transfer": 1},
        "by_source": {
            "dtks": {"households": 3, "valid": 1},
            "p3ke": {"households": 1, "valid": 1},
            "dtsen": {"households": 0, "valid": 0},
            "field": {"households": 0, "valid": 0},
        },
    }
    assert await house.owner.fetchval("select count(*) from released_members") == 6
    noted = await house.owner.fetchrow("select action, subject_id from audit_events order by seq desc limit 1")
    assert (noted["action"], noted["subject_id"]) == ("release.made", UUID(release["id"]))


async def test_endorsed_and_deliberated_verdicts_are_released_too(house: House) -> None:
    here = await pilot(house)
    await here.household(stage="endorsed")
    await here.household(stage="deliberated")

    release = await here.release()

    assert await house.owner.fetchval("select count(*) from released_households where release_id = $1", release) == 2


async def test_a_decision_that_was_reopened_is_not_released(house: House) -> None:
    here = await pilot(house)
    await here.household()
    reopened = await here.household()
    await house.owner.execute(
        "update assignments set status = 'returned', verdict_stage = 'proposed' where household_id = $1", reopened
    )

    release = await here.release()

    assert await house.owner.fetchval("select count(*) from released_households where release_id = $1", release) == 1


async def test_numbers_count_up_even_when_two_are_made_at_once(house: House) -> None:
    here = await pilot(house)
    await here.household()

    await asyncio.gather(*(here.release() for _ in range(4)))

    numbers = await house.owner.fetch("select number from releases order by number")
    assert [row["number"] for row in numbers] == [1, 2, 3, 4]


async def test_a_repeated_call_with_its_key_makes_one_release(house: House) -> None:
    here = await pilot(house)
    await here.household()
    dewi, key = await house.as_(here.dewi), {"Idempotency-Key": "rilis-1"}

    first = await dewi.post("/v1/releases", json={"campaign_id": str(here.campaign_id)}, headers=key)
    again = await dewi.post("/v1/releases", json={"campaign_id": str(here.campaign_id)}, headers=key)

    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert await house.owner.fetchval("select count(*) from releases") == 1


async def test_an_old_release_keeps_what_was_decided_then(house: House) -> None:
    here = await pilot(house)
    home = await here.household(head="Slamet", nik="3573041203850001")
    first = await here.release()
    before = {name: await here.file(first, name) for name in ("households.csv", "households.ndjson", "dtks_update.csv")}

    await here.amend(home, eligibility="not_eligible")
    await house.owner.execute("update households set head_name = 'Paimin', rt = '009' where id = $1", home)
    await house.owner.execute("update members set name = 'Paimin', nik = null, whereabouts = 'deceased'")
    await house.owner.execute("delete from household_sources")
    second = await here.release()

    for name, text in before.items():
        assert await here.file(first, name) == text, name
    assert "not_eligible" in await here.file(second, "households.csv")
    assert "not_eligible" not in before["households.csv"]
    counts = (await (await house.as_(here.dewi)).get(f"/v1/releases/{first}")).json()["counts"]
    assert counts["by_source"]["dtks"] == {"households": 1, "valid": 1}


async def test_the_planner_knows_each_release_at_once(house: House) -> None:
    """Unknown to it, a release was taken for one row, and its people were found by comparing each with each."""
    here = await pilot(house)
    dewi = await house.as_(here.dewi)
    for _ in range(2):
        await here.household()
    known = "select most_common_vals::text from pg_stats where tablename = $1 and attname = 'release_id'"

    for _ in range(2):
        made = (await dewi.post("/v1/releases", json={"campaign_id": str(here.campaign_id)})).json()
        assert made["id"] in await house.owner.fetchval(known, "released_households")
        assert made["id"] in await house.owner.fetchval(known, "released_members")
