"""The audit chain: sealed without a gap, verified row by row, held against anchors, and what happens when it is stuck."""

# ruff: noqa: E501  # statements of tampering, read whole

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from api.access import audit_chain, verification
from api.access.row_security import ROLES
from api.access.sealing import ONE_SEALER, Sealer
from api.core.settings import Settings
from api.worker import run_worker
from tests.support.house import House
from tests.support.make import Person

PATIENCE = timedelta(minutes=15)
ADD = (
    "insert into audit_events (at, actor_id, action, request_id, detail)"
    " select clock_timestamp(), gen_random_uuid(), 'test.done', 'r', '{\"n\": 1}' from generate_series(1, $1)"
)
LOOK = (
    "insert into disclosures (at, actor_id, operation, fields, household_ids, request_id)"
    " select clock_timestamp(), gen_random_uuid(), 'test', '{names}', array[gen_random_uuid()], 'r'"
    " from generate_series(1, $1)"
)


@pytest.fixture
async def worker(wanted: Settings, owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the worker has it."""
    connection = await asyncpg.connect(wanted.database_url, server_settings={"role": "sambang_worker"})
    yield connection
    await connection.close()


async def findings(connection: asyncpg.Connection, pages: int = 20) -> list[tuple[Any, ...]]:
    """What a verification of everything finds."""
    return [
        tuple(found) async for page in verification.check_all(connection, PATIENCE, pages) for found in page.findings
    ]


async def head_of(connection: asyncpg.Connection) -> str:
    """The head as an outsider keeps it."""
    row = await connection.fetchrow("select n, digest from audit_head()")
    return f"{row['n']}:{row['digest']}"


async def refused_to(login: asyncpg.Connection, role: str, deed: str) -> bool:
    """Whether the database refuses this to a role, by grant."""
    attempt = login.transaction()
    await attempt.start()
    try:
        await login.execute("select set_config('role', $1, true)", f"sambang_{role}")
        await login.execute(deed)
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await attempt.rollback()
    return False


async def test_no_role_of_the_api_changes_or_removes_what_was_written_or_sealed(
    house: House, owner: asyncpg.Connection, login: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    await owner.execute(ADD, 1)
    await owner.execute(LOOK, 1)
    await Sealer(worker).seal_all()
    forged = "insert into audit_seals select n + 1, audit_events, disclosures, 0, 0, 0, '', digest, digest, now() from audit_seals"
    for table, column in (("audit_events", "at"), ("disclosures", "at"), ("audit_seals", "sealed_at")):
        for role in ROLES:
            for deed in (f"update {table} set {column} = now()", f"delete from {table}", f"truncate {table}"):
                assert await refused_to(login, role, deed), (role, deed)
    assert [role for role in ROLES if not await refused_to(login, role, forged)] == ["worker"]
    assert await findings(owner) == []


async def test_everything_is_sealed_once_and_a_clean_chain_finds_nothing(
    owner: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    sealer = Sealer(worker)
    assert await sealer.seal_all() == 0
    assert await worker.fetchval("select count(*) from audit_seals") == 0, "nothing to seal is no seal"

    await owner.execute(ADD, 7_000)
    await owner.execute(LOOK, 4_000)
    assert await sealer.seal_all() == 11_000
    assert await sealer.seal_all() == 0
    await owner.execute(LOOK, 3)
    assert await sealer.seal_all() == 3
    assert await Sealer(worker).seal_all() == 0, "another worker that takes over finds all of it sealed"

    counts = [row["count"] for row in await owner.fetch("select count from audit_seals order by n")]
    assert counts == [5_000, 5_000, 1_000, 3]
    assert await findings(owner, pages=1) == []


async def test_a_row_that_commits_late_goes_into_a_later_seal(
    owner: asyncpg.Connection, worker: asyncpg.Connection, login: asyncpg.Connection
) -> None:
    sealer, slow = Sealer(worker), login.transaction()
    await owner.execute(ADD, 2)
    await sealer.seal_all()
    await slow.start()
    await login.execute("select set_config('role', 'sambang_access', true)")
    await login.execute(ADD, 1)  # draws its number now, commits much later
    for _ in range(3):
        await owner.execute(ADD, 2)
        assert await sealer.seal_all() == 2
    assert sealer.floor.events < 3, "the sealer still looks where the late row will come"
    rolled_back = owner.transaction()
    await rolled_back.start()
    await owner.execute(ADD, 1)
    await rolled_back.rollback()
    await slow.commit()

    assert await sealer.seal_all() == 1
    assert await owner.fetchval("select audit_events from audit_seals order by n desc limit 1") is not None
    assert await sealer.seal_all() == 0
    assert sealer.floor.events >= 9, "and no longer when every writer of then has ended"
    assert await findings(owner) == []


async def test_only_one_worker_seals(worker: asyncpg.Connection, wanted: Settings) -> None:
    other = await asyncpg.connect(wanted.database_url, server_settings={"role": "sambang_worker"})
    assert await worker.fetchval(ONE_SEALER)
    assert not await other.fetchval(ONE_SEALER)
    await other.close()


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        ("update audit_events set at = at + interval '1 microsecond' where seq = 2", ("altered", 1, "audit_events", 2)),
        ("update audit_events set detail = '{\"n\": 2}' where seq = 3", ("altered", 1, "audit_events", 3)),
        ("update audit_events set actor_id = null where seq = 1", ("altered", 1, "audit_events", 1)),
        ("update disclosures set household_ids = household_ids || gen_random_uuid() where seq = 2", ("altered", 1, "disclosures", 2)),
        ("update disclosures set session_id = gen_random_uuid() where seq = 1", ("altered", 1, "disclosures", 1)),
        ("delete from disclosures where seq = 3", ("deleted", 1, "disclosures", 3)),
        ("delete from audit_events where seq = 4", ("deleted", 1, "audit_events", 4)),
        ("delete from audit_seals where n = 2", ("seal_missing", 2, None, None)),
        ("update audit_seals set sealed_at = sealed_at - interval '1 day' where n = 2", ("seal_altered", 2, None, None)),
        ("update audit_seals set prev = sha256('x') where n = 2", ("seal_altered", 2, None, None)),
        (
            "insert into audit_events (seq, at, action, request_id, detail) select 99, at - interval '1 day', 'x.y', 'r', '{}' from audit_events where seq = 1",
            ("unsealed", None, "audit_events", 99),
        ),
    ],
    ids=lambda part: part[:40] if isinstance(part, str) else "",
)  # fmt: skip
async def test_what_a_superuser_does_to_it_is_named(
    owner: asyncpg.Connection, worker: asyncpg.Connection, tamper: str, expected: tuple[Any, ...]
) -> None:
    for _ in range(3):
        await owner.execute(ADD, 4)
        await owner.execute(LOOK, 3)
        await Sealer(worker).seal_all()

    await owner.execute(tamper)

    assert expected in await findings(owner)
    assert len({found[1:] for found in await findings(owner)}) == 1, "and nothing else is blamed"


async def test_two_rows_that_changed_places_and_one_sealed_long_after_its_time_are_named(
    owner: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    await owner.execute(ADD, 3)
    sealer = Sealer(worker)
    await sealer.seal_all()
    await owner.execute(
        "insert into audit_events (at, action, request_id, detail) select at - interval '1 day', action, 'r', detail from audit_events where seq = 1"
    )
    await sealer.seal_all()
    assert await findings(owner) == [("late", 2, "audit_events", 4)]

    await owner.execute("update audit_events set seq = -1 where seq = 2")
    await owner.execute("update audit_events set seq = 2 where seq = 3")
    await owner.execute("update audit_events set seq = 3 where seq = -1")
    assert {found[3] for found in await findings(owner) if found[0] == "altered"} == {2, 3}


async def test_a_seal_made_anew_does_not_fit_the_next(owner: asyncpg.Connection, worker: asyncpg.Connection) -> None:
    for _ in range(3):
        await owner.execute(ADD, 2)
        await Sealer(worker).seal_all()

    await owner.execute("update audit_seals set sealed_at = sealed_at + interval '1 second' where n = 1")
    await owner.execute(f"update audit_seals s set digest = {audit_chain.seal_digest('s')} where n = 1")
    assert await findings(owner) == [("chain_broken", 2, None, None)]

    await owner.execute("update audit_seals s set prev = b.digest from audit_seals b where s.n = 2 and b.n = 1")
    await owner.execute(f"update audit_seals s set digest = {audit_chain.seal_digest('s')} where n = 2")
    assert await findings(owner) == [("chain_broken", 3, None, None)], "whoever changes one changes all that follow"


async def test_a_cut_tail_and_a_chain_made_anew_are_seen_by_who_kept_a_head(
    owner: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    await owner.execute(ADD, 3)
    await Sealer(worker).seal_all()
    early = await head_of(owner)
    await owner.execute(ADD, 3)
    await Sealer(worker).seal_all()
    kept = await head_of(owner)
    assert await verification.check_anchor(owner, kept) is verification.Anchor.HELD

    await owner.execute("delete from audit_events where seq > 3")
    await owner.execute("delete from audit_seals where n = 2")
    assert await findings(owner) == [], "the chain alone cannot know"
    assert await verification.check_anchor(owner, kept) is verification.Anchor.CUT
    assert await verification.check_anchor(owner, early) is verification.Anchor.HELD

    await owner.execute("delete from audit_seals")
    await owner.execute("update audit_events set action = 'forged.deed'")
    await Sealer(worker).seal_all()
    assert await findings(owner) == []
    assert await verification.check_anchor(owner, early) is verification.Anchor.BROKEN


async def test_a_number_that_was_never_drawn_hides_nothing(
    owner: asyncpg.Connection, worker: asyncpg.Connection
) -> None:
    sealer = Sealer(worker)
    await owner.execute(
        "insert into audit_events (seq, at, action, request_id, detail) values (9000000000000, now(), 'x.y', 'r', '{}')"
    )
    for _ in range(3):
        await owner.execute(ADD, 1)
        await sealer.seal_all()
    assert await sealer.seal_all() == 0
    await owner.execute(ADD, 2)
    assert await sealer.seal_all() == 2
    await owner.execute("update audit_events set at = at - interval '1 day' where seq > 1000")
    assert await findings(owner) == [("unsealed", None, "audit_events", 9000000000000)]


async def test_the_operator_is_told_which_row_and_how_to_keep_the_head(
    house: House, owner: asyncpg.Connection, worker: asyncpg.Connection, cluster: Any
) -> None:
    await owner.execute(ADD, 3)
    await Sealer(worker).seal_all()
    address, said = cluster.database_url(owner._params.database), list[str]()
    kept = await head_of(owner)

    assert await verification.report(address, [kept], PATIENCE, said.append)
    assert said[-2:][0] == "3 rows in 1 seals, 0 findings."
    assert kept in said[-1]

    await owner.execute("delete from audit_events where seq = 2")
    said.clear()
    assert not await verification.report(address, [f"7:{'0' * 64}"], PATIENCE, said.append)
    assert said[0].startswith("deleted: audit_events 2 (seal 1)")
    assert "CUT OFF" in said[1]


async def who(house: House, name: str) -> Person:
    """One of the people."""
    made: Person = await getattr(house.make, name)()
    return made


async def test_who_may_read_deeds_and_who_may_only_verify(house: House, worker: asyncpg.Connection) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi, arif, wayan = [await who(house, name) for name in ("dewi", "arif", "observer")]
    await house.owner.execute(ADD, 3)
    await Sealer(worker).seal_all()
    kept = await head_of(house.owner)

    for person in (team.ratna, team.siti):
        for place in ("/v1/audit-events", "/v1/audit-events/verification"):
            assert (await (await house.as_(person)).get(place)).status_code == 403
    for person in (arif, wayan):
        assert (await (await house.as_(person)).get("/v1/audit-events")).status_code == 403
    for person in (dewi, arif, wayan):
        page = (await (await house.as_(person)).get("/v1/audit-events/verification", params={"head": kept})).json()
        assert (page["intact"], page["seals"], page["rows"], page["anchor"]) == (True, 1, 3, "held")
        assert f"{page['head']['n']}:{page['head']['digest']}" == kept
    await house.owner.execute("update audit_events set action = 'x.y' where seq = 2")
    page = (await (await house.as_(wayan)).get("/v1/audit-events/verification")).json()
    assert page["findings"] == [{"finding": "altered", "seal": 1, "record": "audit_events", "seq": 2}]
    assert not page["intact"]
    bad = await (await house.as_(wayan)).get("/v1/audit-events/verification", params={"head": "1:xyz"})
    assert bad.status_code == 422

    deeds = (await (await house.as_(dewi)).get("/v1/audit-events", params={"action": "test.done", "limit": 1})).json()
    assert [deed["seq"] for deed in deeds["items"]] == [3]
    assert deeds["items"][0]["detail"] == {"n": 1}
    rest = (await (await house.as_(dewi)).get("/v1/audit-events", params={"cursor": deeds["next"]})).json()
    assert [deed["seq"] for deed in rest["items"]] == [2, 1]


async def test_verification_goes_on_page_by_page(house: House, worker: asyncpg.Connection) -> None:
    wayan, sealer = await who(house, "observer"), Sealer(worker)
    for _ in range(3):
        await house.owner.execute(ADD, 2)
        await sealer.seal_all()
    observer, query, seen = await house.as_(wayan), {"limit": 2}, []
    while True:
        page = (await observer.get("/v1/audit-events/verification", params=query)).json()
        seen.append((page["seals"], page["rows"]))
        if page["next"] is None:
            break
        query |= {"cursor": page["next"]}
    assert seen == [(2, 4), (1, 2)]


async def test_every_answer_carries_the_head_of_the_chain_streams_too(house: House, worker: asyncpg.Connection) -> None:
    nobody = await house.as_(None)
    assert (await nobody.get("/healthz/audit")).json() == {"status": "ok", "head": None}
    await house.owner.execute(ADD, 1)
    await Sealer(worker).seal_all()
    await house.state["audit_head"].refresh(house.state["database"])
    kept = await head_of(house.owner)

    for answer in (
        await nobody.get("/healthz"),
        await nobody.get("/v1/me"),
        await (await house.as_(await who(house, "dewi"))).get("/v1/me"),
    ):
        assert answer.headers["audit-head"] == kept, answer.status_code
    assert (await nobody.get("/healthz/audit")).json()["head"]["digest"] == kept.partition(":")[2]


async def stuck(house: House, worker: asyncpg.Connection, *, sealed: str, waits: str | None) -> bool:
    """Whether the chain counts as stuck when the last seal and the oldest waiting row are that old."""
    await house.owner.execute("delete from audit_events")
    await house.owner.execute("delete from audit_seals")
    await house.owner.execute(ADD, 1)
    await Sealer(worker).seal_all()
    await house.owner.execute("update audit_seals set sealed_at = now() - $1::text::interval", sealed)
    if waits:
        await house.owner.execute(ADD, 1)
        await house.owner.execute(
            "update audit_events set at = now() - $1::text::interval where seq = (select max(seq) from audit_events)",
            waits,
        )
    await house.state["audit_head"].refresh(house.state["database"])
    answer: bool = house.state["audit_head"].stuck
    return answer


async def test_a_stuck_sealer_stops_agencies_and_releases_and_never_the_field(
    house: House, worker: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    campaign = await house.make.campaign()
    team, dewi = await house.make.team(campaign), await who(house, "dewi")
    machine = await house.make.machine("dinsos", "releases:read", "regions:read")
    held = {"device_id": "hp-1", "households": [], "visits": []}

    assert not await stuck(house, worker, sealed="1 hour", waits=None), "a quiet night"
    assert not await stuck(house, worker, sealed="1 hour", waits="1 minute"), "the first deed of the morning"
    assert not await stuck(house, worker, sealed="1 minute", waits="1 hour"), "a long transaction"
    assert await stuck(house, worker, sealed="1 hour", waits="20 minutes")
    assert any(record.levelname == "ERROR" and "stuck" in record.message for record in caplog.records)

    for path in ("/v1/releases", "/v1/regions", "/v1/me"):
        refused = await (await house.as_(machine)).get(path)
        assert (refused.status_code, refused.json()["code"]) == (503, "audit_stuck"), path
        assert refused.headers["retry-after"] == "60"
    refused = await (await house.as_(dewi)).post("/v1/releases", json={"campaign_id": str(campaign)})
    assert (refused.status_code, refused.json()["code"]) == (503, "audit_stuck")
    assert (await (await house.as_(dewi)).get("/v1/releases")).status_code == 200
    assert (await (await house.as_(team.siti)).post("/v1/sync/push", json=held)).status_code == 200
    assert (await (await house.as_(team.siti)).get("/v1/sync/pull")).status_code == 200
    health = await (await house.as_(None)).get("/healthz/audit")
    assert (health.status_code, health.json()["status"]) == (503, "stuck")
    assert (await (await house.as_(None)).get("/readyz")).status_code == 200

    await Sealer(worker).seal_all()
    await house.state["audit_head"].refresh(house.state["database"])
    assert (await (await house.as_(machine)).get("/v1/releases")).status_code == 200


async def test_the_worker_seals_beside_its_jobs(house: House, wanted: Settings) -> None:
    await house.owner.execute(ADD, 2)
    stopping = asyncio.Event()
    quick = wanted.model_copy(update={"seal_every_s": 0.1})
    working = asyncio.create_task(run_worker(quick, stopping=stopping))
    for _ in range(100):
        if await house.owner.fetchval("select sum(count) from audit_seals"):
            break
        await asyncio.sleep(0.1)
    await house.owner.execute(ADD, 1)
    await asyncio.sleep(1)
    stopping.set()
    await working
    assert await house.owner.fetchval("select sum(count) from audit_seals") == 3
    assert audit_chain.SEAL_ROWS == 5_000
