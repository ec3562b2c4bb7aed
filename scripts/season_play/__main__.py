"""`scripts/season`: signs everybody in, plays the season, reckons. Exit 0 only when it adds up without a surprise."""

import asyncio
import sys
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from random import randrange
from typing import Annotated

import httpx
import typer
from rich.console import Console

from scripts.season_play.callers import Surprise
from scripts.season_play.days import play_days
from scripts.season_play.house import HouseEnded, throw_away_house
from scripts.season_play.lists import open_campaign, share_out
from scripts.season_play.memory import look_back
from scripts.season_play.people import invite
from scripts.season_play.reckoning import reckon
from scripts.season_play.troubles import CHAOS, ORDINARY, Chances

FULL, SEED = 52_881, 2022
HERE, LOGINS = "http://127.0.0.1:8000", Path(".sambang/demo.json")
console = Console(width=max(120, Console().width))


async def play(url: str, logins: Path, seed: int, chances: Chances, at_once: int, households: int | None) -> bool:
    """The whole season; true when it ended well."""
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        season = await invite(stack, url, logins, seed, chances, at_once, console)
        season.households = households
        with console.status("the lists come in, and the work is shared out …"):
            await open_campaign(season)
            before = await season.assignments()
            await look_back(season)
            await share_out(season)
        if season.goes_on:
            console.print(
                f"{season.campaign['code']} was played before and has {season.earlier_releases} release(s): it goes on."
            )
        await play_days(season)
        ended_well = await reckon(season, before, time.monotonic() - began)
        console.print(f"\nPlayed in {time.monotonic() - began:.0f} s with --seed {seed}.")
        return ended_well


def main(
    url: Annotated[str | None, typer.Option(help=f"Where the API answers; {HERE} when nothing else is asked.")] = None,
    logins: Annotated[Path, typer.Option(help="The demo's logins, as scripts/run writes them.")] = LOGINS,
    seed: Annotated[int | None, typer.Option(help="Equal seeds, nearly equal seasons; 2022, in chaos drawn.")] = None,
    chaos: Annotated[bool, typer.Option("--chaos", help="Phones have very bad luck.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=144, help="How many calls may be under way.")] = 16,
    full: Annotated[bool, typer.Option("--full", help="All 52,881 households, in a house of its own.")] = False,
    households: Annotated[int | None, typer.Option(min=500, help="So many, in a house of its own.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="API processes of the house of its own.")] = 2,
) -> None:
    """Play the field season, as 144 people with real logins, against a running API or a throw-away house.

    Without --full and --households it plays on the demo that scripts/run has started; where somebody played before it
    goes on with what is left. With them it starts a house in a temporary folder on a free port, unless --url names one.
    Exit 0 only when no answer was unexpected and every household is accounted for.
    """
    wanted = FULL if full else households
    if seed is None:
        seed = randrange(10_000) if chaos else SEED  # noqa: S311  # luck, no secret
    console.print(f"The season is played with --seed {seed}{' --chaos' if chaos else ''}.")
    try:
        with ExitStack() as stack:
            if wanted is not None and url is None:
                console.print("A house of its own starts …")
                url, logins = stack.enter_context(throw_away_house(workers))
            url = url or HERE
            if not logins.exists():
                console.print(f"[red]{logins} is not there: start scripts/run first[/red]")
                sys.exit(2)
            httpx.get(f"{url}/readyz", timeout=60)
            ended_well = asyncio.run(play(url, logins, seed, CHAOS if chaos else ORDINARY, at_once, wanted))
    except httpx.TransportError:
        console.print(f"[red]Nothing answers at {url}: start scripts/run first, or say where it is with --url[/red]")
        sys.exit(2)
    except (Surprise, HouseEnded) as stopped:
        console.print(f"[red]The season stopped: {stopped}[/red]")
        ended_well = False
    sys.exit(0 if ended_well else 1)


if __name__ == "__main__":
    typer.run(main)
