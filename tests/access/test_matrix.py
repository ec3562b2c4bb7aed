"""The authorization matrix (trust.md P2, T04): every operation, every kind of caller, every kind of thing. 0 leaks."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.access.tokens import open_key_ring
from api.core.embedded import EmbeddedPostgres
from api.core.settings import Settings
from api.core.vault import Vault
from tests.access.matrix_house import OWNERSHIPS, Asked, World, build, looks, operations
from tests.access.matrix_operations import OPERATIONS, ROLES, WHOLE_NUMBERS
from tests.conftest import LOGIN, own_database
from tests.support.contract import Contract
from tests.support.house import open_house

OPEN = {name for name, row in OPERATIONS.items() if row.roles.endswith("-")}
GUARDED = sorted(set(OPERATIONS) - OPEN - {"readMetrics"})


@pytest.fixture(scope="module")
async def world(
    app: FastAPI, contract: Contract, cluster: EmbeddedPostgres, template: str, keys_folder: Path, vault: Vault
) -> AsyncIterator[World]:
    """One seeded house for the module: no call of the matrix changes what another one looks at."""
    async with own_database(cluster, template) as owner:
        url = cluster.database_url(await owner.fetchval("select current_database()"), LOGIN)
        wanted = Settings(env="test", database_url=url, private_folder=keys_folder.parent)
        async with open_house(app, contract, owner, wanted, vault) as house:
            yield await build(house)


@pytest.fixture(scope="module")
def asked(contract: Contract) -> dict[str, Asked]:
    return operations(contract, OPERATIONS)


def told(world: World, letter: str, name: str, answer: httpx.Response, subject: str = "") -> None:
    """Nothing of a stranger's household is in an answer, save the id that the caller sent; whole numbers stand where
    they may alone."""
    found = [mark for mark in world.strange(letter) - {subject} if mark in answer.text]
    assert not found, (name, letter, answer.status_code, found)
    if (name, letter) not in WHOLE_NUMBERS:
        whole = [number for pair in world.numbers.values() for number in pair if number in answer.text]
        assert not whole, (name, letter, whole)


def test_every_operation_of_the_contract_has_a_row_and_no_row_is_left_over(contract: Contract) -> None:
    found = {operation["operationId"] for item in contract.paths.values() for operation in item.values()}

    assert found == set(OPERATIONS)


async def test_the_same_row_says_who_may_call_it_as_the_contract(contract: Contract) -> None:
    for item in contract.paths.values():
        for operation in item.values():
            secured = bool(operation.get("x-permission"))
            assert secured == (operation["operationId"] in GUARDED), operation["operationId"]


@pytest.mark.parametrize("name", GUARDED)
async def test_no_call_without_a_valid_token(
    world: World, asked: dict[str, Asked], name: str, keys_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house, siti, wanted = world.house, world.people["e"], world.house.state["settings"]
    now = open_key_ring(keys_folder, wanted.issuer, wanted.audience)
    scopes = frozenset({"households:read"})
    bad = {
        "none": None,
        "rubbish": "x.y.z",
        "expired": now.issue(siti.id, 1, scopes, -60, None),
        "revoked": now.issue(siti.id, 2, scopes, 600, None),
        "of nobody": now.issue(world.things["visit"]["own"], 1, scopes, 600, None),
        "ended session": now.issue(siti.id, 1, scopes, 600, world.things["visit"]["own"]),
        "wrong audience": open_key_ring(keys_folder, wanted.issuer, "elsewhere").issue(siti.id, 1, scopes, 600, None),
        "wrong issuer": open_key_ring(keys_folder, "https://x", wanted.audience).issue(siti.id, 1, scopes, 600, None),
    }
    nobody, seen = await house.as_(None), set()
    for kind, token in bad.items():
        nobody.headers["Authorization"] = f"Bearer {token}"
        if token is None:
            del nobody.headers["Authorization"]
        for ownership in ("own", "absent"):
            answer = await asked[name].call(world, nobody, world.subject(asked[name].row.thing or "nothing", ownership))
            assert answer.status_code == 401, (kind, answer.text)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), kind
            told(world, "m", name, answer)
            if token is not None:
                seen.add(looks(answer))
    assert len(seen) == 1, "what is wrong with a token is told to nobody"


@pytest.mark.parametrize("name", GUARDED)
async def test_who_may_call_it_and_about_what(world: World, asked: dict[str, Asked], name: str) -> None:
    one = asked[name]
    reads = one.method == "GET"
    for letter in ROLES:
        caller = await world.house.as_(world.people[letter])
        strange = set()
        for ownership in OWNERSHIPS if one.row.thing else ("absent",):
            visible = bool(one.row.thing) and world.visible(letter, one.row.thing, ownership)
            allowed = letter in one.row.roles
            if allowed and visible and not reads:
                continue  # what it does to the own things the tests of its room say
            subject = world.subject(one.row.thing or "nothing", ownership)
            answer = await one.call(world, caller, subject)
            where = (name, letter, ownership, answer.text[:300])
            told(world, letter, name, answer, subject)
            assert answer.status_code < 500, where
            if not allowed:
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), where
                strange.add(looks(answer))
            elif visible:
                assert answer.status_code == 200, where
            elif one.row.thing and one.row.thing != "word":
                assert answer.status_code == 404 or not reads or one.row.thing == "nothing", where
                strange.add(looks(answer))
            else:
                assert answer.status_code not in (401, 403), where
        assert len(strange) <= 1, f"what is not theirs and what is not there look otherwise to {letter}: {strange}"


@pytest.mark.parametrize("name", sorted(name for name, row in OPERATIONS.items() if row.about))
async def test_a_list_asked_about_a_stranger_looks_as_one_about_nobody(
    world: World, asked: dict[str, Asked], name: str
) -> None:
    kinds = {"enumerator_id": "person", "staff_id": "person", "sent_by": "person"}
    for letter in "ce":
        if letter not in asked[name].row.roles:
            continue
        caller = await world.house.as_(world.people[letter])
        for parameter in asked[name].row.about:
            seen = set()
            for ownership in OWNERSHIPS[1:] if letter == "e" else OWNERSHIPS[2:]:
                kind = kinds.get(parameter, parameter.removesuffix("_id"))
                subject = (
                    str(world.owners[ownership].team_id)
                    if kind == "team" and ownership in ("other_team", "other_district")
                    else world.subject("nothing" if kind == "team" else kind, ownership)
                )
                answer = await asked[name].call(world, caller, "", **{parameter: subject})
                assert answer.status_code == 200, answer.text
                told(world, letter, name, answer)
                seen.add(looks(answer))
            assert len(seen) == 1, (name, letter, parameter, seen)


async def test_a_stranger_and_nobody_take_the_same_time(world: World, asked: dict[str, Asked]) -> None:
    """Two medians of 40: a look that goes on behind the refusal would show."""
    siti = await world.house.as_(world.people["e"])
    took: dict[str, list[float]] = {"other_team": [], "absent": []}
    for _ in range(40):
        for ownership, times in took.items():
            began = time.perf_counter()
            await asked["readHousehold"].call(world, siti, world.subject("household", ownership))
            times.append(time.perf_counter() - began)
    strange, absent = (sorted(times)[20] for times in took.values())
    assert 0.5 < strange / absent < 2
