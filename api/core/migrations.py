"""Where the migrations are: beside the package in a checkout, inside it in an installed wheel."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

PACKAGE = Path(__file__).parent.parent


def config() -> Config:
    """Alembic's configuration, pointing at our scripts."""
    packed = PACKAGE / "_migrations"
    made = Config()
    made.set_main_option("script_location", str(packed if packed.exists() else PACKAGE.parent / "alembic"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(revision: str = "head") -> None:
    """Migrate the owner's database (`SAMBANG_DATABASE_OWNER_URL`) up to a revision."""
    command.upgrade(config(), revision)


def expected_revision() -> str | None:
    """The migration that this code was written for."""
    return ScriptDirectory.from_config(config()).get_current_head()


def downgrade(revision: str) -> None:
    """Take migrations back; roles are never dropped by it."""
    command.downgrade(config(), revision)
