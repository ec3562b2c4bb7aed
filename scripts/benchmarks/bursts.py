"""Everybody at once: 126 sign-ins, and 17:00, when 126 phones refresh, pull 50 and push 20 visits.

The floor of the sign-ins is the same argon2id by the same two threads and the same rows. 17:00 keeps a promise in
seconds instead of a floor. At ten or a hundred times as many each person has so many phones, and their visits are half
done ones.
"""

import asyncio
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import quantiles

import asyncpg
from uuid_utils.compat import uuid7

from api.access import devices, families
from api.access.passwords import HASHER, THREADS
from api.access.schemas import SessionIn
from api.core import clock
from api.core.embedded_places import OWNER
from api.core.settings import settings
from scripts.benchmarks import seventeen
from scripts.benchmarks.case import MICRO, Case
from scripts.benchmarks.large_house import LargeHouse
from scripts.benchmarks.line import Line
from scripts.drills.pushing.phone import PATIENCE_S, Door, Ledger, Phone
from scripts.drills.pushing.rounds import client

VISITS, SUBMITS, PULLED = 20, 16, 50
KINDS, CALLS = ("2xx", "429", "503"), (seventeen.RENEW, seventeen.PULL, seventeen.PUSH)
KEEP_TOKENS = """
insert into refresh_tokens (id, family_id, principal_id, token_hash, issued_at, expires_at, family_ends_at)
values ($1, $1, $2, $3, now(), now(), now())"""
NOTED = """
insert into audit_events (at, actor_id, action, subject_id, request_id, detail)
values (clock_timestamp(), $1, 'session.started', $2, 'bench', '{}')"""
# the first doors of everybody are open again, and no phone is told of it
OPEN_AGAIN = """
set session_replication_role = replica;
update assignments a set status = 'open', verdict_stage = null from (
    select id, row_number() over (partition by holder_id order by id) as place from assignments
    where holder_id = any (array(select staff_id from devices)) and status <> 'cancelled'
) d where d.id = a.id and d.place <= 60 and a.status <> 'open';
reset session_replication_role
"""
# those that each person's pull will bring
DOORS = """
select id, holder_id, revision from (
    select id, holder_id, revision, row_number() over (partition by holder_id order by id) as place from assignments
    where holder_id = any (array(select staff_id from devices)) and status <> 'cancelled'
) d where place <= $1 order by holder_id, id
"""


@dataclass(slots=True)
class BurstPhone(Phone):
    """One of the phones of a person."""

    number: int = 0

    @property
    def device_id(self) -> str:
        """Each is enrolled by itself."""
        return f"hp-{self.username}-{self.number}"


def phones_of(house: LargeHouse, ledger: Ledger, times: int = 1) -> list[BurstPhone]:
    """So many phones for each enumerator of the demo."""
    return [
        BurstPhone(one["username"], one["password"], ledger, number=number)
        for number in range(times)
        for one in house.enumerators()
    ]


class SignIns(Case):
    """All at once; whoever is told 503 comes back after `Retry-After`."""

    name, rounds, hot = "126 sign-ins at once", 2, False

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """The phones, and what the floor verifies."""
        self.house, self.ledger = house, Ledger()
        self.phones = phones_of(house, self.ledger)
        self.items = len(self.phones)
        self.owner = await asyncpg.connect(house.address(OWNER))
        rows = await self.owner.fetch(
            "select s.username, s.id, c.password_hash from staff s join credentials c on c.principal_id = s.id"
        )
        self.known = {row["username"]: row for row in rows}

    async def api(self, number: int) -> None:
        """126 calls."""
        for phone in self.phones:
            phone.access = ""
        async with client(self.house.url) as http:
            await asyncio.gather(*(phone.sign_in(http) for phone in self.phones))
        if self.ledger.wrong:
            raise RuntimeError(f"sign-ins went wrong: {dict(self.ledger.wrong)}")

    async def floor(self, number: int) -> None:
        """The same passwords and rows."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(THREADS) as threads:
            for phone in self.phones:
                known = self.known[phone.username]
                await loop.run_in_executor(threads, HASHER.verify, known["password_hash"], phone.password)
                async with self.owner.transaction():
                    made = uuid7()
                    await self.owner.execute(KEEP_TOKENS, made, known["id"], made.bytes * 2)
                    await self.owner.execute(NOTED, known["id"], made)

    async def close(self) -> None:
        """The line."""
        await self.owner.close()


class Seventeen(Case):
    """The burst, so many times the pilot's 126 phones: refresh, pull, push; only successes, 429 and 503 may be seen."""

    has_floor, hot = False, False

    def __init__(self, times: int, rounds: int) -> None:
        self.times, self.rounds = times, rounds if times == 1 else 1
        self.name = f"17:00, {126 * times:,} phones"
        self.explained = times == 1

    async def prepare(self, house: LargeHouse, rounds: int) -> None:
        """Everybody's phones, enrolled, with the form that one of them pulled; and the process that they call from."""
        self.house, self.evenings, self.cpu = house, list[seventeen.Evening](), list[float]()
        self.phones = phones_of(house, Ledger(), self.times)
        self.items = len(self.phones)
        line = Line(house.url, house.token(self.phones[0].username))
        form = line.json("GET", f"{seventeen.PULL.split()[1]}?limit=1")
        line.close()
        self.owner = await asyncpg.connect(house.address(OWNER))
        self.ids = {row["username"]: row["id"] for row in await self.owner.fetch("select username, id from staff")}
        for phone in self.phones:
            phone.learn(form)
            body = SessionIn(username=phone.username, password=phone.password, device_id=phone.device_id)
            await devices.enrol(self.owner, self.ids[phone.username], body)
        self.process = ProcessPoolExecutor(1, get_context("spawn"))

    async def before(self, number: int) -> None:
        """There are doors to knock on, everybody signed in this morning, and wrote the day's visits."""
        await self.owner.execute(OPEN_AGAIN)
        doors = defaultdict(list)
        for row in await self.owner.fetch(DOORS, PULLED):
            doors[row["holder_id"]].append(Door(str(row["id"]), row["revision"]))
        ready = []
        async with self.owner.transaction():  # as a session leaves it; 12,600 passwords would take ten minutes
            for phone in self.phones:
                person = self.ids[phone.username]
                _, token = await families.start(self.owner, person, clock.now(), settings(), device_id=phone.device_id)
                phone.doors = (
                    doors[person][:] if self.times == 1 else [doors[person][phone.number % len(doors[person])]]
                )
                parcel = phone.parcel(VISITS, submits=SUBMITS if self.times == 1 else 0)
                ready.append(seventeen.Phone(token, parcel))
        self.process.submit(seventeen.keep, ready).result()

    async def api(self, number: int) -> None:
        """All of them at once."""
        seen, cpu = self.process.submit(seventeen.ends, self.house.url, PULLED, PATIENCE_S * self.times).result()
        if wrong := Counter(one for evening in seen for one in evening.wrong):
            raise RuntimeError(f"17:00 went wrong: {dict(wrong)}")
        self.evenings += seen
        self.cpu.append(cpu)

    def notes(self) -> list[str]:
        """How many answers of each kind, how long a phone waited until each of its calls was done, and its own CPU."""
        answers = Counter(one for evening in self.evenings for one in evening.answers)
        broken = sum(evening.broken for evening in self.evenings)
        lines = [", ".join([f"{answers[kind]:,} answers {kind}" for kind in KINDS] + [f"{broken:,} lines broken"])]
        for call in CALLS:
            lines.append(_waited(call, [evening.waited[call] for evening in self.evenings]))
        lines.append(_waited("all three", [sum(evening.waited.values()) for evening in self.evenings]))
        return [*lines, f"the phones' own CPU: {sum(self.cpu) * MICRO / len(self.evenings):,.0f} µs each"]

    async def close(self) -> None:
        """The phones' process and the line."""
        self.process.shutdown()
        await self.owner.close()


def _waited(what: str, seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100, method="inclusive")
    return f"{what}: p50 {cuts[49]:.1f} s, p95 {cuts[94]:.1f} s, the last {max(seconds):.1f} s"


def cases(*, quick: bool, bursts: list[int]) -> list[Case]:
    """The sign-ins, and 17:00 as often as asked for."""
    return [SignIns(), *(Seventeen(times, 1 if quick else 3) for times in bursts)]
