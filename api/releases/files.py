"""The files of a release: their columns, and how a frozen row becomes a line. Nothing here holds more than one part.

The `households` files name the head's NIK masked, and `members.csv` every number; the ministry's update file carries
them whole. All of them are Bappeda's.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import asyncpg
import orjson

from api.core.clock import WIB
from api.core.types import mask
from api.core.vault import Vault
from api.releases.ministry import HASIL_VERIVALI, KEBERADAAN_ART_BDT
from api.releases.spreadsheets import BYTE_ORDER_MARK, lines

Row = dict[str, Any]
Parts = AsyncGenerator[list[asyncpg.Record], None]

HOUSEHOLD_COLUMNS = (
    "household_id",
    "region_code",
    "bps_code",
    "village",
    "rw",
    "rt",
    "address",
    "head_name",
    "members",
    "present",
    "field_result",
    "hasil_verivali",
    "eligibility",
    "reasons",
    "criteria",
    "criteria_set",
    "registry_action",
    "sources",
    "dtks_ids",
    "decided_at",
)
# why a household is a candidate, what it receives and which lists say so: the city reckons DTKS and P3KE apart
CANDIDATE_COLUMNS = (*HOUSEHOLD_COLUMNS, "grounds", "programmes", "programme_sources", "p3ke_desil", "head_nik")
MEMBER_COLUMNS = (
    "household_id",
    "member_id",
    "region_code",
    "bps_code",
    "rw",
    "rt",
    "family_no",
    "line",
    "no_kk",
    "nik",
    "name",
    "sex",
    "born_on",
    "born_at",
    "relation",
    "occupation",
    "whereabouts",
    "keberadaan_art_bdt",
    "programmes",
    "dtks_ids",
    "p3ke_ids",
    "dtsen_ids",
    "field_result",
    "eligibility",
    "registry_action",
)


def household(row: asyncpg.Record, vault: Vault) -> Row:
    """A household as the files tell it, the head's NIK masked."""
    told: Row = {column: row[column] for column in HOUSEHOLD_COLUMNS if column in row}
    told |= {"household_id": str(row["household_id"]), "hasil_verivali": HASIL_VERIVALI.get(row["field_result"])}
    told["dtks_ids"] = orjson.loads(row["external_ids"]).get("dtks", [])
    told["decided_at"] = row["decided_at"].astimezone(WIB).isoformat(timespec="seconds")
    told = {column: told[column] for column in HOUSEHOLD_COLUMNS}
    nik = None if row["nik"] is None else vault.open("member.nik", row["member_id"], row["nik"])
    return told | {"head_nik": mask(nik)}


def candidate(row: asyncpg.Record, vault: Vault) -> Row:
    """A household whose verdict and whose aid do not go together, and on which grounds (dossier 10.4)."""
    programmes: dict[str, list[str]] = orjson.loads(row["programmes"])
    return household(row, vault) | {
        "grounds": row["grounds"],
        "programmes": sorted(programmes),
        "programme_sources": sorted({source for sources in programmes.values() for source in sources}),
        "p3ke_desil": row["p3ke_desil"],
    }


def member(row: asyncpg.Record, vault: Vault) -> Row:
    """A person of a released household; both numbers masked."""
    ids: dict[str, list[str]] = orjson.loads(row["external_ids"])
    told: Row = {column: row[column] for column in MEMBER_COLUMNS if column in row}
    return told | {
        "household_id": str(row["household_id"]),
        "member_id": str(row["member_id"]),
        "no_kk": None if row["no_kk"] is None else mask(vault.open("family.no_kk", row["family_id"], row["no_kk"])),
        "nik": None if row["nik"] is None else mask(vault.open("member.nik", row["member_id"], row["nik"])),
        "born_on": row["born_on"] and row["born_on"].isoformat(),
        "keberadaan_art_bdt": KEBERADAAN_ART_BDT.get(row["whereabouts"]),
        **{f"{source}_ids": ids.get(source, []) for source in ("dtks", "p3ke", "dtsen")},
    }


async def spreadsheet(
    columns: tuple[str, ...], parts: Parts, tell: Callable[[asyncpg.Record], Row]
) -> AsyncGenerator[bytes, None]:
    """A CSV file: the heading comes with the first rows, so that a refusal still finds the answer unsent."""
    heading = BYTE_ORDER_MARK + lines([columns])
    async with aclosing(parts):
        async for rows in parts:
            yield heading + lines([cell(told[column]) for column in columns] for told in map(tell, rows))
            heading = b""
    if heading:
        yield heading


async def json_lines(parts: Parts, tell: Callable[[asyncpg.Record], Row]) -> AsyncGenerator[bytes, None]:
    """An NDJSON file: one object a line."""
    async with aclosing(parts):
        async for rows in parts:
            yield b"".join(orjson.dumps(tell(row)) + b"\n" for row in rows)


def cell(value: Any) -> str | int | None:
    """What a cell of a table holds: a list is one cell with semicolons."""
    return ";".join(value) if isinstance(value, list) else value
