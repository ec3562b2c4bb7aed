"""`sambang`: what an operator types."""

import asyncio
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import asyncpg
import typer
import uvicorn
from rich.console import Console

from api.access import row_security
from api.access.tokens import make_signing_key
from api.core import migrations
from api.core.settings import database_settings, settings
from api.core.vault import make_vault_keys

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
keys = typer.Typer(no_args_is_help=True, help="Signing and vault keys.")
app.add_typer(keys, name="keys")
console = Console()


@app.command()
def migrate(revision: str = "head") -> None:
    """Migrate the database as its owner, then install roles, grants and row policies."""
    migrations.upgrade(revision)
    asyncio.run(_install_row_security())
    console.print("Migrated; roles and row policies are installed.")


async def _install_row_security() -> None:
    wanted = database_settings()
    login = urlsplit(wanted.database_url)
    owner = await asyncpg.connect(wanted.owner_url)
    try:
        password = unquote(login.password) if login.password else None
        await row_security.install(owner, wanted.role_prefix, unquote(login.username or ""), password)
    finally:
        await owner.close()


@keys.command("make")
def make_keys() -> None:
    """Make the keys that are missing, readable by this user only; existing keys are never touched."""
    make_keys_in(settings().keys_folder)
    console.print(f"Keys are in {settings().keys_folder}. Keep a copy apart from the database's backup.")


def make_keys_in(folder: Path) -> None:
    """The signing key and the vault's keys."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_vault_keys(folder)
    make_signing_key(folder)


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    fd: Annotated[int | None, typer.Option(help="Listen on this socket, inherited from a supervisor.")] = None,
) -> None:
    """Serve the API from one process."""
    uvicorn.run("api.main:create_app", factory=True, host=host, port=port, fd=fd, access_log=False, log_level="warning")


if __name__ == "__main__":
    app()
