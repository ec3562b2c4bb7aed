"""the audit chain, and the session in which a household was shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "audit_seals",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_events", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.Column("disclosures", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.Column("audit_events_through", sa.BigInteger(), nullable=False),
        sa.Column("disclosures_through", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("row_digests", sa.LargeBinary(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit_seals")),
    )
    # digests do not compress, and a verifier reads them row by row: kept apart and plain, a slice is one look-up
    op.execute("alter table audit_seals alter column row_digests set storage external")
    op.add_column("disclosures", sa.Column("session_id", sa.Uuid(), nullable=True))
    op.create_index("ix_disclosures_actor_id_at", "disclosures", ["actor_id", "at"])
    op.create_index(
        "ix_disclosures_session_id", "disclosures", ["session_id"], postgresql_where=sa.text("session_id is not null")
    )


def downgrade() -> None:
    op.drop_index("ix_disclosures_session_id", table_name="disclosures")
    op.drop_index("ix_disclosures_actor_id_at", table_name="disclosures")
    op.drop_column("disclosures", "session_id")
    op.drop_table("audit_seals")
