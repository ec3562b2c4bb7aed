"""how many calls somebody may still make."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# One statement, so one round trip: fill the bucket for the time that went by, give back what a process did not use,
# take a lump out. The lump shrinks as the bucket empties, so that no process sits on what another one needs.
TAKE_CALLS = """
create function take_calls(caller text, quota int, window_s int, wanted int, unspent int)
returns table (granted int, held double precision)
language plpgsql volatile security definer set search_path from current as $$
begin
    insert into call_buckets as b (subject, calls, at) values (caller, quota, clock_timestamp())
    on conflict (subject) do update set at = clock_timestamp(), calls = least(quota, b.calls + unspent
        + greatest(0, extract(epoch from clock_timestamp() - b.at)) * quota / window_s)
    returning b.calls into held;
    granted := case when held < 1 then 0 else greatest(1, least(wanted, floor(held / 8)::int)) end;
    if granted > 0 then
        held := held - granted;
        update call_buckets b set calls = held where b.subject = caller;
    end if;
    if random() < 0.001 then -- whoever has been away for an hour has a full bucket
        delete from call_buckets b where b.ctid = any (array(
            select o.ctid from call_buckets o where o.at < now() - interval '1 hour' for update skip locked));
    end if;
    return next;
end
$$
"""


def upgrade() -> None:
    op.create_table(
        "call_buckets",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("calls", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_call_buckets")),
        prefixes=["UNLOGGED"],
    )
    op.execute(TAKE_CALLS)


def downgrade() -> None:
    op.execute("drop function take_calls")
    op.drop_table("call_buckets")
