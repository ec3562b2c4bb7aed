"""`sambang vault` and `sambang anonymise`."""

import asyncio
import time
from datetime import timedelta
from typing import Annotated

import typer

from api.core import clock
from api.core.settings import settings
from api.custody import anonymising, rotation
from api.operator import console, errors, owner_url

TELL_S = 2.0
vault = typer.Typer(no_args_is_help=True, help="What seals personal numbers.")


@vault.command("rotate")
def rotate_vault() -> None:
    """Put new keys in the place of the vault's, while the house works; run it again if it was broken off.

    The old keys go when nothing depends on them any more. A backup of before opens only with a copy of them.
    """
    told = time.monotonic()

    def tell(what: str, rows: int, renewed: int) -> None:
        nonlocal told
        if time.monotonic() - told > TELL_S:
            told = time.monotonic()
            console.print(f"{what}: {rows:,} looked at, {renewed:,} sealed anew")

    began = time.monotonic()
    try:
        done = asyncio.run(rotation.rotate(settings(), owner_url(), tell))
    except rotation.RotationRefused as refused:
        errors.print(f"{refused}. Both keys stay live.")
        raise typer.Exit(1) from refused
    console.print(
        f"Rotated: {done.renewed:,} of {done.rows:,} rows and files sealed anew in {time.monotonic() - began:.1f} s, "
        f"nothing of the old in pass {done.passes}; the old keys are gone. Copy the keys to where their copy lies."
    )


def anonymise(
    older_than: Annotated[int, typer.Option(min=anonymising.SHORTEST_DAYS, help="Days since a campaign ended.")],
    for_good: Annotated[bool, typer.Option("--for-good", help="Do it. Without this nothing changes.")] = False,
) -> None:
    """Take away what is personal of closed campaigns that ended so long ago; what statistics need stays.

    Says what it would do unless `--for-good` is given. Broken off, it goes on when it is run again.
    """
    before = clock.working_day(clock.now()) - timedelta(days=older_than)

    def tell(households: int) -> None:
        console.print(f"{households:,} households done")

    found = asyncio.run(anonymising.anonymise(settings(), owner_url(), before, for_good=for_good, tell=tell))
    said = "Gone" if for_good else "Would go (a dry run: --for-good does it)"
    console.print(
        f"{said}: names, numbers, addresses and words of {found.households:,} households, {found.people:,} people and"
        f" {found.visits:,} visits of closed campaigns that ended before {before}, and {found.files:,} uploaded files."
    )
