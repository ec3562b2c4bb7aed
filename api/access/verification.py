"""Holding the audit chain against the rows it sealed, page by page, and a head that somebody outside has kept."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import asyncpg

from api.core.database import Connection

# What a finding means, in the words of a report.
FINDINGS = {
    "altered": "is not what was sealed",
    "deleted": "was sealed and is gone",
    "late": "was sealed long after the time it bears: put in by hand, or by a transaction of that length",
    "unsealed": "is old and in no seal: put in by hand, or the sealer stands still",
    "seal_missing": "this seal is gone",
    "seal_altered": "this seal does not agree with itself",
    "chain_broken": "this seal does not follow from the one before",
}
CHECKED = """
select coalesce(max(p.n), $1) as last, count(*)::int as seals, coalesce(sum(p.count), 0)::int as rows
from (select n, count from audit_seals where n > $1 order by n limit $2) p"""
HEAD = "select n, digest, sealed_at from audit_head()"


class Anchor(StrEnum):
    """What became of a head that somebody kept: the chain still holds it, holds another, or ends before it."""

    HELD = "held"
    BROKEN = "broken"
    CUT = "cut"


ANCHORS = {
    Anchor.HELD: "held, the chain up to it is the one you saw",
    Anchor.BROKEN: "BROKEN, the chain was made anew since you saw it",
    Anchor.CUT: "CUT OFF, the chain ends before what you saw",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A page of the chain: how far it went, and what was found. `last` is the cursor of the next if `more`."""

    last: int
    seals: int
    rows: int
    more: bool
    findings: list[asyncpg.Record]


async def check_page(connection: Connection, after: int, pages: int, patience: timedelta) -> Checked:
    """Check up to `pages` seals after this one; with the last of them also what stands in no seal.

    `patience` is how long a row may wait for its seal. At most 1,000 findings a page are named.
    """
    found = await connection.fetch("select * from verify_audit_seals($1, $2, $3)", after, pages, patience)
    page = await connection.fetchrow(CHECKED, after, pages)
    more = await connection.fetchval("select exists (select from audit_seals where n > $1)", page["last"])
    if not more:
        found += await connection.fetch("select * from verify_audit_rest($1)", patience)
    return Checked(page["last"], page["seals"], page["rows"], more, found)


async def check_all(connection: Connection, patience: timedelta, pages: int = 20) -> AsyncIterator[Checked]:
    """The whole chain, a page at a time, in constant memory."""
    after, more = 0, True
    while more:
        checked = await check_page(connection, after, pages, patience)
        yield checked
        after, more = checked.last, checked.more


async def check_anchor(connection: Connection, head: str) -> Anchor:
    """Whether the chain still holds a head that was kept, `<n>:<digest>` as `Audit-Head` says it."""
    number, _, digest = head.partition(":")
    held = await connection.fetchval("select encode(digest, 'hex') from audit_seals where n = $1", int(number))
    if held is None:
        return Anchor.CUT
    return Anchor.HELD if held == digest else Anchor.BROKEN


async def report(owner_url: str, heads: Sequence[str], patience: timedelta, say: Callable[[str], object]) -> bool:
    """Check everything over the owner's connection and say it line by line; whether nothing was found."""
    connection = await asyncpg.connect(owner_url)
    try:
        seals = rows = found = 0
        async for page in check_all(connection, patience):
            seals, rows, found = seals + page.seals, rows + page.rows, found + len(page.findings)
            for one in page.findings:
                place = f"{one['record']} {one['seq']}" if one["record"] else f"seal {one['seal']}"
                within = f" (seal {one['seal']})" if one["record"] and one["seal"] else ""
                say(f"{one['finding']}: {place}{within} {FINDINGS[one['finding']]}")
        for head in heads:
            anchor = await check_anchor(connection, head)
            found += anchor is not Anchor.HELD
            say(f"head {head.partition(':')[0]}: {ANCHORS[anchor]}")
        last = await connection.fetchrow(HEAD)
    finally:
        await connection.close()
    say(f"{rows:,} rows in {seals:,} seals, {found:,} findings.")
    if last["n"] is not None:
        say(f"The head to keep outside: {last['n']}:{last['digest']} of {last['sealed_at']:%Y-%m-%d %H:%M:%S} UTC")
    return found == 0
