"""What every command of the operator needs: where it writes, the private folder, the owner's address."""

import os
from pathlib import Path

import typer
from rich.console import Console

from api import standalone

console = Console(soft_wrap=True)  # a code or a path is copied whole
errors = Console(stderr=True, style="red", soft_wrap=True, markup=False, highlight=False)


def owner_url() -> str:
    """The database as its owner reaches it; says what is missing and ends."""
    try:
        return standalone.owner_url(private_folder())
    except standalone.RefusedToStart as refused:
        errors.print(str(refused))
        raise typer.Exit(1) from refused


def private_folder() -> Path:
    """Where this machine keeps what is private; known before there is a database and all the settings."""
    return Path(os.environ.get("SAMBANG_PRIVATE_FOLDER", ".sambang")).resolve()
