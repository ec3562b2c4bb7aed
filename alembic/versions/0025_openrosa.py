"""phones with ODK Collect, and the filled forms that they send."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | Sequence[str] | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "openrosa_tokens",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_openrosa_tokens_device_id_devices")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_openrosa_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_openrosa_tokens_token_hash")),
    )
    op.create_table(
        "openrosa_submissions",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["principals.id"], name=op.f("fk_openrosa_submissions_principal_id_principals")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name=op.f("fk_openrosa_submissions_receipt_id_receipts")
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_openrosa_submissions")),
        sa.UniqueConstraint(
            "principal_id", "instance_id", name=op.f("uq_openrosa_submissions_principal_id_instance_id")
        ),
        sa.UniqueConstraint("principal_id", "replaces", name=op.f("uq_openrosa_submissions_principal_id_replaces")),
    )


def downgrade() -> None:
    op.drop_table("openrosa_submissions")
    op.drop_table("openrosa_tokens")
