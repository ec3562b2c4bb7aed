"""Every list of the contract, asked wrongly: what is no cursor, limit or word is 422 and says which (T08, T33)."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.access.matrix_operations import OPERATIONS
from tests.support.house import House
from tests.support.make import Person

CLOSED = frozenset({
    "assignment_status", "eligibility", "field_result", "kind", "level", "outcome", "registry_status", "role",
    "source", "stage", "status", "verdict_stage",
})  # fmt: skip
NOT_A_WORD = ("bukan", "open' or '1'='1", "status desc; drop table visits", "OPEN", "open,closed", "%00", "")
KEYS = (
    b"[99999999999999999999]", b'["\\u0000"]', b'["\\u0000","\\u0000"]', b"[null]", b"[true]", b"[1.5]", b"[[]]", b"{}",
    b"null", b"[]", b'["x","y","z","a"]', b"[NaN]", b"\xff", b'[9223372036854775808,"\\u0000"]',
    b'["01a20eaa-55ca-76ff-bceb-9ea67b87851f","\\u0000"]',
)  # fmt: skip
CURSORS = (*(base64.urlsafe_b64encode(key).decode() for key in KEYS), "x", "é", "=", "A" * 501)
LIMITS = ("0", "-1", "1001", "x", "1e3", "", "1;drop", "99999999999999999999")


def lists(app: FastAPI) -> Iterator[tuple[str, str, set[str]]]:
    """Every list: the operation, its path without placeholders, the parameters of its query."""
    for path, item in app.openapi()["paths"].items():
        asked: dict[str, Any] = item.get("get", {})
        names = {one["name"] for one in asked.get("parameters", ()) if one["in"] == "query"}
        if names and "{" not in path and asked.get("x-permission"):
            yield asked["operationId"], path, names


@pytest.fixture
async def people(house: House) -> dict[str, Person]:
    """A caller of each role that lists anything, who may ask as often as it takes."""
    house.state["settings"] = house.state["settings"].model_copy(update={"calls_machine": 10**6})
    team = await house.make.team(await house.make.campaign())
    return {"b": await house.make.dewi(), "e": team.siti, "d": await house.make.arif()}


async def test_what_is_no_cursor_no_limit_and_no_word_is_refused_by_every_list(
    app: FastAPI, house: House, people: dict[str, Person]
) -> None:
    tried = 0
    for name, path, names in lists(app):
        caller = await house.as_(people[next(letter for letter in OPERATIONS[name].roles if letter in people)])
        wrong = [("cursor", one) for one in CURSORS] if "cursor" in names else []
        wrong += [("limit", one) for one in LIMITS] if "limit" in names else []
        wrong += [(closed, one) for closed in CLOSED & names for one in NOT_A_WORD]
        wrong += [("sort", "name; drop table visits"), ("order", "desc")]  # nobody sorts otherwise than by the key
        for parameter, value in wrong:
            answer = await caller.get(path, params={parameter: value})

            told = answer.json().get("errors") or [{}]
            assert answer.status_code in (410, 422), (name, parameter, value, answer.text[:200])
            if answer.status_code == 422 and parameter not in ("sort", "order"):
                assert told[0]["pointer"].startswith(f"query:{parameter}"), (name, parameter, value, told)
            assert "drop" not in answer.text
            tried += 1
        assert (await caller.get(path)).status_code == 200, name
    assert tried > 600, tried
