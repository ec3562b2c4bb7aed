"""photos that visits announce, their pieces, and the pictures that are kept."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | Sequence[str] | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipts.id"], name=op.f("fk_attachments_receipt_id_receipts")),
        sa.ForeignKeyConstraint(["sender_id"], ["principals.id"], name=op.f("fk_attachments_sender_id_principals")),
        sa.PrimaryKeyConstraint("receipt_id", "name", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_assignment_id"), "attachments", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_attachments_sender_id"), "attachments", ["sender_id"], unique=False)
    op.create_index(op.f("ix_attachments_visit_id"), "attachments", ["visit_id"], unique=False)
    op.create_table(
        "photo_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id", "name"],
            ["attachments.receipt_id", "attachments.name"],
            name=op.f("fk_photo_parts_receipt_id_name_attachments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_parts")),
        sa.UniqueConstraint("receipt_id", "name", "position", name=op.f("uq_photo_parts_receipt_id_name_position")),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("picture_sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id", "name"],
            ["attachments.receipt_id", "attachments.name"],
            name=op.f("fk_photos_receipt_id_name_attachments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("receipt_id", "name", name=op.f("uq_photos_receipt_id_name")),
    )
    op.create_index(op.f("ix_photos_picture_sha256"), "photos", ["picture_sha256"], unique=False)
    op.create_index(op.f("ix_visits_receipt_id"), "visits", ["receipt_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_visits_receipt_id"), table_name="visits")
    op.drop_index(op.f("ix_photos_picture_sha256"), table_name="photos")
    op.drop_table("photos")
    op.drop_table("photo_parts")
    op.drop_index(op.f("ix_attachments_visit_id"), table_name="attachments")
    op.drop_index(op.f("ix_attachments_sender_id"), table_name="attachments")
    op.drop_index(op.f("ix_attachments_assignment_id"), table_name="attachments")
    op.drop_table("attachments")
