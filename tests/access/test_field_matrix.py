"""The field matrix (trust.md T05): over a house in which every column is filled, no role is shown a field that is not
written down for it; and what is written down is shown, so that the table grants nothing in advance."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.core.embedded import EmbeddedPostgres
from api.core.settings import Settings
from api.core.vault import Vault
from tests.access.field_matrix import APART, READS, WRITES
from tests.access.field_paths import paths
from tests.access.filled_house import filled
from tests.access.matrix_house import Asked, World, operations
from tests.access.matrix_operations import OPERATIONS
from tests.conftest import LOGIN, own_database
from tests.support.contract import Contract
from tests.support.house import open_house

THEIRS = {"b": "other_team", "c": "same_team", "e": "own"}


@pytest.fixture(scope="module")
async def world(
    app: FastAPI, contract: Contract, cluster: EmbeddedPostgres, template: str, keys_folder: Path, vault: Vault
) -> AsyncIterator[World]:
    """One filled house for the module."""
    async with own_database(cluster, template) as owner:
        url = cluster.database_url(await owner.fetchval("select current_database()"), LOGIN)
        wanted = Settings(env="test", database_url=url, private_folder=keys_folder.parent)
        async with open_house(app, contract, owner, wanted, vault) as house:
            yield await filled(house)


@pytest.fixture(scope="module")
def asked(contract: Contract) -> dict[str, Asked]:
    return operations(contract, OPERATIONS)


async def shown(world: World, one: Asked, letter: str, **sent: Any) -> set[str]:
    """The fields that hold a value in what this caller is answered about a thing that is theirs."""
    caller = await world.house.as_(world.people[letter])
    subject = world.subject(one.row.thing or "nothing", THEIRS.get(letter, "own"))
    answer = await (caller.post(one.path, **sent) if sent else one.call(world, caller, subject))
    assert answer.is_success, (one.name, letter, answer.text)
    return set(paths(answer.json()))


def test_every_operation_that_answers_somebody_has_a_row_or_stands_apart() -> None:
    public = {name for name, row in OPERATIONS.items() if row.roles.endswith("-")}

    assert set(OPERATIONS) - public == set(READS) | set(WRITES) | APART
    assert not APART & (set(READS) | set(WRITES))


@pytest.mark.parametrize("name", READS)
async def test_what_is_read_holds_the_fields_of_the_row_and_no_other(
    world: World, asked: dict[str, Asked], name: str
) -> None:
    assert {letter for letters in READS[name] for letter in letters} == set(asked[name].row.roles)
    if name == "listSubjectRequests":
        dewi, household = await world.house.as_(world.people["b"]), str(world.things["household"]["own"])
        person = (await dewi.get(f"/v1/households/{household}/members")).json()["items"][0]["id"]
        body = {"kind": "access", "household_id": household, "member_id": person, "reference": "S-1"}
        await dewi.post("/v1/subject-requests", json=body | {"received_at": "2022-11-02T08:00:00+07:00"})
    if name in ("listHouseholdDisclosures", "listAuditEvents"):  # somebody has looked, and done something
        for operation in ("readIdentities", "recordSubjectRequest"):
            await shown(world, asked[operation], "b")
    for letters, allowed in READS[name].items():
        found = {letter: await shown(world, asked[name], letter) for letter in letters}

        for letter, fields in found.items():
            assert fields <= set(allowed.split()), (name, letter, sorted(fields - set(allowed.split())))
        assert set().union(*found.values()) == set(allowed.split()), (name, "granted and not shown")


@pytest.mark.parametrize("name", WRITES)
async def test_what_is_written_is_answered_with_no_other_field(
    world: World, asked: dict[str, Asked], name: str
) -> None:
    for letters, allowed in WRITES[name].items():
        for letter in letters:
            nik, no_kk = world.numbers[THEIRS[letter]]
            sent: list[dict[str, Any]] = [{}]
            if name == "searchHouseholds":
                sent = [{"json": {"nik": nik}}, {"json": {"no_kk": no_kk}}]
            for one in sent:
                fields = await shown(world, asked[name], letter, **one)

                assert fields, (name, letter)
                assert fields <= set(allowed.split()), (name, letter, sorted(fields - set(allowed.split())))
