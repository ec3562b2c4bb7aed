"""Rows that the database writes as JSON: the same values, spelled as Pydantic spells them."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from pydantic import TypeAdapter

from api.core.written import as_json, instant, written_page
from tests.support.house import House

WORDS = 'Jl. "Kawi" \\ 5\n\tné \u2028 </b> \x7f \x01'


@pytest.mark.parametrize("fraction", [0, 1, 500_000, 123_456])
async def test_an_instant_is_spelled_as_pydantic_spells_it(house: House, fraction: int) -> None:
    at = datetime(2026, 11, 1, 20, 15, 7, fraction, tzinfo=UTC)
    await house.owner.execute("set time zone 'Asia/Jakarta'")

    spelled = await house.owner.fetchval(f"select {instant('$1::timestamptz')}", at)

    assert spelled == TypeAdapter(datetime).dump_python(at, mode="json")
    assert await house.owner.fetchval(f"select {instant('null::timestamptz')}") is None


async def test_a_page_holds_each_row_as_it_is_in_the_order_of_the_statement(house: House) -> None:
    query = "select n as id, $1::text as address, null as rw from generate_series(1, 3) n order by n desc"

    rows = await house.owner.fetch(as_json(query, "id"), WORDS)
    page: dict[str, Any] = orjson.loads(bytes(written_page(rows, "next", {"Link": "<x>"}).body))

    assert [row["id"] for row in rows] == [3, 2, 1]
    assert page == {"items": [{"id": n, "address": WORDS, "rw": None} for n in (3, 2, 1)], "next": "next"}
