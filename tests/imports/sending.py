"""Sends a file as Bu Dewi does and lets the worker's job run, through the real queue or at once."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from api.core.jobs import Workplace
from api.core.settings import Settings
from api.imports.jobs import run_import
from api.worker import run_worker
from tests.support.house import House
from tests.support.make import Person


async def send(
    house: House,
    person: Person,
    campaign_id: UUID | None,
    file: bytes | Path,
    *,
    headers: dict[str, str] | None = None,
    members_file: bytes | None = None,
    **fields: Any,
) -> httpx.Response:
    """`POST /v1/imports` with this file."""
    client = await house.as_(person)
    content = file if isinstance(file, bytes) else file.read_bytes()  # noqa: ASYNC240  # a small file of a test
    data = {name: str(value) for name, value in fields.items()}
    if campaign_id is not None:
        data["campaign_id"] = str(campaign_id)
    files = {"file": ("dtks.csv", content)}
    if members_file is not None:
        files["members_file"] = ("members.csv", members_file)
    return await client.post("/v1/imports", data=data, files=files, headers=headers or {})


def place_of(house: House, wanted: Settings, attempt: int = 0) -> Workplace:
    """Where a job runs, without the queue."""
    return Workplace(wanted, house.make.vault, asyncio.Event(), attempt)


async def take(
    house: House, wanted: Settings, person: Person, campaign_id: UUID, file: bytes | Path, **fields: Any
) -> dict[str, Any]:
    """Send a file, run its job, and read what became of it."""
    sent = await send(house, person, campaign_id, file, **fields)
    assert sent.status_code == 202, sent.text
    await run_import(place_of(house, wanted), sent.json()["id"])
    answer = await (await house.as_(person)).get(sent.headers["Location"])
    found: dict[str, Any] = answer.json()
    return found


async def work_until_done(house: House, wanted: Settings, person: Person, location: str) -> dict[str, Any]:
    """Let a real worker take the job from the queue."""
    stopping = asyncio.Event()
    worker = asyncio.create_task(run_worker(wanted, stopping=stopping, stale_after=timedelta(seconds=2)))
    client = await house.as_(person)
    try:
        async with asyncio.timeout(60):
            while (found := (await client.get(location)).json())["status"] not in ("done", "failed"):
                assert not worker.done(), worker.exception()
                await asyncio.sleep(0.1)
    finally:
        stopping.set()
        await worker
    answer: dict[str, Any] = found
    return answer


async def count(house: House, table: str) -> int:
    """Rows of a table, seen by the owner."""
    number: int = await house.owner.fetchval(f"select count(*) from {table}")
    return number


async def all_findings_by_file(house: House, person: Person, import_id: str) -> set[tuple[str, int, str, str]]:
    """File, row, column and code of every finding, a page at a time."""
    found: set[tuple[str, int, str, str]] = set()
    path = f"/v1/imports/{import_id}/findings?limit=500"
    url = path
    while url:
        answer = (await (await house.as_(person)).get(url)).json()
        page = {(item["file"], item["row"], item["column"], item["code"]) for item in answer["items"]}
        assert not page & found
        found |= page
        url = f"{path}&cursor={answer['next']}" if answer["next"] else ""
    return found


async def all_findings(house: House, person: Person, import_id: str) -> set[tuple[int, str, str]]:
    """Row, column and code of every finding, a page at a time."""
    found: set[tuple[int, str, str]] = set()
    path = f"/v1/imports/{import_id}/findings?limit=500"
    url = path
    while url:
        answer = (await (await house.as_(person)).get(url)).json()
        found |= {(item["row"], item["column"], item["code"]) for item in answer["items"]}
        url = f"{path}&cursor={answer['next']}" if answer["next"] else ""
    return found
