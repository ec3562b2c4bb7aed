"""Health, and what this server offers."""

import inspect
import shutil
from enum import StrEnum

import api.tables as tables
from api import __version__
from api.access.counted import policies
from api.access.roles import GRANTS
from api.core.database import Database, raw, take_role, transaction
from api.core.migrations import expected_revision
from api.core.settings import Settings
from api.oversight.schemas import HealthOut, MetaOut

LIMITS = {
    "json_body_bytes": 1024 * 1024,
    "push_body_bytes": 8 * 1024 * 1024,
    "photo_bytes": 5 * 1024 * 1024,
    "import_bytes": 256 * 1024 * 1024,
    "page_max": 1000,
    "page_max_clients": 100,
    "page_default": 100,
}
FREE_DISK_BYTES = 200 * 1024 * 1024


async def readiness(database: Database, wanted: Settings) -> HealthOut:
    """Is the database there, is it migrated, is there room on the disk."""
    wrong = []
    try:
        async with transaction(database, read_only=True) as connection:
            wire = await raw(connection)
            await take_role(wire, database, "access")
            if await wire.fetchval("select version_num from alembic_version") != expected_revision():
                wrong.append("migrations")
    except Exception:  # whatever keeps the database from answering, it is not ready
        wrong.append("database")
    if shutil.disk_usage(wanted.private_folder).free < FREE_DISK_BYTES:
        wrong.append("disk")
    return HealthOut(status="ok" if not wrong else "unready", problems=wrong)


def meta(wanted: Settings) -> MetaOut:
    """What this server offers."""
    words = {
        name: [member.value for member in kind]
        for name, kind in inspect.getmembers(
            tables, lambda found: inspect.isclass(found) and issubclass(found, StrEnum)
        )
    }
    roles = {role.value: sorted(held) for role, held in GRANTS.items()}
    calls = {f"calls_a_minute_{name}": policy.quota for name, policy in policies(wanted).items()}
    features = {"sync": True, "attachments": True, "openrosa": True, "formgear": True, "eligibility_checks": False}
    return MetaOut(version=__version__, roles=roles, enums=words, limits=LIMITS | calls, features=features)
