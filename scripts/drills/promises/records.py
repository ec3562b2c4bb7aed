"""What was done and seen stays on record: what a superuser changes at random places is named, a cut is seen."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg

from api.access import verification
from api.access.sealing import Sealer
from scripts.drills.promises.promise import Line, all_of, none_of
from scripts.drills.throw_away import ThrowAwayHouse

TAMPERS = 300
PATIENCE = timedelta(minutes=15)
BATCHES = 6
WRITE = {
    "insert into audit_events (at, actor_id, action, subject_id, request_id, detail)"
    " select clock_timestamp(), gen_random_uuid(), 'drill.played', gen_random_uuid(), 'drill', '{\"n\": 1}'"
    " from generate_series(1, $1)": 300,
    "insert into disclosures (at, actor_id, operation, fields, household_ids, request_id)"
    " select clock_timestamp(), gen_random_uuid(), 'drill', '{names}', array[gen_random_uuid(), gen_random_uuid()],"
    " 'drill' from generate_series(1, $1)": 200,
}
# what is done to one row, $1; each leaves that row to be named
CHANGES = {
    "audit_events": (
        "update audit_events set at = at + interval '1 microsecond' where seq = $1",
        "update audit_events set actor_id = gen_random_uuid() where seq = $1",
        "update audit_events set action = action || ' ' where seq = $1",
        "update audit_events set detail = detail || '{\"m\": 2}' where seq = $1",
        "update audit_events set subject_id = null where seq = $1",
        "delete from audit_events where seq = $1",
    ),
    "disclosures": (
        "update disclosures set at = at - interval '1 microsecond' where seq = $1",
        "update disclosures set household_ids = household_ids[2:] where seq = $1",
        "update disclosures set purpose = 'verification' where seq = $1",
        "update disclosures set fields = fields || 'nik'::text where seq = $1",
        "update disclosures set session_id = gen_random_uuid() where seq = $1",
        "delete from disclosures where seq = $1",
    ),
}
INSERT = {
    "audit_events": "insert into audit_events (at, actor_id, action, request_id, detail) select at - interval '1 day',"
    " actor_id, action, request_id, detail from audit_events where seq = $1 returning seq",
    "disclosures": "insert into disclosures (at, actor_id, operation, fields, household_ids, request_id)"
    " select at - interval '1 day', actor_id, operation, fields, household_ids, request_id from disclosures"
    " where seq = $1 returning seq",
}
SEALS = (
    "delete from audit_seals where n = $1",
    "update audit_seals set sealed_at = sealed_at + interval '1 second' where n = $1",
    "update audit_seals set row_digests = set_byte(row_digests, 7, (get_byte(row_digests, 7) + 1) % 256) where n = $1",
    "update audit_seals set prev = sha256(prev) where n = $1",
)
Named = set[tuple[str | None, int | None]]


async def named(owner: asyncpg.Connection) -> Named:
    """The rows and seals that a verification blames: the record and its number, or no record and the seal's."""
    return {
        (found["record"], found["seq"] if found["record"] else found["seal"])
        async for page in verification.check_all(owner, PATIENCE)
        for found in page.findings
    }


async def tamper(owner: asyncpg.Connection, chance: random.Random) -> Named:
    """Change, delete, add or swap at a random place; what must be named."""
    record = chance.choice(["audit_events", "disclosures"])
    rows = [row["seq"] for row in await owner.fetch(f"select seq from {record} order by seq")]  # noqa: S608  # ours
    one, other = chance.sample(rows, 2)
    what = chance.choice(["change", "change", "change", "insert", "swap", "seal"])
    if what == "change":
        await owner.execute(chance.choice(CHANGES[record]), one)
        return {(record, one)}
    if what == "insert":
        return {(record, await owner.fetchval(INSERT[record], one))}
    if what == "swap":
        for left, right in ((one, -1), (other, one), (-1, other)):
            await owner.execute(f"update {record} set seq = $2 where seq = $1", left, right)  # noqa: S608  # ours
        return {(record, one), (record, other)}
    last = await owner.fetchval("select max(n) from audit_seals")
    seal = chance.randrange(1, last)  # the last one's loss is what the kept head is for
    await owner.execute(chance.choice(SEALS), seal)
    return {(None, seal)}


async def write_and_wait(owner: asyncpg.Connection) -> None:
    """Deeds and looks in several batches, each sealed by the house's own worker."""
    for _ in range(BATCHES):
        for statement, rows in WRITE.items():
            await owner.execute(statement, rows)
        for _ in range(300):
            if await owner.fetchval("select waiting_s is null from audit_head()"):
                break
            await asyncio.sleep(0.2)


async def cut_or_made_anew(owner: asyncpg.Connection, head: str, chance: random.Random) -> verification.Anchor:
    """Cut the end off with its seals, or forge a row and seal everything again; what the kept head then says."""
    last = await owner.fetchval("select max(n) from audit_seals")
    if chance.random() < 0.5:
        first = chance.randrange(1, last + 1)
        for record in ("audit_events", "disclosures"):
            await owner.execute(
                f"delete from {record} r using audit_seals s where s.n >= $1 and s.{record} @> r.seq",  # noqa: S608
                first,
            )
        await owner.execute("delete from audit_seals where n >= $1", first)
    else:
        await owner.execute("delete from audit_seals")
        await tamper_rows_only(owner, chance)
        await Sealer(owner).seal_all()
    return await verification.check_anchor(owner, head)


async def tamper_rows_only(owner: asyncpg.Connection, chance: random.Random) -> None:
    """One random change of a deed."""
    seq = await owner.fetchval("select seq from audit_events order by seq offset $1 limit 1", chance.randrange(100))
    await owner.execute(chance.choice(CHANGES["audit_events"]), seq)


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """P4: 300 tampers of one row or seal, each named; 20 cuts and rebuilt chains against a head that was kept."""
    chance, owner = random.Random(300), await asyncpg.connect(house.owner_url)  # noqa: S311  # places, not secrets
    try:
        await write_and_wait(owner)
        rows = await owner.fetchval("select sum(count) from audit_seals")
        yield none_of("P4", "rows blamed in a chain that nobody touched", len(await named(owner)), rows)
        found = 0
        for _ in range(TAMPERS):
            attempt = owner.transaction()
            await attempt.start()
            found += (await tamper(owner, chance)) <= await named(owner)
            await attempt.rollback()
        yield all_of("P4", "tampers found", found, TAMPERS)
        head = await owner.fetchrow("select n, digest from audit_head()")
        seen = 0
        for _ in range(20):
            attempt = owner.transaction()
            await attempt.start()
            anchor = await cut_or_made_anew(owner, f"{head['n']}:{head['digest']}", chance)
            seen += anchor is not verification.Anchor.HELD
            await attempt.rollback()
        yield all_of("P4", "cut or rebuilt chains seen by who kept a head", seen, 20)
    finally:
        await owner.close()
