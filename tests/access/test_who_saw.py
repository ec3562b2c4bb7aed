"""`sambang who-saw`: the list of an incident from every side, within its window."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.access.who_saw import Asked, LineOf, NobodyFound, list_incident
from tests.support.house import House
from tests.support.make import PASSWORD


async def seen(house: House, **asked: Any) -> set[tuple[UUID, int]]:
    """Whom or who, and how many looks."""
    rows = await list_incident(house.owner, Asked(**asked))
    return {(row.get("household_id") or row["actor_id"], row["looks"]) for row in rows}


async def test_an_incident_is_listed_from_every_side(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    first, second = await house.make.household(), await house.make.household()
    for one in (first, second):
        await house.make.assignment(team.campaign_id, one, team.siti)
    await house.make.password(team.siti)
    session = (
        await (await house.as_(None)).post("/v1/sessions", json={"username": "siti", "password": PASSWORD})
    ).json()
    phone = {"Authorization": f"Bearer {session['access_token']}"}
    family = await house.owner.fetchval("select family_id from refresh_tokens")
    siti, now = await house.as_(team.siti), datetime.now(UTC)
    await siti.get(f"/v1/households/{first}")
    await (await house.as_(None)).get(f"/v1/households/{first}", headers=phone)
    await (await house.as_(team.ratna)).get("/v1/households")
    ratna, hour = team.ratna.id, timedelta(hours=1)

    assert await seen(house, household=first) == {(team.siti.id, 1), (ratna, 1)}
    assert await seen(house, household=first, by=LineOf.HOUSEHOLD) == {(first, 3)}
    assert await seen(house, account="siti") == {(first, 2)}
    assert await seen(house, account=str(ratna)) == {(first, 1), (second, 1)}
    assert await seen(house, session=family) == {(first, 1)}
    assert await seen(house, session=family, household=second) == set()
    assert await seen(house, since=now - hour, until=now + hour) == {(first, 3), (second, 1)}
    assert await seen(house, household=second, since=now + hour) == set()
    assert await seen(house, account="ratna", until=now - hour) == set()
    lines = await list_incident(house.owner, Asked(household=second))
    assert (lines[0]["account"], lines[0]["role"], lines[0]["operations"]) == (
        "ratna",
        "coordinator",
        ["list_households"],
    )


async def test_a_person_is_followed_back_through_merges_and_splits(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    former, present, part = [await house.make.household() for _ in range(3)]
    await dewi.get(f"/v1/households/{former}")
    await house.owner.execute(
        "update households set merged_into = $2, status = 'merged' where id = $1", former, present
    )
    await house.owner.execute("update households set split_from = $2 where id = $1", part, present)
    person = await house.owner.fetchval("select id from members where household_id = $1 limit 1", part)

    looks = await list_incident(house.owner, Asked(member=person))
    assert [row["looks"] for row in looks] == [1]


async def test_who_is_unknown_is_said(house: House) -> None:
    for asked in (Asked(account="nobody"), Asked(member=uuid4())):
        with pytest.raises(NobodyFound):
            await list_incident(house.owner, asked)
