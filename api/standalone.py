"""The whole house on one machine: database, migrations, roles, demo, API and worker as one tree of processes.

`scripts/run` calls this. A city that has a PostgreSQL server of its own runs `sambang migrate`, `serve` and `worker`
as services instead; nothing here is needed then.
"""

import asyncio
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import httpx
from rich.console import Console

from api.access import database_roles
from api.access.signing_keys import make_signing_key
from api.core import embedded, embedded_places, feed, migrations
from api.core.settings import database_settings, settings
from api.core.supervisor import Supervisor, listen
from api.core.vault import make_vault_keys
from api.oversight.measuring import make_metrics_token

LOGIN = "sambang_login"
DATABASE = "sambang"
READY_S = 180.0  # of a busy machine; a process that ends is seen at once
OLDEST_POSTGRESQL = 15
OWNER_UNNAMED = (
    "SAMBANG_DATABASE_URL is the login role's, which owns nothing: name the database as its owner too, in"
    " SAMBANG_DATABASE_OWNER_URL"
)


class RefusedToStart(RuntimeError):
    """Something is missing or unsafe; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The database as its owner and as the login role reach it."""

    owner: str
    login: str


def refuse_early(folder: Path, host: str, port: int, *, demo: bool) -> None:
    """Refuse what could not end well before anything is made: the demo or new keys in production, a taken port."""
    if os.environ.get("SAMBANG_ENV") == "production":
        if demo:
            raise RefusedToStart(
                "SAMBANG_ENV is production, and the demo's people are invented: leave SAMBANG_ENV unset to try Sambang,"
                ' or see "Running it for a city" in README.md'
            )
        if not any((folder / "keys").glob("*")):
            raise RefusedToStart(
                f"no keys in {folder / 'keys'}: production makes no secret by itself; run `scripts/sambang keys make`"
            )
    listen(host, port).close()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "keys").mkdir(exist_ok=True, mode=0o700)


def make_keys(folder: Path) -> None:
    """The signing key, the vault's keys and the token of `/metrics`, where they are missing; none is ever touched."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_vault_keys(folder)
    make_signing_key(folder)
    make_metrics_token(folder)


def login_password(folder: Path) -> str:
    """The login role's password on a server of the city's own; made once, kept beside the keys."""
    path = folder / "login.password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


@contextmanager
def running_database(folder: Path, *, reset: bool) -> Iterator[tuple[Addresses, embedded.EmbeddedPostgres | None]]:
    """The embedded PostgreSQL, or the one that `SAMBANG_DATABASE_OWNER_URL` names."""
    external = os.environ.get("SAMBANG_DATABASE_OWNER_URL")
    if external is None and "SAMBANG_DATABASE_URL" in os.environ:
        raise RefusedToStart(OWNER_UNNAMED)
    if external is not None:
        if reset:
            raise RefusedToStart("--reset deletes only the embedded database; drop and create your own by hand")
        asyncio.run(_refuse_unusable(external))
        parts = urlsplit(external)
        place = parts.netloc.rpartition("@")[2]
        netloc = f"{LOGIN}:{quote(login_password(folder / 'keys'))}@{place}"
        yield Addresses(external, urlunsplit(parts._replace(netloc=netloc))), None
        return
    cluster_folder = folder / "postgres"
    if reset:
        embedded.reset(cluster_folder)
        shutil.rmtree(folder / "files", ignore_errors=True)
        (folder / "demo.json").unlink(missing_ok=True)
    with embedded.start(cluster_folder) as cluster:
        asyncio.run(_make_database(cluster.owner_url))
        yield Addresses(cluster.database_url(DATABASE), cluster.database_url(DATABASE, LOGIN)), cluster


def owner_url(folder: Path) -> str:
    """The owner's connection: the one the environment names, else that of the embedded database running here."""
    if "SAMBANG_DATABASE_OWNER_URL" in os.environ:
        return os.environ["SAMBANG_DATABASE_OWNER_URL"]
    if "SAMBANG_DATABASE_URL" in os.environ:
        raise RefusedToStart(OWNER_UNNAMED)
    try:
        sockets = (embedded.locate(folder / "postgres") / "sockets").readlink()
    except OSError as missing:
        raise RefusedToStart(f"no database runs in {folder}: start `scripts/run --no-demo` first") from missing
    return embedded_places.url(sockets, DATABASE, embedded_places.OWNER)


async def _refuse_unusable(external: str) -> None:
    try:
        owner = await asyncpg.connect(external, timeout=15)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as reason:
        raise RefusedToStart(f"cannot use the database that SAMBANG_DATABASE_OWNER_URL names: {reason}") from reason
    try:
        if not await owner.fetchval("select rolcreaterole or rolsuper from pg_roles where rolname = current_user"):
            raise RefusedToStart(
                "the role in SAMBANG_DATABASE_OWNER_URL must be allowed to create roles: ALTER ROLE … CREATEROLE"
            )
        if owner.get_server_version().major < OLDEST_POSTGRESQL:
            raise RefusedToStart(
                f"the server in SAMBANG_DATABASE_OWNER_URL is older than PostgreSQL {OLDEST_POSTGRESQL}"
            )
    finally:
        await owner.close()


async def _make_database(url: str) -> None:
    owner = await asyncpg.connect(url)
    try:
        if not await owner.fetchval("select true from pg_database where datname = $1", DATABASE):
            await owner.execute(f"create database {DATABASE}")
    finally:
        await owner.close()


async def install_row_security() -> None:
    """Roles, grants and policies on the owner's database, for the login role that `database_url` names.

    And the epoch of the feed, so that cursors of another life of this database have expired before anybody pulls.
    """
    wanted = database_settings()
    login = urlsplit(wanted.database_url)
    owner = await asyncpg.connect(wanted.owner_url)
    try:
        await database_roles.install(owner, wanted.role_prefix, login.username or LOGIN, login.password)
        await feed.present_epoch(owner)
    finally:
        await owner.close()


def migrate(revision: str = "head") -> None:
    """Migrate as the owner, then install what the migrations do not hold: roles, grants, policies."""
    migrations.upgrade(revision)
    try:
        asyncio.run(install_row_security())
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as older:
        # before the first release the first migration is still rewritten in place
        raise RefusedToStart(
            f"this database was made by an earlier draft of the tables ({older}): nothing can migrate it;"
            " `scripts/run --reset` deletes the embedded one with its data and starts again"
        ) from older


def fresh_folder(folder: Path) -> str:
    """An empty folder in which the API's processes add up their figures: those of a former life do not count."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return str(folder)


def start_processes(supervisor: Supervisor, host: str, port: int, workers: int) -> None:
    """Start the API's processes on one socket, and the worker."""
    socket = listen(host, port)
    socket.set_inheritable(True)
    command = [sys.executable, "-m", "api"]
    together = os.environ | {"PROMETHEUS_MULTIPROC_DIR": fresh_folder(settings().private_folder / "metrics")}
    for number in range(1, workers + 1):
        serve = [*command, "serve", "--fd", str(socket.fileno())]
        environment = together if workers > 1 else None
        supervisor.start(f"api {number}", serve, env=environment, pass_fds=[socket.fileno()])
    supervisor.start("worker", [*command, "worker"])
    socket.close()


def await_ready(supervisor: Supervisor, url: str) -> None:
    """Wait until the API says it is ready; raises when a process ends or nothing answers in three minutes."""
    until = time.monotonic() + READY_S
    while time.monotonic() < until and supervisor.asked is None:
        ended = [name for name, process in supervisor.processes.items() if process.poll() is not None]
        if ended:
            raise RefusedToStart(f"{ended[0]} ended; its reason stands above")
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    if supervisor.asked is None:
        raise RefusedToStart("the API did not become ready")


def prepare(folder: Path, addresses: Addresses) -> None:
    """Put the addresses into the environment that every process of the house reads, and make what is missing."""
    os.environ.setdefault("SAMBANG_ENV", "development")
    os.environ.setdefault("SAMBANG_LOG_LEVEL", "warning")  # the terminal shows what needs somebody
    os.environ["SAMBANG_DATABASE_URL"] = addresses.login
    os.environ["SAMBANG_DATABASE_OWNER_URL"] = addresses.owner
    os.environ["SAMBANG_PRIVATE_FOLDER"] = str(folder)
    database_settings.cache_clear()
    settings.cache_clear()
    if settings().env != "production":
        make_keys(folder / "keys")


def banner(console: Console, url: str, folder: Path) -> None:
    """Say where everything is."""
    console.print(f"\n[bold]Sambang[/bold] answers at [cyan]{url}[/cyan]   (Ctrl-C ends it)")
    console.print(f"  reference  {url}/docs\n  contract   {url}/openapi.json\n  health     {url}/readyz")
    console.print(f"  private    {folder} (database, keys, files: never commit it)")
