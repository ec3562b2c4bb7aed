"""What tests push, and how: a phone of Siti's, the exact bytes of each item."""

import hashlib
import json
from typing import Any
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from tests.support.house import House
from tests.support.make import Team

PHONE = "hp-siti"


async def doors(house: House, count: int = 1, **campaign: Any) -> tuple[Team, list[UUID]]:
    """Siti's assignments to this many households; she and Budi share a phone."""
    team = await house.make.team(await house.make.campaign(**campaign))
    for person in (team.siti, team.budi):
        await house.make.phone(person, PHONE)
    made = [
        await house.make.assignment(team.campaign_id, await house.make.household(), team.siti) for _ in range(count)
    ]
    return team, made


async def push(
    phone: httpx.AsyncClient, *visits: Any, households: Any = (), device_id: str = PHONE
) -> list[dict[str, Any]]:
    """What the phone is told of each item; an item given as text goes out as it stands."""

    def joined(items: Any) -> str:
        return ", ".join(item if isinstance(item, str) else json.dumps(item) for item in items)

    body = f'{{"device_id": "{device_id}", "households": [{joined(households)}], "visits": [{joined(visits)}]}}'
    answer = await phone.post("/v1/sync/push", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def sha256(item: Any) -> str:
    """The digest that a phone computes of an item as it sent it."""
    text = item if isinstance(item, str) else json.dumps(item)
    return hashlib.sha256(text.encode()).hexdigest()


def found_household(team: Team, **changes: Any) -> dict[str, Any]:
    """A household that no list has, with its own ids for itself, its assignment and its only member."""
    head = {"id": str(uuid7()), "name": "Slamet", "sex": "male", "relation": "head", "nik_missing_reason": "unknown"}
    return {
        "id": str(uuid7()),
        "assignment_id": str(uuid7()),
        "campaign_id": str(team.campaign_id),
        "region_code": "35.73.04.1005",
        "rw": "005",
        "rt": "003",
        "address": "JL. S. SUPRIADI 40",
        "members": [head],
    } | changes


async def hand_on(house: House, assignment: UUID, to: Any) -> None:
    """Ratna hands the assignment to somebody else of her team."""
    await house.owner.execute(
        "update assignments set holder_id = $2, enumerator_id = $2, status = 'open', revision = revision + 1"
        " where id = $1",
        assignment,
        to.id,
    )
    await house.owner.execute(
        "update households set enumerator_id = $2 where id = (select household_id from assignments where id = $1)",
        assignment,
        to.id,
    )


async def count(house: House, table: str) -> int:
    """How many rows the table has."""
    counted: int = await house.owner.fetchval(f"select count(*) from {table}")
    return counted
