"""A second file of an import: its sha256, the file of each finding, and households apart from people while staged."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def part() -> sa.Enum:
    """The file of an import that a row stands in."""
    return sa.Enum("file", "members_file", name="importpart", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column("imports", sa.Column("members_sha256", sa.String(length=64), nullable=True))

    op.add_column("import_findings", sa.Column("file", part(), server_default="file", nullable=False))
    op.alter_column("import_findings", "file", server_default=None)
    op.drop_index("ix_import_findings_place", table_name="import_findings")
    op.create_index("ix_import_findings_place", "import_findings", ["import_id", "file", "row_no", "id"])

    op.execute("delete from staged_people")  # a job that runs meanwhile begins again and stages anew
    op.add_column("staged_people", sa.Column("file", part(), nullable=False))
    op.add_column("staged_people", sa.Column("family_no", sa.Integer(), nullable=True))
    op.add_column("staged_people", sa.Column("percentile", sa.Integer(), nullable=True))
    op.add_column("staged_people", sa.Column("rejected", sa.Boolean(), nullable=False))
    op.drop_constraint(op.f("pk_staged_people"), "staged_people", type_="primary")
    op.create_primary_key(op.f("pk_staged_people"), "staged_people", ["import_id", "file", "row_no"])


def downgrade() -> None:
    op.execute("delete from staged_people")
    op.drop_constraint(op.f("pk_staged_people"), "staged_people", type_="primary")
    op.drop_column("staged_people", "rejected")
    op.drop_column("staged_people", "percentile")
    op.drop_column("staged_people", "family_no")
    op.drop_column("staged_people", "file")
    op.create_primary_key(op.f("pk_staged_people"), "staged_people", ["import_id", "row_no"])

    op.execute("delete from import_findings where file <> 'file'")
    op.drop_index("ix_import_findings_place", table_name="import_findings")
    op.drop_column("import_findings", "file")
    op.create_index("ix_import_findings_place", "import_findings", ["import_id", "row_no", "id"])

    op.drop_column("imports", "members_sha256")
