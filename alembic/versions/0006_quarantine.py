"""Receipts of everything that a phone sends, and the quarantine of what a person has to look at."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = ("visit", "household")
STATUSES = ("quarantined", "conflict", "invalid")
ACTIONS = ("adopt", "keep_both", "discard")


def words(name: str, *allowed: str) -> sa.Enum:
    """A text column with a CHECK."""
    return sa.Enum(*allowed, native_enum=False, create_constraint=True, length=40, name=name)


def upgrade() -> None:
    """Two keyed digests in place of a bare one: receipts from before are known by neither."""
    op.drop_index("ix_receipts_principal_id", "receipts")
    op.drop_index("ix_receipts_subject_id", "receipts")
    op.alter_column("receipts", "sha256", new_column_name="content_index")
    op.add_column("receipts", sa.Column("kind", words("receiptkind", *KINDS), nullable=False, server_default="visit"))
    op.add_column("receipts", sa.Column("device_id", sa.String(80), nullable=True))
    op.add_column("receipts", sa.Column("bytes_index", sa.LargeBinary(), nullable=False, server_default=""))
    op.alter_column("receipts", "kind", server_default=None)
    op.alter_column("receipts", "bytes_index", server_default=None)
    op.create_unique_constraint(
        op.f("uq_receipts_principal_id_subject_id_content_index"),
        "receipts",
        ["principal_id", "subject_id", "content_index"],
    )
    op.drop_column("visits", "sha256")
    op.create_table(
        "quarantined_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("kind", words("receiptkind", *KINDS), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("status", words("quarantinestatus", *STATUSES), nullable=False),
        sa.Column("problem", JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["receipts.id"], name=op.f("fk_quarantined_items_id_receipts")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_quarantined_items_principal_id_principals")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_quarantined_items_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_items")),
    )
    op.create_index("ix_quarantined_items_team", "quarantined_items", ["team_id", "id"])
    op.create_index("ix_quarantined_items_principal_id", "quarantined_items", ["principal_id"])
    op.create_index("ix_quarantined_items_assignment_id", "quarantined_items", ["assignment_id"])
    op.create_table(
        "quarantine_resolutions",
        sa.Column("quarantine_id", sa.Uuid(), nullable=False),
        sa.Column("action", words("quarantineaction", *ACTIONS), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("resolved_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["quarantine_id"],
            ["quarantined_items.id"],
            name=op.f("fk_quarantine_resolutions_quarantine_id_quarantined_items"),
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["principals.id"], name=op.f("fk_quarantine_resolutions_resolved_by_principals")
        ),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("pk_quarantine_resolutions")),
    )


def downgrade() -> None:
    """Back to one digest; what waits in quarantine goes, its receipts stay."""
    op.drop_table("quarantine_resolutions")
    op.drop_table("quarantined_items")
    op.add_column("visits", sa.Column("sha256", sa.LargeBinary(), nullable=False, server_default=""))
    op.alter_column("visits", "sha256", server_default=None)
    op.drop_constraint(op.f("uq_receipts_principal_id_subject_id_content_index"), "receipts", type_="unique")
    op.drop_column("receipts", "bytes_index")
    op.drop_column("receipts", "device_id")
    op.drop_column("receipts", "kind")
    op.alter_column("receipts", "content_index", new_column_name="sha256")
    op.create_index("ix_receipts_subject_id", "receipts", ["subject_id"])
    op.create_index("ix_receipts_principal_id", "receipts", ["principal_id"])
