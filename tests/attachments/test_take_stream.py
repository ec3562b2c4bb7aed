"""The door of bridges: a stream goes in, of a photo of which only the name was known; and a line that breaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import ClientDisconnect
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.attachments.arriving import MOST_BYTES, arrive
from api.attachments.problems import PhotoTooLarge
from api.attachments.service import Taken, expect, take_piece, take_stream
from api.attachments.store import store_of
from api.core.database import raw, take_principal, transaction
from api.core.problems import NotFound
from tests.attachments.shots import DOOR, knocked, noise, path_of, put, shot
from tests.support.house import House
from tests.support.make import Person


@asynccontextmanager
async def acting(house: House, person: Person) -> AsyncIterator[Actor]:
    """A transaction of this person, as a bridge has it."""
    database = house.state["database"]
    async with transaction(database) as connection:
        wire = await raw(connection)
        await take_principal(wire, database, person.id, person.version)
        yield Actor(person.id, "staff", person.role, person.team_id, frozenset(), "a-test", wire)


async def parts(data: bytes, *, broken: bool = False) -> AsyncIterator[bytes]:
    for place in range(0, len(data), 60_000):
        yield data[place : place + 60_000]
    if broken:
        raise ClientDisconnect


async def test_a_photo_of_which_only_the_name_was_known_comes_as_a_stream(house: House) -> None:
    team, assignment, body = await knocked(house)
    wanted, vault, photo = house.state["settings"], house.make.vault, shot()
    receipt = await house.owner.fetchval("select id from receipts")

    async def take(person: Person, data: bytes, name: str = DOOR) -> Taken:
        async with acting(house, person) as actor:
            return await take_stream(actor.connection, actor, vault, wanted, body["id"], name, parts(data))

    with pytest.raises(NotFound):
        await take(team.siti, photo)
    for person in (team.siti, team.siti, team.budi):  # said twice is once, and of another's receipt it is nothing
        async with acting(house, person) as actor:
            await expect(actor.connection, actor, receipt, assignment, [DOOR] if person is team.siti else ["x.jpg"])
    assert await house.owner.fetchval("select count(*) from attachments") == 1
    with pytest.raises(NotFound):
        await take(team.budi, photo)
    with pytest.raises(PhotoTooLarge):
        await take(team.siti, b"x" * (MOST_BYTES + 1))
    torn = await take(team.siti, photo[:500])
    assert torn.refusal is not None

    first, again = await take(team.siti, photo), await take(team.siti, photo)
    other = await take(team.siti, shot(colour="red"))

    assert ((first.whole, first.first), (again.whole, again.first)) == ((True, True), (True, False))
    assert other.refusal is not None
    assert (await (await house.as_(team.ratna)).get(path_of(body["id"]))).status_code == 200


async def test_what_came_before_the_line_broke_is_held_and_the_phone_goes_on(house: House) -> None:
    photo = noise()
    team, _, body = await knocked(house, photo)
    wanted, vault = house.state["settings"], house.make.vault

    async with acting(house, team.siti) as actor:
        sent = parts(photo[:100_000], broken=True)
        async with arrive(wanted, vault, sent, total=len(photo)) as piece:
            taken = await take_piece(actor.connection, actor, vault, store_of(wanted), body["id"], DOOR, piece)

    assert (taken.held_bytes, taken.whole) == (100_000, False)
    span = f"bytes 100000-{len(photo) - 1}/{len(photo)}"
    assert (await put(await house.as_(team.siti), body["id"], photo[100_000:], Content_Range=span)).status_code == 201
    assert await house.owner.fetchval("select count(*) from photo_parts") == 0


async def test_nothing_is_expected_of_a_receipt_that_is_none(house: House) -> None:
    team, assignment, _ = await knocked(house)

    async with acting(house, team.siti) as actor:
        await expect(actor.connection, actor, uuid7(), assignment, [DOOR])

    assert await house.owner.fetchval("select count(*) from attachments") == 0
