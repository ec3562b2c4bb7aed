"""What the planner did with a case's statements: `auto_explain` speaks for one round, and hot paths must not scan.

A table counts as large from 10,000 rows on. Only nodes that ran are looked at, with the rows that they read.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from api.core.embedded_places import OWNER
from scripts.benchmarks.large_house import LargeHouse

LARGE = 10_000
SPEAKS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "json",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_parameter_max_length": "0",
}
RECORD = re.compile(r"(?m)^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")
LARGE_TABLES = "select relname from pg_class where relkind = 'r' and reltuples >= $1"


@dataclass(slots=True)
class Plans:
    """What was seen: statements run, large tables that were read from end to end, and other nodes that read much."""

    statements: int = 0
    scans: set[str] = field(default_factory=set)
    long_reads: set[str] = field(default_factory=set)

    def look(self, node: dict[str, Any], large: set[str], text: str) -> None:
        """Look at this node of a plan and at those beneath it."""
        if node.get("Actual Loops", 1) > 0:
            table, read = node.get("Relation Name", ""), _rows_read(node)
            if node["Node Type"] == "Seq Scan" and table in large:
                self.scans.add(f"{table} in: {text}")
            elif table in large and read >= LARGE:
                self.long_reads.add(f"{table}, {read:,} rows by {node.get('Index Name', node['Node Type'])} in: {text}")
        for beneath in node.get("Plans", ()):
            self.look(beneath, large, text)


def _rows_read(node: dict[str, Any]) -> int:
    rows = sum(node.get(word, 0) for word in ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"))
    return int(rows * node.get("Actual Loops", 1))


@asynccontextmanager
async def listening(house: LargeHouse) -> AsyncIterator[Plans]:
    """Everything that PostgreSQL runs inside this context, read when it ends."""
    plans, log = Plans(), house.cluster.home / "postgres.log"
    owner = await asyncpg.connect(house.address(OWNER))
    try:
        large = {row["relname"] for row in await owner.fetch(LARGE_TABLES, LARGE)}
        await _say(owner, SPEAKS)
        begins = log.stat().st_size
        try:
            yield plans
        finally:
            await _say(owner, dict.fromkeys(SPEAKS))
        with log.open(encoding="utf-8", errors="replace") as written:
            written.seek(begins)
            for statement in _statements(written.read()):
                plans.statements += 1
                plans.look(statement["Plan"], large, " ".join(statement["Query Text"].split())[:120])
    finally:
        await owner.close()


def _statements(log: str) -> Iterator[dict[str, Any]]:
    for record in RECORD.split(log):
        _, found, plan = record.partition("plan:\n")
        if found:
            yield json.loads(plan)


async def _say(owner: asyncpg.Connection, chosen: dict[str, Any]) -> None:
    """Let every session of the cluster read these settings anew."""
    for name, value in chosen.items():
        await owner.execute(f"alter system reset {name}" if value is None else f"alter system set {name} = '{value}'")
    await owner.execute("select pg_reload_conf()")
    await asyncio.sleep(0.5)  # until each has heard the signal
