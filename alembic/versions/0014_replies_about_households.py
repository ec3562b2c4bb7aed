"""replies name households, releases keep what lists call them, assignments are updated in place."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("release_replies", sa.Column("unit", sa.String(length=40), server_default="person", nullable=False))
    op.create_check_constraint(
        op.f("ck_release_replies_replyunit"), "release_replies", "unit in ('person', 'household')"
    )
    # a release of before says nothing of it: its households are answered under our own id
    op.add_column(
        "released_households",
        sa.Column("external_ids", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
    )
    op.execute("alter table assignments set (fillfactor = 50)")


def downgrade() -> None:
    op.execute("alter table assignments reset (fillfactor)")
    op.drop_column("released_households", "external_ids")
    op.execute("delete from release_replies where unit = 'household'")
    op.drop_constraint(op.f("ck_release_replies_replyunit"), "release_replies", type_="check")
    op.drop_column("release_replies", "unit")
