"""The files of a release: their columns, and how a frozen row becomes a line. Nothing here holds more than one part.

Bappeda's `households` files name the head's NIK masked; the ministry's update file carries it whole, so that file is
Bappeda's only; an agency's files hold no personal number at all.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

import asyncpg
import orjson

from api.core.clock import WIB
from api.core.types import mask
from api.core.vault import Vault
from api.releases.spreadsheets import BYTE_ORDER_MARK, lines

Row = dict[str, Any]
Parts = AsyncGenerator[list[asyncpg.Record], None]

# the official lists `hasil_verivali` and `keberadaan_art_bdt` (dossier 1.4); what a list has no word for stays empty
HASIL_VERIVALI = {"completed": 1, "not_found": 2, "moved": 3, "part_of_other": 4, "refused": 5, "duplicate": 6}
KEBERADAAN_ART_BDT = {
    "present": 1,
    "deceased": 2,
    "moved": 3,
    "moved_abroad": 3,  # BDT has one code for all who left
    "new": 4,
    "prelist_error": 5,
    "not_found": 6,
}
UPDATE_COLUMNS = (
    "external_id",
    "nik",
    "name",
    "region_code",
    "bps_code",
    "rw",
    "rt",
    "field_result",
    "hasil_verivali",
    "whereabouts",
    "keberadaan_art_bdt",
    "eligibility",
    "registry_action",
    "decided_at",
)
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
    "decided_at",
)


def household(row: asyncpg.Record, vault: Vault | None) -> Row:
    """A household as the files tell it; with a vault, the head's NIK beside it, masked."""
    told: Row = {column: row[column] for column in HOUSEHOLD_COLUMNS if column != "hasil_verivali"}
    told |= {"household_id": str(row["household_id"]), "hasil_verivali": HASIL_VERIVALI.get(row["field_result"])}
    told["decided_at"] = row["decided_at"].astimezone(WIB).isoformat(timespec="seconds")
    told = {column: told[column] for column in HOUSEHOLD_COLUMNS}
    return told if vault is None else told | {"head_nik": mask(_nik(row, vault))}


def person(row: asyncpg.Record, vault: Vault) -> Row:
    """One line of the ministry's update: a person under the id that the DTKS knows, with the whole NIK."""
    told: Row = {name: row[name] for name in UPDATE_COLUMNS if name in row}
    told["nik"] = _nik(row, vault)
    told["hasil_verivali"] = HASIL_VERIVALI.get(row["field_result"])
    told["keberadaan_art_bdt"] = KEBERADAAN_ART_BDT.get(row["whereabouts"])
    told["decided_at"] = row["decided_at"].astimezone(WIB).isoformat(timespec="seconds")
    return told


async def spreadsheet(
    columns: tuple[str, ...], parts: Parts, tell: Callable[[asyncpg.Record], Row]
) -> AsyncGenerator[bytes, None]:
    """A CSV file: the heading comes with the first rows, so that a refusal still finds the answer unsent."""
    heading = BYTE_ORDER_MARK + lines([columns])
    async with aclosing(parts):
        async for rows in parts:
            yield heading + lines([_cell(told[column]) for column in columns] for told in map(tell, rows))
            heading = b""
    if heading:
        yield heading


async def json_lines(parts: Parts, tell: Callable[[asyncpg.Record], Row]) -> AsyncGenerator[bytes, None]:
    """An NDJSON file: one object a line."""
    async with aclosing(parts):
        async for rows in parts:
            yield b"".join(orjson.dumps(tell(row)) + b"\n" for row in rows)


def _cell(value: Any) -> str | int | None:
    return ";".join(value) if isinstance(value, list) else value


def _nik(row: asyncpg.Record, vault: Vault) -> str | None:
    return None if row["nik"] is None else vault.open("member.nik", row["member_id"], row["nik"])
