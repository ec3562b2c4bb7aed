"""What publishing a version of a form moved is kept with it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0024"
down_revision: str | Sequence[str] | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("questionnaire_versions", sa.Column("publication", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("questionnaire_versions", "publication")
