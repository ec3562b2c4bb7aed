"""The pilot's questionnaire: the BDT questions of 2015 and those that Kepmensos 262/HUK/2022 needs beside them."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

import api.questionnaires

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = datetime(2022, 10, 31, 1, 0, tzinfo=UTC)  # 08:00 WIB, the first day of the bimtek
FORM, FIRST = UUID("01842b75-1e00-7000-8000-000000000001"), UUID("01842b75-1e00-7000-8000-000000000002")
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
    pilot = json.loads((Path(api.questionnaires.__file__).parent / "pilot.json").read_text(encoding="utf-8"))
    form = {"id": FORM, "code": pilot["code"], "title": pilot["title"], "created_at": WHEN}
    op.bulk_insert(QUESTIONNAIRES, [form])
    version = {"id": FIRST, "questionnaire_id": FORM, "version": 1, "status": "published"}
    op.bulk_insert(VERSIONS, [version | {"content": pilot["content"], "created_at": WHEN}])


def downgrade() -> None:
    campaigns = sa.table("campaigns", sa.column("questionnaire_id", sa.Uuid))
    op.execute(sa.update(campaigns).where(campaigns.c.questionnaire_id == FORM).values(questionnaire_id=None))
    op.execute(sa.delete(VERSIONS).where(VERSIONS.c.questionnaire_id == FORM))
    op.execute(sa.delete(QUESTIONNAIRES).where(QUESTIONNAIRES.c.id == FORM))
