"""`scripts/season`: signs everybody in, plays the season, reckons. Exit 0 only when it adds up without a surprise."""

import asyncio
import json
import ssl
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scripts.season_play import field, office, release
from scripts.season_play.callers import Caller, Ledger, Surprise
from scripts.season_play.reckoning import reckon
from scripts.season_play.season import Season

console = Console()


async def invite(stack: AsyncExitStack, url: str, logins: Path, seed: int, at_once: int, progress: Progress) -> Season:
    """An HTTP client and a login for each of them."""
    known = json.loads(await asyncio.to_thread(logins.read_text))
    ledger, gate, trusted = Ledger(), asyncio.Semaphore(at_once), ssl.create_default_context()
    limits = httpx.Limits(max_connections=2, max_keepalive_connections=1, keepalive_expiry=3)

    async def caller(login: dict[str, object], name: str, role: str) -> Caller:
        client = httpx.AsyncClient(
            base_url=url, verify=trusted, limits=limits, timeout=60, headers={"Accept-Language": "en"}
        )
        return Caller(name, role, login, await stack.enter_async_context(client), gate, ledger)

    people = [await caller(login, login["username"], login["role"]) for login in known["staff"]]
    machines = [await caller(login, login["client_id"], "client") for login in known["clients"]]
    readers = [machine for machine in machines if "releases:read" in machine.login["scopes"]]
    by_role = {role: [one for one in people if one.role == role] for role in ("bappeda", "coordinator", "enumerator")}
    season = Season(
        seed, ledger, progress, by_role["bappeda"][0], by_role["coordinator"], by_role["enumerator"],
        readers[0] if readers else None,
    )  # fmt: skip
    everybody = [season.bappeda, *season.coordinators, *season.enumerators, *readers[:1]]
    bar = progress.add_task(f"{len(everybody)} people sign in", total=len(everybody))

    async def sign_in(person: Caller) -> None:
        await person.sign_in()
        progress.advance(bar)

    await asyncio.gather(*(sign_in(person) for person in everybody))
    return season


async def play(url: str, logins: Path, seed: int, at_once: int) -> bool:
    """The whole season; true when it ended well."""
    began = time.monotonic()
    columns = (TextColumn("{task.description:<36}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with AsyncExitStack() as stack:
        with Progress(*columns, console=console) as progress:
            season = await invite(stack, url, logins, seed, at_once, progress)
            await office.open_campaign(season)
            if season.goes_on:
                console.print(
                    f"{season.campaign['code']} was played before and has {season.done['earlier releases']} release(s):"
                    " it goes on with what is left, and with a few objections."
                )
                await office.take_objections(season)
            before = await season.assignments()
            await office.share_out(season)
            await field.find_families(season)
            await field.knock_on_doors(season, "doors")
            await office.review(season, "reviews", strict=True)
            await field.knock_on_doors(season, "doors again: returned work", field.RETURNED)
            await office.review(season, "reviews again", strict=False)
            await office.decide(season, "decisions", strict=True)
            await field.knock_on_doors(season, "doors again: sent back by Bappeda", field.RETURNED)
            await office.review(season, "reviews of these", strict=False)
            await office.decide(season, "decisions on these", strict=False)
            made = await release.make_release(season)
            after = await season.assignments()
        console.print()
        ended_well = reckon(season, before, after, made, console)
        console.print(f"\nPlayed in {time.monotonic() - began:.0f} s.")
        return ended_well


def main(
    url: Annotated[str, typer.Option(help="Where the API answers.")] = "http://127.0.0.1:8000",
    logins: Annotated[Path, typer.Option(help="The demo's logins, as scripts/run writes them.")] = Path(
        ".sambang/demo.json"
    ),
    seed: Annotated[int, typer.Option(help="Equal seeds tell nearly equal seasons.")] = 2022,
    at_once: Annotated[int, typer.Option(min=1, max=144, help="How many calls may be under way.")] = 16,
) -> None:
    """Play the field season against a running API, as 144 people with real logins.

    On data that was played before it goes on: objections reopen some households, what was left is done, and the next
    release is made. Exit 0 only when no answer was unexpected and every household is accounted for.
    """
    if not logins.exists():
        console.print(f"[red]{logins} is not there: start scripts/run first[/red]")
        sys.exit(2)
    try:
        httpx.get(f"{url}/readyz", timeout=60)
    except httpx.TransportError:
        console.print(f"[red]Nothing answers at {url}: start scripts/run first, or say where it is with --url[/red]")
        sys.exit(2)
    try:
        ended_well = asyncio.run(play(url, logins, seed, at_once))
    except Surprise as stopped:
        console.print(f"[red]The season stopped: {stopped}[/red]")
        ended_well = False
    sys.exit(0 if ended_well else 1)


if __name__ == "__main__":
    typer.run(main)
