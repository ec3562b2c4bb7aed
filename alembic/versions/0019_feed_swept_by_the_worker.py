"""The worker sweeps the feed of changes, through a function: it has no right to the feed itself."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | Sequence[str] | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What a running transaction may still have to read stays. Where it swept, an older cursor has expired: `swept_xid`.
SWEEP = """
create function sweep_feed(days int) returns int language plpgsql volatile security definer
{path} as $$
declare swept int;
begin
    if days < 7 then
        raise exception 'a week of changes is kept in any case' using errcode = 'invalid_parameter_value';
    end if;
    with gone as (
        delete from sync_changes where at < now() - make_interval(days => days)
            and xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        returning xid
    ), told as (
        update feed_epochs set swept_xid = greatest(swept_xid, (select max(xid) from gone))
        where epoch = (select max(epoch) from feed_epochs)
    )
    select count(*) into swept from gone;
    return swept;
end
$$
"""


def upgrade() -> None:
    schema = op.get_bind().scalar(sa.text("select quote_ident(current_schema())"))
    op.execute(SWEEP.format(path=f"set search_path = {schema}, pg_temp"))


def downgrade() -> None:
    op.execute("drop function sweep_feed(int)")
