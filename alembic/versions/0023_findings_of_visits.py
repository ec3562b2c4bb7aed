"""What the checks of a form found in the answers of a visit is kept with it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0023"
down_revision: str | Sequence[str] | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    found = sa.Column("findings", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("visits", found)


def downgrade() -> None:
    op.drop_column("visits", "findings")
