"""what tells a call from another is sealed: a digest of it could not be made anew under another key."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Digests of 32 bytes go: a call that is sent again after this is told that its household stands already."""
    op.execute("update households set added_by_call = null where octet_length(added_by_call) = 32")
    op.execute("delete from idempotency_keys where octet_length(fingerprint) = 32")


def downgrade() -> None:
    """The same, for the code before this would not understand a seal."""
    op.execute("update households set added_by_call = null where added_by_call is not null")
    op.execute("delete from idempotency_keys")
