"""No body carries what is not its caller's to say (trust.md T05).

Every field of the whole contract, and those that a guesser would try, is refused by each body that does not list it:
at the top, and in every object within.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from tests.access.matrix_house import PLAIN
from tests.access.matrix_operations import OPERATIONS
from tests.support.house import House
from tests.support.make import Person

GUESSED = frozenset({
    "id", "owner", "owner_id", "state", "status", "stage", "team_id", "enumerator_id", "holder_id", "validity", "role",
    "active", "version", "kind", "scopes", "is_admin", "created_at", "updated_at", "received_at", "sequence", "flags",
    "submits", "restricted_at", "anonymised_at", "added_by_call", "nik_index", "principal_id", "author_id", "__proto__",
})  # fmt: skip
JSON = "application/json"
# a condition's own names for what it writes as `in`, `with`, `all`, `any`, `not`
SAID_OTHERWISE = frozenset({"answers", "other", "every", "some", "no"})
NOBODY = "019ab000-0000-7000-8000-00000000dead"


def names_of(document: dict[str, Any]) -> frozenset[str]:
    """Every field that any body or answer of the contract has."""
    schemas = document["components"]["schemas"].values()
    return GUESSED.union(*(schema.get("properties", {}) for schema in schemas))


def objects(
    document: dict[str, Any], schema: dict[str, Any], at: str = "", above: tuple[str, ...] = ()
) -> Iterator[tuple[str, frozenset[str]]]:
    """Each object in a body, by its pointer (the first of every list), and the fields that it lists."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in above:  # conditions of a form lie in each other without end
        return
    if name:
        schema, above = document["components"]["schemas"][name], (*above, name)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from objects(document, one, at, above)
    if schema.get("items"):
        yield from objects(document, schema["items"], f"{at}/0", above)
    if "properties" in schema:
        yield at, frozenset(schema["properties"])
        for field, inner in schema["properties"].items():
            yield from objects(document, inner, f"{at}/{field}", above)


def nested(at: str, fields: frozenset[str]) -> Any:
    """A body with these fields at that place and nothing else."""
    body: Any = dict.fromkeys(fields, NOBODY)
    for part in reversed(at.split("/")[1:]):
        body = [body] if part == "0" else {part: body}
    return body


def bodies(document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every operation that takes JSON: its name, method, path and schema."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            sent = operation.get("requestBody", {}).get("content", {}).get(JSON)
            if sent:
                yield operation["operationId"], method.upper(), path, sent["schema"]


@pytest.fixture
async def people(house: House) -> dict[str, Person | None]:
    """A caller of each role, by its letter."""
    team = await house.make.team(await house.make.campaign())
    make = house.make
    return {
        "b": await make.dewi(), "c": team.ratna, "e": team.siti, "d": await make.arif(), "o": await make.observer(),
        "-": None,
    }  # fmt: skip


async def test_every_body_refuses_every_field_that_it_does_not_list(
    app: FastAPI, house: House, people: dict[str, Person | None]
) -> None:
    document, tried, places = app.openapi(), 0, 0
    for name, method, path, schema in bodies(document):
        if name == "pushWork":
            continue  # judges item by item: the next test
        roles = OPERATIONS[name].roles
        caller = await house.as_(people["-" if "-" in roles else roles[0]])
        address = path
        for part in [part for part in path.split("/") if part.startswith("{")]:
            address = address.replace(part, PLAIN.get(part, NOBODY))
        for at, listed in objects(document, schema):
            if name == "submitFormgear" and at:
                continue  # documents of FormGear's engine, which hold more than is read of them
            foreign = names_of(document) - listed - (SAID_OTHERWISE if "compare" in listed else frozenset())

            answer = await caller.request(
                method, address, json=nested(at, foreign), headers={"If-Match": '"1"', "Purpose": "verification"}
            )

            assert answer.status_code == 422, (name, at, answer.text[:300])
            refused = [one for one in answer.json()["errors"] if one["code"] == "extra_forbidden"]
            assert len([one for one in refused if one["pointer"].startswith(at)]) >= len(foreign), (name, at)
            assert NOBODY not in answer.text
            tried, places = tried + len(foreign), places + 1
    assert (places > 80, tried > 30_000) == (True, True), (places, tried)


async def test_an_item_of_a_parcel_that_says_more_is_not_taken(
    app: FastAPI, house: House, people: dict[str, Person | None]
) -> None:
    document, siti = app.openapi(), await house.as_(people["e"])
    for kind, schema in (("visits", "VisitIn"), ("households", "HouseholdIn")):
        listed = document["components"]["schemas"][schema]["properties"]
        foreign = sorted(names_of(document) - listed.keys())
        parcel = {"device_id": "hp", kind: [{"id": NOBODY[:-4] + f"{n:04x}", f: 1} for n, f in enumerate(foreign)]}

        results = (await siti.post("/v1/sync/push", json=parcel)).json()["results"]

        assert len(results) == len(foreign)
        for result in results:
            assert result["status"] in ("invalid", "quarantined"), result
            assert "extra_forbidden" in {error["code"] for error in result["problem"]["errors"]}, result
    for table in ("visits", "households", "assignments"):
        assert await house.owner.fetchval(f"select count(*) from {table}") == 0  # names of ours


@pytest.mark.parametrize(
    ("said", "status", "codes"),
    [
        (b"\xff", 422, {"json_invalid"}),
        (b'{"x": NaN}', 422, {"json_invalid"}),
        (b'{"x":' * 20 + b"{}" + b"}" * 20, 422, {"too_deep"}),
        (b'{"x":' * 50_000, 422, {"json_invalid", "too_deep"}),
        ('{"x": 1}'.encode("utf-16"), 422, {"json_invalid"}),
    ],
    ids=["no UTF-8", "NaN", "21 levels", "50,000 levels", "UTF-16"],
)
async def test_what_is_no_json_for_us_is_none_at_any_door(
    app: FastAPI, house: House, people: dict[str, Person | None], said: bytes, status: int, codes: set[str]
) -> None:
    for name, method, path, _ in bodies(app.openapi()):
        roles = OPERATIONS[name].roles
        caller = await house.as_(people["-" if "-" in roles else roles[0]])
        for part in [part for part in path.split("/") if part.startswith("{")]:
            path = path.replace(part, PLAIN.get(part, NOBODY))
        headers = {"Content-Type": JSON, "If-Match": '"1"', "Purpose": "verification"}

        answer = await caller.request(method, path, content=said, headers=headers)
        packed = await caller.request(method, path, content=b"\x1f\x8b", headers=headers | {"Content-Encoding": "gzip"})

        assert answer.status_code == status, (name, answer.text)
        expected = {"invalid"} if name == "pushWork" and said[:1] == b"{" else codes  # its parcel is cut, not parsed
        assert expected & {error["code"] for error in answer.json()["errors"]}, (name, answer.text)
        assert packed.status_code == 415, name
