"""The pilot's questionnaire once more, as a draft with checks and what 262/HUK/2022 asks of walls; Regsosek 2022 K.

Version 2 is a draft: what work that is open asks is for a person to publish. Regsosek asks no campaign yet.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

import api.questionnaires

revision: str = "0028"
down_revision: str | Sequence[str] | None = "0027"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = datetime(2022, 10, 31, 2, 0, tzinfo=UTC)  # an hour after the pilot's first version
PILOT, SECOND = UUID("01842b75-1e00-7000-8000-000000000001"), UUID("01842bac-0c80-7000-8000-000000000001")
REGSOSEK, FIRST = UUID("01842bac-0c80-7000-8000-000000000002"), UUID("01842bac-0c80-7000-8000-000000000003")
QUESTIONNAIRES = sa.table(
    "questionnaires",
    sa.column("id", sa.Uuid),
    sa.column("code", sa.String),
    sa.column("title", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
)
VERSIONS = sa.table(
    "questionnaire_versions",
    sa.column("id", sa.Uuid),
    sa.column("questionnaire_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("status", sa.String),
    sa.column("content", JSONB),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    # a city may have written versions of its own meanwhile, or a questionnaire under this code: those stay as they are
    highest = op.get_bind().scalar(
        sa.select(sa.func.max(VERSIONS.c.version)).where(VERSIONS.c.questionnaire_id == PILOT)
    )
    draft = {"id": SECOND, "questionnaire_id": PILOT, "version": (highest or 0) + 1, "status": "draft"}
    op.bulk_insert(VERSIONS, [draft | {"content": _read("pilot_2.json")["content"], "created_at": WHEN}])
    form = _read("regsosek.json")
    taken = op.get_bind().scalar(sa.select(QUESTIONNAIRES.c.id).where(QUESTIONNAIRES.c.code == form["code"]))
    if taken is None:
        named = {"id": REGSOSEK, "code": form["code"], "title": form["title"], "created_at": WHEN}
        op.bulk_insert(QUESTIONNAIRES, [named])
        first = {"id": FIRST, "questionnaire_id": REGSOSEK, "version": 1, "status": "published"}
        op.bulk_insert(VERSIONS, [first | {"content": form["content"], "created_at": WHEN}])


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(api.questionnaires.__file__).parent / name).read_text(encoding="utf-8"))
    return found


def downgrade() -> None:
    campaigns = sa.table("campaigns", sa.column("questionnaire_id", sa.Uuid))
    op.execute(sa.update(campaigns).where(campaigns.c.questionnaire_id == REGSOSEK).values(questionnaire_id=None))
    op.execute(sa.delete(VERSIONS).where(VERSIONS.c.questionnaire_id == REGSOSEK))
    op.execute(sa.delete(QUESTIONNAIRES).where(QUESTIONNAIRES.c.id == REGSOSEK))
    op.execute(sa.delete(VERSIONS).where(VERSIONS.c.id == SECOND))
