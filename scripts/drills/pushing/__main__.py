"""`scripts/drills/phones`: nothing that was acknowledged is lost or doubled, whatever breaks; exit 0 only when so."""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable

import httpx
from rich.console import Console

from api.core.embedded_places import OWNER
from api.demo import seed
from scripts.drills.own_house import House, own_house
from scripts.drills.pushing import rounds
from scripts.drills.pushing.effects import count_effects
from scripts.drills.pushing.phone import Ledger, Phone

console = Console(soft_wrap=True, highlight=False, markup=False)
PUSHES_A_ROUND = 15


def hand_out(house: House) -> None:
    """Bu Dewi shares all households out."""
    with httpx.Client(base_url=f"{house.url}/v1", timeout=120) as http:
        session = http.post("/sessions", json=seed.session_body(house.folder, "dewi")).raise_for_status().json()
        http.headers["Authorization"] = f"Bearer {session['access_token']}"
        campaign = http.get("/campaigns").raise_for_status().json()["items"][0]["id"]
        http.post(f"/campaigns/{campaign}/allocations", json={"dry_run": False}).raise_for_status()


def main() -> int:
    """Furnish the house, run the trials, count after each what all of them left."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=20, help="kills of each kind; 15 pushes over cut lines for each")
    asked.add_argument("--seed", type=int, default=2022)
    asked.add_argument("--workers", type=int, default=1, help="processes of the API")
    wanted = asked.parse_args()
    chance, ledger, began = random.Random(wanted.seed), Ledger(), time.monotonic()  # noqa: S311  # the same trial again
    with own_house(wanted.workers) as house:
        logins = json.loads((house.folder / "demo.json").read_text())["staff"]
        hand_out(house)
        phones = asyncio.run(rounds.sign_in(house, ledger, logins))
        console.print(f"A house with {len(phones)} phones stands after {time.monotonic() - began:.0f} s.")
        # a trial that broke one ends the drill: what it left undone would be found again after each that follows
        kept = all(run(house, ledger, trial) for trial in trials(house, phones, chance, wanted.rounds))
    console.print(f"{'Every' if kept else 'NOT every'} promise kept; {time.monotonic() - began:.0f} s in all.")
    return 0 if kept else 1


def trials(house: House, phones: list[Phone], chance: random.Random, count: int) -> list[Callable[[], list[str]]]:
    """The trials in the order in which they leave doors for each other: 17:00 goes first, on a fresh pull."""

    def killing(kill: Callable[[], None]) -> list[str]:
        asyncio.run(rounds.renew(house, phones))
        return [rounds.kills(house, phones, chance, count, kill)]

    return [
        lambda: asyncio.run(rounds.at_seventeen(house, phones)),
        lambda: [asyncio.run(rounds.five_at_once(house, phones, count))],
        lambda: [asyncio.run(rounds.cut_lines(house, phones, chance, count * PUSHES_A_ROUND))],
        lambda: killing(rounds.killed_api(house)),
        lambda: killing(rounds.killed_postgres(house, chance)),
    ]


def run(house: House, ledger: Ledger, trial: Callable[[], list[str]]) -> bool:
    """One trial and its lines; whether everything acknowledged up to now is there once, and nothing else."""
    began = time.monotonic()
    try:
        lines = trial()
    except (RuntimeError, ExceptionGroup) as failed:
        lines = [f"broke off: {failed}"]
        ledger.wrong["a trial that broke off"] += 1
    found = asyncio.run(count_effects(house.address(OWNER), ledger))
    console.print("kept  " if not found.wrong else "BROKEN", *lines, sep=" " if len(lines) == 1 else "\n")
    console.print(f"       {found}" if not found.wrong else "\n".join(found.wrong), f"{time.monotonic() - began:.1f} s")
    ledger.wrong.clear()
    return not found.wrong


if __name__ == "__main__":
    sys.exit(main())
