"""The floor's server: FastAPI and asyncpg alone, with the same context, the same record of the look and one commit.

No vault, no counting of calls, no idempotency, no middleware: what the frameworks cost by themselves. It believes the
header `X-Principal`, and stands only beside a bench.
"""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api.core.database import BY_VALUES, TAKE_PRINCIPAL
from api.core.settings import database_settings
from api.households import queries as households
from api.releases import queries as releases

DISCLOSE = """
insert into disclosures (at, actor_id, operation, fields, household_ids, request_id)
values (clock_timestamp(), $1, $2, '{names,address}', $3, 'bench')"""
PLAIN = " ".join(
    (
        households.SUMMARY,
        households.LATEST_ASSIGNMENT,
        "where h.id in (select p.household_id from plain_numbers p where p.nik = $1) order by h.id limit 100",
    )
)
# of a file: the query, and how PostgreSQL writes its rows (JSON holds no control characters, so nothing is quoted)
AS_JSON = {"format": "csv", "delimiter": "\x01", "quote": "\x02"}
AS_CSV = {"format": "csv", "header": True}
COPIES: dict[str, tuple[str, dict[str, Any]]] = {
    "ndjson": (f"select row_to_json(t) from ({releases.HOUSEHOLDS_WITH_HEAD}) t", AS_JSON),  # noqa: S608
    "csv": (releases.HOUSEHOLDS_WITH_HEAD, AS_CSV),
    "dtks_update": (releases.DTKS_UPDATE, AS_CSV),
}


class Part(BaseModel):
    """A person, a card, a list or a programme of a household, as the database tells it."""

    model_config = {"extra": "allow"}


class Household(BaseModel):
    """A household, its numbers as they lie sealed."""

    id: UUID
    region_code: str
    rw: str | None
    rt: str | None
    address: str
    head_name: str
    status: str
    revision: int
    assignment: dict[str, Any] | None
    families: list[Part]
    members: list[Part]
    sources: list[Part]
    programmes: list[Part]
    verdict: dict[str, Any] | None


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, asyncpg.Pool]]:
    """One pool, as large as the API's."""
    wanted = database_settings()
    async with asyncpg.create_pool(wanted.database_url, min_size=1, max_size=wanted.pool_size) as pool:
        yield {"pool": pool}


app = FastAPI(lifespan=lifespan)
Principal = Annotated[UUID, Header(alias="X-Principal")]


@asynccontextmanager
async def acting(pool: asyncpg.Pool, principal: UUID) -> AsyncIterator[asyncpg.Connection]:
    """A transaction in which the database knows who is acting."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.fetchrow(TAKE_PRINCIPAL, principal, 1, database_settings().role_prefix, None, BY_VALUES)
        yield connection


@app.get("/ready")
async def ready() -> dict[str, bool]:
    """Whether it listens."""
    return {"ready": True}


@app.get("/households/{household_id}", response_model=Household)
async def read_household(request: Request, household_id: UUID, principal: Principal) -> Any:
    """The same statement and the same record, without the vault."""
    async with acting(request.state.pool, principal) as connection:
        found = await connection.fetchrow(households.HOUSEHOLD, household_id)
        if found is None:
            raise HTTPException(404)
        await connection.execute(DISCLOSE, principal, "read_household", [household_id])
        assignment = found["assignment"] and orjson.loads(found["assignment"])
        return dict(found) | {"assignment": assignment} | orjson.loads(found["whole"])


class Search(BaseModel):
    """A number in plain text."""

    nik: str


@app.post("/search")
async def search_households(request: Request, body: Search, principal: Principal) -> list[dict[str, Any]]:
    """The indexed look-up of a number that lies there in plain text."""
    async with acting(request.state.pool, principal) as connection:
        rows = await connection.fetch(PLAIN, body.nik)
        await connection.execute(DISCLOSE, principal, "search_households", [row["id"] for row in rows])
        return [dict(row) for row in rows]


@app.get("/copy/{release_id}/{kind}")
async def copy_release(request: Request, release_id: UUID, kind: str, principal: Principal) -> StreamingResponse:
    """The rows of a release as PostgreSQL writes them, passed through; the look is on record first."""
    pool = request.state.pool
    async with acting(pool, principal) as connection:
        shown = await connection.fetchval(releases.HOUSEHOLD_IDS, release_id)
        await connection.execute(DISCLOSE, principal, "copy_release", shown)
    query, form = COPIES[kind]
    query = query.replace("$1", f"'{release_id}'")  # a copy takes no parameters; this is a UUID
    return StreamingResponse(_passed_through(pool, principal, query, form), media_type="application/octet-stream")


async def _passed_through(
    pool: asyncpg.Pool, principal: UUID, query: str, form: dict[str, Any]
) -> AsyncGenerator[bytes, None]:
    parts: asyncio.Queue[bytes | None] = asyncio.Queue(8)

    async def copy() -> None:
        try:
            async with acting(pool, principal) as connection:
                await connection.copy_from_query(query, output=parts.put, **form)
        finally:
            await parts.put(None)

    copying = asyncio.create_task(copy())
    while (part := await parts.get()) is not None:
        yield bytes(part)
    await copying


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
