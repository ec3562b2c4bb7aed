"""Plans that hold for many rows: what the feed is told of a city at once, and how many rows a release has.

A trigger's plan is made once a connection and kept: made for one assignment, it joined 20,000 by comparing each with
each (100 times slower at 3,374 rows, and a minute for a mayor's letter). A fresh release is unknown to the statistics,
so a list of its people was joined the same way until autovacuum came by.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | Sequence[str] | None = "0025"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TOLD = ("tell_of_assignments()", "tell_of_households()")
COUNT = """
create function count_released() returns void language plpgsql volatile security definer
set search_path = {schema}, pg_temp as $$
begin
    analyze released_households, released_members;
end
$$
"""


def upgrade() -> None:
    for function in TOLD:
        op.execute(f"alter function {function} set enable_nestloop = off")
    schema = op.get_bind().scalar(sa.text("select quote_ident(current_schema())"))
    op.execute(COUNT.format(schema=schema))
    op.execute("revoke all on function count_released() from public")


def downgrade() -> None:
    op.execute("drop function count_released()")
    for function in TOLD:
        op.execute(f"alter function {function} reset enable_nestloop")
