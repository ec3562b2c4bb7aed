"""Whom a file of people named, and how many accounts and teams it made."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """The table, and two counts that are 0 for every file of households."""
    op.create_table(
        "imported_staff",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_imported_staff_import_id_imports")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_imported_staff_staff_id_staff")),
        sa.PrimaryKeyConstraint("import_id", "row_no", name=op.f("pk_imported_staff")),
    )
    op.create_index(op.f("ix_imported_staff_staff_id"), "imported_staff", ["staff_id"])
    for name in ("accounts", "teams"):
        op.add_column("imports", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """As it was."""
    for name in ("teams", "accounts"):
        op.drop_column("imports", name)
    op.drop_table("imported_staff")
