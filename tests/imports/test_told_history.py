"""A household's history begins with the list that brought it, tells what later lists add, and has no gaps."""

from typing import Any

from api.core.settings import Settings
from tests.imports.sending import take
from tests.support.dirt import clean_rows, write
from tests.support.house import House
from tests.support.make import Person
from tests.support.p3ke import families, persons, write_p3ke
from tests.visits.bodies import visit


async def history(house: House, caller: Person, household: Any) -> list[dict[str, Any]]:
    """All revisions, oldest first."""
    answer = await (await house.as_(caller)).get(f"/v1/households/{household}/history")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items[::-1]


async def test_the_first_revision_names_who_sent_which_list(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    done = await take(house, wanted, dewi, campaign, write(clean_rows(3)).encode())

    for household in await house.owner.fetch("select id, created_at from households"):
        (first,) = await history(house, dewi, household["id"])
        assert (first["revision"], first["cause"], first["cause_id"]) == (1, "import", done["id"])
        assert (first["author_id"], first["changes"], first["reason"]) == (str(dewi.id), [], None)
    assert await house.owner.fetchval("select count(*) from household_revisions") == 3


async def test_the_same_list_again_is_no_revision(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    for _ in range(2):
        await take(house, wanted, dewi, campaign, write(clean_rows(3)).encode())

    assert await house.owner.fetchval("select count(*) from household_revisions") == 3
    assert await house.owner.fetchval("select max(revision) from households") == 1


async def test_a_later_list_tells_whom_it_added_and_where_it_names_them(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=("dtks", "p3ke"))
    rows = clean_rows(1, people=3)
    await take(house, wanted, dewi, campaign, write(rows[:2]).encode())
    household = await house.owner.fetchval("select id from households")

    later = await take(house, wanted, dewi, campaign, write(rows).encode())
    other = await take(house, wanted, dewi, campaign, write_p3ke(persons(1, people=3)))

    first, joined, listed = await history(house, dewi, household)
    assert [one["revision"] for one in (first, joined, listed)] == [1, 2, 3]
    assert (joined["cause"], joined["cause_id"], listed["cause_id"]) == ("import", later["id"], other["id"])
    told = {change["pointer"]: (change["from"], change["to"]) for change in joined["changes"]}
    people = {row["name"]: str(row["id"]) for row in await house.owner.fetch("select id, name from members")}
    added = {"name": "SLAMET 3", "relation": "child", "family_no": 1}
    assert {pointer: value for pointer, value in told.items() if pointer.startswith("/members")} == {
        f"/members/{people['SLAMET 3']}": (None, added)
    }
    named = {change["pointer"]: change["to"] for change in listed["changes"]}
    assert named["/sources/p3ke/I0000003"] == {"member_id": people["SLAMET 3"]}
    assert not [pointer for pointer in named if pointer.startswith("/members")], "all three were there"
    assert await house.owner.fetchval("select revision from households") == 3
    stored = await house.owner.fetch("select changes from household_revisions where revision > 1")
    assert not [row for row in stored if b"SLAMET" in row["changes"]]


async def test_another_desil_is_told_from_and_to(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=("dtks", "p3ke"))
    await take(house, wanted, dewi, campaign, write(clean_rows(1)).encode())
    await take(house, wanted, dewi, campaign, write_p3ke(families(1, desils=(2,))))

    await take(house, wanted, dewi, campaign, write_p3ke(families(1, desils=(4,))))

    last = (await history(house, dewi, await house.owner.fetchval("select id from households")))[-1]
    assert last["changes"] == [{"pointer": "/sources/p3ke/F0000001/desil", "from": 2, "to": 4}]
    assert await house.owner.fetchval("select desil from household_sources where source = 'p3ke'") == 4


async def test_work_that_is_handed_out_leaves_no_gap(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    team = await house.make.team(campaign)
    await take(house, wanted, dewi, campaign, write(clean_rows(1)).encode())
    work = await house.owner.fetchrow("select id, household_id from assignments")
    as_dewi = await house.as_(dewi)
    await as_dewi.post(f"/v1/campaigns/{campaign}/allocations", json={})
    for target in (team.siti, team.budi, team.siti):
        handing = {"assignment_ids": [str(work["id"])], "enumerator_id": str(target.id), "reason": "Bergantian"}
        await as_dewi.post("/v1/assignments/reassignments", json=handing)
    await as_dewi.patch(
        f"/v1/households/{work['household_id']}", json={"address": "JL. BARU"}, headers={"If-Match": '"1"'}
    )
    based_on = await house.owner.fetchval("select revision from assignments")
    came = await (await house.as_(team.siti)).post("/v1/visits", json=visit(work["id"], based_on=based_on))

    assert came.status_code == 201
    told = await history(house, dewi, work["household_id"])
    assert [(one["revision"], one["cause"]) for one in told] == [(1, "import"), (2, "correction"), (3, "visit")]
