"""people who are restricted, households and releases that are anonymised."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | Sequence[str] | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None
ADDED = (("members", "restricted_at"), ("households", "anonymised_at"), ("releases", "anonymised_at"))


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table, column in ADDED:
        op.drop_column(table, column)
