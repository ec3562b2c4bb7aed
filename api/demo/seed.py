"""The demo's first rows: invented people with logins, a campaign, teams and the bimtek; households come by import."""

import asyncio
import json
import secrets
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pyotp
from rich.console import Console
from uuid_utils.compat import uuid7

from api.access import seeding
from api.access.roles import SECOND_FACTOR, Permission, Role
from api.core import clock
from api.core.settings import Settings
from api.core.vault import open_vault
from api.demo.dtks import write_dtks_person_file
from api.demo.people import DemoStaff, demo_staff, demo_teams, demo_training

CAMPAIGN = "malang-2022"
LOGINS = "demo.json"
BUSY, PATIENCE_S = (429, 503), 300.0


class RefusedToSeed(RuntimeError):
    """The demo is not for this database."""


@dataclass(frozen=True, slots=True)
class Login:
    """How somebody of the demo signs in; `otp_secret` is what an authenticator app would hold."""

    username: str
    password: str
    role: str
    otp_secret: str | None = None


@dataclass(frozen=True, slots=True)
class MachineLogin:
    """How a machine of the demo signs in."""

    client_id: str
    client_secret: str
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Demo:
    """Who can sign in; stored as `demo.json` in the private folder."""

    staff: list[Login]
    clients: list[MachineLogin]


async def seed_people(wanted: Settings) -> Demo:
    """Make the demo's people, campaign, teams and training in one transaction; a second call changes nothing.

    Raises `RefusedToSeed` in production, and where another city's campaign already stands.
    """
    if wanted.env == "production":
        raise RefusedToSeed(
            "the demo is refused in production: its people are invented and its passwords are in a file"
        )
    path = wanted.private_folder / LOGINS
    owner = await asyncpg.connect(wanted.owner_url)
    try:
        present = await owner.fetchval("select code from campaigns order by created_at limit 1")
        if present is not None:
            if present != CAMPAIGN or not path.exists():
                raise RefusedToSeed(
                    "this database already has campaigns of its own: start with --no-demo;"
                    " where it is an old demo whose logins are gone, --reset begins again from nothing"
                )
            return await _give_second_factors(owner, wanted, _read(path), path)
        password = secrets.token_urlsafe(9)
        people = demo_staff()
        demo = Demo(
            [Login(person.username, password, person.role) for person in people],
            [MachineLogin("dinsos", secrets.token_urlsafe(32), [Permission.RELEASES_READ.value])],
        )
        async with owner.transaction():
            await _seed(owner, people, password, demo.clients)
        return await _give_second_factors(owner, wanted, demo, path)
    finally:
        await owner.close()


async def _give_second_factors(owner: asyncpg.Connection, wanted: Settings, demo: Demo, path: Path) -> Demo:
    """An authenticator secret for those who need one and have none: the app of the demo is its file."""
    staff = [
        replace(login, otp_secret=login.otp_secret or pyotp.random_base32()) if login.role in SECOND_FACTOR else login
        for login in demo.staff
    ]
    ids = {row["username"]: row["id"] for row in await owner.fetch("select username, id from staff")}
    kept = {ids[login.username]: login.otp_secret for login in staff if login.otp_secret}
    demo = replace(demo, staff=staff)
    _write(path, demo)
    await seeding.seed_second_factors(owner, open_vault(wanted.keys_folder), kept)
    return demo


def session_body(folder: Path, username: str, step: int = 0) -> dict[str, str]:
    """What this person of the demo sends to `POST /v1/sessions`, with the code of this half minute or of one beside it.

    Raises `RefusedToSeed` where there is no such demo or no such person.
    """
    try:
        login = next(login for login in _read(folder / LOGINS).staff if login.username == username)
    except (OSError, StopIteration) as absent:
        raise RefusedToSeed(f"nobody is called {username} in {folder / LOGINS}") from absent
    body = {"username": login.username, "password": login.password}
    if login.otp_secret is None:
        return body
    return body | {"otp": pyotp.TOTP(login.otp_secret).at(clock.now(), counter_offset=step)}


def _write(path: Path, demo: Demo) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(demo), indent=1))


def _read(path: Path) -> Demo:
    kept = json.loads(path.read_text())
    return Demo([Login(**login) for login in kept["staff"]], [MachineLogin(**machine) for machine in kept["clients"]])


async def _seed(
    owner: asyncpg.Connection, people: tuple[DemoStaff, ...], password: str, machines: list[MachineLogin]
) -> None:
    staff = [seeding.NewStaff(person.username, person.name, Role(person.role)) for person in people]
    ids = await seeding.seed_staff(owner, staff, seeding.demo_password_hash(password))
    clients = [
        seeding.NewClient(machine.client_id, "Dinas Sosial", "Dinsos", tuple(machine.scopes), machine.client_secret)
        for machine in machines
    ]
    await seeding.seed_clients(owner, clients)
    campaign = await _campaign(owner)
    await _teams(owner, campaign, people, ids)
    await _training(owner, campaign, ids)


async def _campaign(owner: asyncpg.Connection) -> UUID:
    made = uuid7()
    await owner.execute(
        "insert into campaigns (id, code, name, starts_on, ends_on, region_codes, sources, span, questionnaire_id,"
        " criteria_set, impact_assessment_ref, statistical_recommendation_no, status, created_at, revision)"
        " select $1, $2, 'Verifikasi dan validasi DTKS 2022', '2022-11-02', '2022-12-26', '{35.73.03,35.73.04}',"
        " '{dtks,field}', 7, (select id from questionnaires order by created_at limit 1), 'kriteria_fakir_miskin_262',"
        " 'DPIA-DEMO-2022', null, 'fieldwork', $3, 1",
        made,
        CAMPAIGN,
        clock.now(),
    )
    return made


async def _teams(
    owner: asyncpg.Connection, campaign: UUID, people: tuple[DemoStaff, ...], ids: dict[str, UUID]
) -> None:
    teams = {team.number: uuid7() for team in demo_teams()}
    coordinators = {person.team: ids[person.username] for person in people if person.role == "coordinator"}
    await owner.executemany(
        "insert into teams (id, campaign_id, name, coordinator_id, district_code, revision)"
        " values ($1, $2, $3, $4, $5, 1)",
        [
            (teams[team.number], campaign, team.name, coordinators[team.number], team.district_code)
            for team in demo_teams()
        ],
    )
    members = [(teams[person.team], ids[person.username], person.role) for person in people if person.team is not None]
    await owner.executemany(
        "update principals set team_id = $1 where id = $2", [(team, who) for team, who, _ in members]
    )
    await owner.executemany(
        "insert into team_members (id, campaign_id, team_id, staff_id, starts_on)"
        " values ($1, $2, $3, $4, '2022-11-02')",
        [(uuid7(), campaign, team, who) for team, who, role in members if role == "enumerator"],
    )


async def _training(owner: asyncpg.Connection, campaign: UUID, ids: dict[str, UUID]) -> None:
    bimtek, made = demo_training(), uuid7()
    days = [bimtek.starts_on, bimtek.ends_on]
    institutions = {"BPS Kota Malang": "bps", "Diskominfo Kota Malang": "diskominfo"}
    instructors = [{"name": who.name, "institution": institutions[who.office]} for who in bimtek.instructors]
    await owner.execute(
        "insert into trainings (id, campaign_id, name, venue, days, instructors, created_at, revision)"
        " values ($1, $2, $3, 'Balai Kota Malang', $4, $5, $6, 1)",
        made,
        campaign,
        bimtek.name,
        days,
        json.dumps(instructors),
        clock.now(),
    )
    await owner.executemany(
        "insert into training_attendances (training_id, staff_id, days, passed) values ($1, $2, $3, true)",
        [(made, ids[username], days) for username in bimtek.participants],
    )


def import_households(wanted: Settings, url: str, households: int, console: Console) -> None:
    """Send the invented DTKS file through the import, as Bu Dewi would; nothing happens when one has been imported."""
    if asyncio.run(_has_imports(wanted.owner_url)):  # she does not sign in at every start: a code is taken once
        return
    with httpx.Client(base_url=f"{url}/v1", timeout=120) as http:
        http.headers["Authorization"] = f"Bearer {_sign_in(http, wanted.private_folder)}"
        campaign = _answer(http, "GET", "/campaigns").json()["items"][0]["id"]
        with (
            TemporaryDirectory(prefix="sambang-demo-") as folder,
            console.status(f"Importing {households:,} households …"),
        ):
            made = write_dtks_person_file(Path(folder) / "dtks.csv", households)
            with made.path.open("rb") as file:
                files = {"file": ("dtks.csv", file, "text/csv")}
                sent = _answer(http, "POST", "/imports", data={"campaign_id": campaign}, files=files)
            done = _await_import(http, sent.json()["id"])
    console.print(
        f"Imported {done['households']:,} households: {done['rows']:,} rows, {done['rejected']:,} rejected as planted."
    )


async def _has_imports(owner_url: str) -> bool:
    owner = await asyncpg.connect(owner_url)
    try:
        return bool(await owner.fetchval("select exists (select from imports)"))
    finally:
        await owner.close()


def _sign_in(http: httpx.Client, folder: Path) -> str:
    """Bu Dewi's access token, by the code before the present one, which is left to whoever signs in first.

    That code is old when its half minute ends while a busy machine has not read it yet, so a refused one is asked for
    again; the present one is the last resort, where somebody has used the one before.
    """
    for step in (-1, -1, 0):
        session = http.post("/sessions", json=session_body(folder, "dewi", step))
        if session.status_code != httpx.codes.UNAUTHORIZED:
            break
    return str(session.raise_for_status().json()["access_token"])


def _answer(http: httpx.Client, method: str, path: str, **asked: Any) -> httpx.Response:
    """The answer of success; whoever is told to come again does, for some minutes."""
    until = time.monotonic() + PATIENCE_S
    while (answer := http.request(method, path, **asked)).status_code in BUSY and time.monotonic() < until:
        time.sleep(float(answer.headers.get("Retry-After", "1")))
    return answer.raise_for_status()


def _await_import(http: httpx.Client, import_id: str) -> dict[str, int]:
    while True:
        seen = _answer(http, "GET", f"/imports/{import_id}").json()
        if seen["status"] == "failed":
            raise RefusedToSeed(f"the demo's import failed: {seen['problem']}")
        if seen["status"] == "done":
            return dict(seen)
        time.sleep(0.3)


def print_logins(wanted: Settings, console: Console) -> None:
    """Show one login of each role; all of them are in the file."""
    path = wanted.private_folder / LOGINS
    shown: set[str] = set()
    for login in _read(path).staff:
        if login.role not in shown:
            console.print(f"  {login.role:<12} {login.username:<14} {login.password}")
            shown.add(login.role)
    console.print(f"  all 147 logins and the machine's secret: {path}")
    console.print("  what somebody sends, with the one-time code: scripts/sambang demo-login dewi\n")
