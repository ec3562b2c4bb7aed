"""What is no JSON for us leaves as a problem that names no value, and nothing of it is kept (trust.md T33)."""

import asyncio
import json
import socket
from typing import Any

import pytest
import uvicorn
from pydantic import ValidationError

from api.core.bounded_http import MOST_HEADER_BYTES, BoundedHeaders
from api.core.schema import In
from api.core.strict_json import MOST_LEVELS, deeper_than
from tests.support.house import House
from tests.visits.bodies import visit

JSON = {"Content-Type": "application/json"}


def nested(levels: int) -> bytes:
    return b'{"nik": ' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"nik": NaN}', 422, "json_invalid"),
        (b'{"nik": -Infinity}', 422, "json_invalid"),
        (b'{"nik": 1e400}', 422, "string_type"),
        (b'{"nik": ' + b"9" * 5000 + b"}", 422, "json_invalid"),
        (b'{"nik": "3573\xff"}', 422, "json_invalid"),
        (b'\xef\xbb\xbf{"nik": "1"}', 422, "json_invalid"),
        ('{"nik": "1"}'.encode("utf-16"), 422, "json_invalid"),
        (b'{"nik": "\\ud800"}', 422, "string_unicode"),
        (b'{"nik": "\\u0000"}', 422, "nul_character"),
        (nested(MOST_LEVELS - 1), 422, "string_type"),
        (nested(MOST_LEVELS), 422, "too_deep"),
        (nested(900), 422, "too_deep"),
        (nested(200_000), 422, "too_deep"),
        (b"{", 422, "json_invalid"),
        (b'{"nik": "' + b"1" * 1024 * 1024 + b'"}', 413, "too_large"),
    ],
)  # fmt: skip
async def test_a_body_that_is_no_json_for_us(house: House, body: bytes, status: int, code: str) -> None:
    siti = await house.as_((await house.make.team(await house.make.campaign())).siti)

    answer = await siti.post("/v1/households/search", content=body, headers=JSON)

    said = answer.json()
    assert answer.status_code == status, answer.text
    assert code in {said["code"], *(error["code"] for error in said.get("errors", []))}, answer.text
    assert "9999" not in answer.text


async def test_a_compressed_body_is_refused_unopened(house: House) -> None:
    siti = await house.as_((await house.make.team(await house.make.campaign())).siti)

    answer = await siti.post("/v1/households/search", content=b"\x1f\x8b", headers=JSON | {"Content-Encoding": "gzip"})

    assert (answer.status_code, answer.json()["code"]) == (415, "encoded_body")


async def test_answers_are_as_deep_by_either_door(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    assignment = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    deep: object = "x"
    for _ in range(MOST_LEVELS - 2):
        deep = {"in": deep}

    siti = await house.as_(team.siti)
    by_hand = await siti.post("/v1/visits", json=visit(assignment, answers={"a": deep}))
    by_phone = await siti.post(
        "/v1/sync/push", json={"device_id": "hp", "visits": [visit(assignment, answers={"a": deep})]}
    )

    assert by_hand.json()["errors"][0]["code"] == "too_deep"
    assert by_phone.json()["results"][0]["problem"]["errors"][0]["code"] == "too_deep"


def test_depth_counts_what_lies_deepest() -> None:
    assert not deeper_than(json.loads("[[[]], 1]"), 3)
    assert deeper_than(json.loads('[1, {"a": [{"b": []}]}]'), 4)
    assert not deeper_than("[[[[[[", 1)


async def test_headers_come_to_an_end() -> None:
    """On a real uvicorn: 64 KiB of headers that go on are 431 and the end of the line; an ordinary call is answered."""

    async def app(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=BoundedHeaders, lifespan="off", log_level="critical"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:  # noqa: ASYNC110  # uvicorn tells it in no other way
            await asyncio.sleep(0.01)
        for sent, first in (
            (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", b"HTTP/1.1 204"),
            (b"GET / HTTP/1.1\r\nx: " + b"a" * (2 * MOST_HEADER_BYTES), b"HTTP/1.1 431"),
            (b"GET /" + b"a" * (2 * MOST_HEADER_BYTES), b"HTTP/1.1 431"),
            (b"POST / HTTP/1.1\r\ncontent-length: 200000\r\n\r\n" + b"a" * 200_000, b"HTTP/1.1 204"),
        ):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(sent)
            assert (await asyncio.wait_for(reader.readline(), 10)).startswith(first)
            writer.close()
    finally:
        server.should_exit = True
        await serving


class Measured(In):
    """A body with a number that no rule bounds."""

    value: float


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), "1e400", "NaN"])
def test_a_number_without_bounds_is_finite(value: Any) -> None:
    with pytest.raises(ValidationError):
        Measured(value=value)


async def test_twenty_levels_are_taken_and_twenty_one_are_not(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    async def codes(levels: int) -> set[str]:
        body = b'{"x":' * (levels - 1) + b"{}" + b"}" * (levels - 1)
        headers = {"Content-Type": "application/json"}
        answer = await dewi.post("/v1/households/search", content=body, headers=headers)
        return {error["code"] for error in answer.json()["errors"]}

    assert "too_deep" not in await codes(20)
    assert await codes(21) == {"too_deep"}
