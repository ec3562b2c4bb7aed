"""What a phone sent is stored as it is sealed: a seal looks like chance, so compressing it is work for nothing."""

from collections.abc import Sequence

from alembic import op

revision: str = "0029"
down_revision: str | Sequence[str] | None = "0028"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEALED = (("receipts", "body"), ("visits", "content"))


def upgrade() -> None:
    # a word about rows to come: none that stands is written again
    for table, column in SEALED:
        op.execute(f"alter table {table} alter column {column} set storage external")


def downgrade() -> None:
    for table, column in SEALED:
        op.execute(f"alter table {table} alter column {column} set storage extended")
