"""a session ends for good, and may belong to an app that asked for some scopes only."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("refresh_tokens", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_refresh_tokens_client_id_clients"), "refresh_tokens", "clients", ["client_id"], ["id"]
    )
    op.add_column("refresh_tokens", sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("refresh_tokens", sa.Column("family_ends_at", sa.DateTime(timezone=True), nullable=True))
    # one from before ends as if it had begun when its present token was given
    op.execute("update refresh_tokens set family_ends_at = issued_at + interval '90 days'")
    op.alter_column("refresh_tokens", "family_ends_at", nullable=False)


def downgrade() -> None:
    for column in ("family_ends_at", "scopes", "client_id"):
        op.drop_column("refresh_tokens", column)
