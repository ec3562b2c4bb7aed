"""The files of a release: their columns, and how a frozen row becomes a line. Nothing here holds more than one part.

The `households` files name the head's NIK masked, and `members.csv` every number; the ministry's update file carries
them whole. All of them are Bappeda's.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import asyncpg
import orjson

from api.core.types import mask
from api.core.vault import Vault
from api.releases.columns import Columns, columns_of
from api.releases.ministry import HASIL_VERIVALI, KEBERADAAN_ART_BDT
from api.releases.spreadsheets import BYTE_ORDER_MARK, lines

Parts = AsyncGenerator[list[asyncpg.Record], None]
Tell = Callable[[list[asyncpg.Record]], Columns]

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


def households(rows: list[asyncpg.Record], vault: Vault) -> Columns:
    """Households as the files tell them, the head's NIK masked."""
    read = columns_of(rows)
    heads = vault.open_all("member.nik", read["member_id"], read["nik"])
    return read | {
        "hasil_verivali": [HASIL_VERIVALI.get(found) for found in read["field_result"]],
        "dtks_ids": [orjson.loads(one).get("dtks", []) for one in read["external_ids"]],
        "head_nik": [mask(nik) for nik in heads],
    }


def candidates(rows: list[asyncpg.Record], vault: Vault) -> Columns:
    """Households whose verdict and whose aid do not go together, and on which grounds (dossier 10.4)."""
    told = households(rows, vault)
    programmes: list[dict[str, list[str]]] = [orjson.loads(one) for one in told["programmes"]]
    return told | {
        "programmes": [sorted(one) for one in programmes],
        "programme_sources": [sorted({source for lists in one.values() for source in lists}) for one in programmes],
    }


def members(rows: list[asyncpg.Record], vault: Vault) -> Columns:
    """People of released households; both numbers masked."""
    read = columns_of(rows)
    ids: list[dict[str, list[str]]] = [orjson.loads(one) for one in read["external_ids"]]
    return read | {
        "no_kk": [mask(number) for number in vault.open_all("family.no_kk", read["family_id"], read["no_kk"])],
        "nik": [mask(number) for number in vault.open_all("member.nik", read["member_id"], read["nik"])],
        "keberadaan_art_bdt": [KEBERADAAN_ART_BDT.get(found) for found in read["whereabouts"]],
        **{f"{source}_ids": [one.get(source, []) for one in ids] for source in ("dtks", "p3ke", "dtsen")},
    }


async def spreadsheet(names: tuple[str, ...], parts: Parts, tell: Tell) -> AsyncGenerator[bytes, None]:
    """A CSV file: the heading comes with the first rows, so that a refusal still finds the answer unsent."""
    heading = BYTE_ORDER_MARK + lines([[name] for name in names])
    async with aclosing(parts):
        async for rows in parts:
            told = tell(rows)
            yield heading + lines([told[name] for name in names])
            heading = b""
    if heading:
        yield heading


async def json_lines(names: tuple[str, ...], parts: Parts, tell: Tell) -> AsyncGenerator[bytes, None]:
    """An NDJSON file: one object a line."""
    async with aclosing(parts):
        async for rows in parts:
            told = tell(rows)
            each = zip(*(told[name] for name in names), strict=True)
            objects = [dict(zip(names, row, strict=True)) for row in each]
            yield b"".join([orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in objects])
