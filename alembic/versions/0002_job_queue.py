"""The job queue's tables, as the locked version of PgQueuer writes them."""

from collections.abc import Sequence

from alembic import op
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    ddl = QueryBuilderEnvironment().build_install_query(create_schema=False)
    # many statements at once: asyncpg's own door takes them, a prepared statement would not
    op.get_bind().connection.dbapi_connection.run_async(lambda connection: connection.execute(ddl))


def downgrade() -> None:
    for table in ("pgqueuer_statistics", "pgqueuer_schedules", "pgqueuer_log", "pgqueuer"):
        op.execute(f"drop table {table}")
    op.execute("drop function fn_pgqueuer_changed")
    op.execute("drop type pgqueuer_status")
