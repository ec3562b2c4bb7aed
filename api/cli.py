"""`sambang`: what an operator types."""

import asyncio
import csv
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api import custody_commands, standalone
from api.access import seeding, signing_keys, verification
from api.access.roles import Role
from api.access.who_saw import Asked, LineOf, NobodyFound, who_saw
from api.core import bounded_http, feed
from api.core.embedded import AlreadyRunning, EmbeddedError
from api.core.refusals import UnsafeToStart
from api.core.settings import settings
from api.core.supervisor import PortUnavailable, Supervisor
from api.demo import seed as demo_seed
from api.main import create_app
from api.operator import console, errors
from api.operator import owner_url as _owner_url
from api.operator import private_folder as _private_folder
from api.worker import run_worker

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="Signing and vault keys.")
app.add_typer(keys, name="keys")
app.add_typer(custody_commands.vault, name="vault")
app.command()(custody_commands.anonymise)
staff = typer.Typer(no_args_is_help=True, help="People who sign in.")
app.add_typer(staff, name="staff")
phones = typer.Typer(no_args_is_help=True, help="The feed of changes that phones pull.")
app.add_typer(phones, name="feed")
ANCHOR = re.compile(r"[0-9]{1,18}:[0-9a-f]{64}")
CONTRACT = Path(__file__).parent.parent / "openapi" / "openapi.json"


@app.command()
def migrate(revision: str = "head") -> None:
    """Migrate the database as its owner, then install roles, grants and row policies."""
    standalone.migrate(revision)
    console.print("Migrated; roles and row policies are installed.")


@keys.command("make")
def make_keys() -> None:
    """Make the keys that are missing, readable by this user only; existing keys are never touched."""
    folder = _private_folder() / "keys"
    standalone.make_keys(folder)
    console.print(f"Keys are in {folder}. Keep a copy apart from the database's backup.")


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    fd: Annotated[int | None, typer.Option(help="Listen on this socket, inherited from a supervisor.")] = None,
) -> None:
    """Serve the API from one process; several of them stand behind a load balancer."""
    bounded_http.serve(host, port, fd)


@app.command()
def worker() -> None:
    """Do the work that waits: imports, and the hashes of a release's files."""
    asyncio.run(run_worker(settings()))


@app.command()
def openapi(check: Annotated[bool, typer.Option("--check", help="Fail when the file is stale.")] = False) -> None:
    """Write the published contract, `openapi/openapi.json`."""
    os.environ.setdefault("SAMBANG_DATABASE_URL", "postgresql://nobody@/nowhere")  # nothing connects
    made = json.dumps(create_app().openapi(), indent=1, ensure_ascii=False) + "\n"
    if not check:
        CONTRACT.write_text(made, encoding="utf-8")
    elif CONTRACT.read_text(encoding="utf-8") != made:
        console.print(
            "openapi/openapi.json is stale: run scripts/openapi, read the diff, add a line to openapi/CHANGELOG.md"
        )
        raise typer.Exit(1)


@app.command()
def seed(full: Annotated[bool, typer.Option("--full", help="52,881 households instead of 3,000.")] = False) -> None:
    """Make the demo's people, campaign, teams and training in an empty database (refused in production)."""
    made = asyncio.run(demo_seed.seed_people(settings()))
    console.print(f"{len(made.staff)} people; their logins are in {settings().private_folder / 'demo.json'}.")
    if full:
        console.print("The households come in through the import: `sambang up --full` uploads them.")


@keys.command("rotate")
def rotate_keys(
    at_once: Annotated[
        bool, typer.Option("--at-once", help="On a suspicion: do not wait until the next is known.")
    ] = False,
) -> None:
    """Let the next signing key sign, and make another next one. The processes take it up; nobody is signed out.

    Every 90 days. After `--at-once` twice within ten minutes, tokens of the key before the last are refused.
    """
    try:
        signing_keys.rotate(_private_folder() / "keys", at_once=at_once)
    except (signing_keys.TooEarly, FileNotFoundError) as refused:
        errors.print(str(refused))
        raise typer.Exit(1) from refused
    console.print("The next key signs now. Keep a copy of the keys apart from the database's backup.")


@staff.command("add")
def add_staff(username: str, name: str, role: Role) -> None:
    """Make an account over the owner's connection and print its one-time activation code: a city's first Bappeda."""
    code = asyncio.run(seeding.add_staff(_owner_url(), seeding.NewStaff(username, name, role)))
    console.print(f"{username} activates the account with POST /v1/activations and the code {code}")


@staff.command("reset-second-factor")
def reset_second_factor(username: str) -> None:
    """Take a lost second factor away over the owner's connection: for whom nobody is left to do it in the API."""
    if not asyncio.run(seeding.reset_second_factor(_owner_url(), username)):
        errors.print(f"nobody is called {username}")
        raise typer.Exit(1)
    console.print(f"{username} signs in with the password and enrols anew: POST /v1/me/second-factor")


@app.command("demo-login")
def demo_login(username: str) -> None:
    """Print what somebody of the demo sends to POST /v1/sessions, with the code of this half minute; it works once."""
    try:
        console.print_json(data=demo_seed.session_body(_private_folder(), username))
    except demo_seed.RefusedToSeed as refused:
        errors.print(str(refused))
        raise typer.Exit(1) from refused


@phones.command("restored")
def begin_epoch() -> None:
    """Say that this database was restored: every cursor expires, and phones pull anew what they hold.

    A restore into another cluster, timeline or database is seen without it; one in place is not. Run it before serving.
    """
    epoch = asyncio.run(feed.as_owner(_owner_url(), feed.begin_epoch))
    console.print(f"Epoch {epoch} has begun; phones are told 410 once and begin again.")


@phones.command("sweep")
def sweep(days: Annotated[int, typer.Option(min=7, help="Older changes are forgotten.")] = feed.KEPT_DAYS) -> None:
    """Forget old changes; a phone that has not pulled for that long begins again. The worker does it daily."""
    swept = asyncio.run(feed.as_owner(_owner_url(), partial(feed.sweep, days=days)))
    console.print(f"{swept} changes forgotten.")


@app.command("verify-audit")
def verify_audit(
    head: Annotated[list[str], typer.Option(help="A head kept outside, <n>:<digest> as Audit-Head says it.")] = [],  # noqa: B006
    patience: Annotated[int, typer.Option(min=1, help="Minutes that a row may wait for its seal.")] = 15,
) -> None:
    """Hold the audit chain against the rows it sealed, and against heads that others kept. Exit 1 when it differs."""
    if not all(ANCHOR.fullmatch(one) for one in head):
        errors.print("a head is <n>:<64 hexadecimal digits>")
        raise typer.Exit(2)
    if not asyncio.run(verification.report(_owner_url(), head, timedelta(minutes=patience), console.print)):
        raise typer.Exit(1)


@app.command("who-saw")
def list_who_saw(
    household: Annotated[UUID | None, typer.Option(help="Looks at this household.")] = None,
    member: Annotated[
        UUID | None, typer.Option(help="Looks at this person's household, and at those before it.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="By this person or client: username, client_id or id.")] = None,
    session: Annotated[UUID | None, typer.Option(help="In this family of tokens: a phone, a browser.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", help="From this moment (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Before this moment (UTC).")] = None,
    by: Annotated[LineOf | None, typer.Option(help="What a line is; unless said, what was not asked for.")] = None,
) -> None:
    """Print the list of an incident as CSV: who saw whom, when, what for, how often. All that is given must hold."""
    start, end = (moment and moment.replace(tzinfo=UTC) for moment in (since, until))
    try:
        rows = asyncio.run(who_saw(_owner_url(), Asked(household, member, account, session, start, end, by)))
    except NobodyFound as nobody:
        errors.print("there is no such account or person")
        raise typer.Exit(1) from nobody
    written = csv.writer(sys.stdout)
    for number, row in enumerate(rows):
        if number == 0:
            written.writerow(row.keys())
        written.writerow([" ".join(value) if isinstance(value, list) else value for value in row.values()])


@app.command()
def up(
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes of the API.")] = 1,
    demo: Annotated[bool, typer.Option(help="Seed invented people and households on the first start.")] = True,
    full: Annotated[bool, typer.Option("--full", help="52,881 households instead of 3,000.")] = False,
    people_only: Annotated[bool, typer.Option("--people-only", help="A demo without households.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Delete the embedded database first.")] = False,
) -> None:
    """Run the whole house on this machine: database, migrations, demo, API and worker."""
    folder, households = _private_folder(), 0 if people_only else 52_881 if full else 3_000
    try:
        standalone.refuse_early(folder, host, port, demo=demo)
        code = _run_house(folder, f"http://{host}:{port}", host, port, workers, demo, households, reset)
    except AlreadyRunning as running:
        errors.print(
            f"{running}.\nIt is another `scripts/run`: end it with Ctrl-C where it was started, or keep this one's data"
            " apart with SAMBANG_PRIVATE_FOLDER=/another/folder"
        )
        code = 1
    except PortUnavailable as taken:
        errors.print(f"{taken}: `scripts/run --port {port + 1}`")
        code = 1
    except (
        standalone.RefusedToStart,
        EmbeddedError,
        UnsafeToStart,
        demo_seed.RefusedToSeed,
    ) as refused:
        errors.print(str(refused))
        code = 1
    raise typer.Exit(code)


def _run_house(
    folder: Path, url: str, host: str, port: int, workers: int, demo: bool, households: int, reset: bool
) -> int:
    with Supervisor() as supervisor, standalone.running_database(folder, reset=reset) as (addresses, cluster):
        standalone.prepare(folder, addresses)
        standalone.migrate()
        if cluster is not None:
            supervisor.watch("database", cluster.process)
        if demo:
            asyncio.run(demo_seed.seed_people(settings()))
        standalone.start_processes(supervisor, host, port, workers)
        standalone.await_ready(supervisor, url)
        if demo and households and supervisor.asked is None:
            demo_seed.import_households(settings(), url, households, console)
        standalone.banner(console, url, folder)
        if demo:
            demo_seed.print_logins(settings(), console)
        sys.stdout.flush()
        return supervisor.wait()


if __name__ == "__main__":
    app()
