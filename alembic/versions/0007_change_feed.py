"""The feed of changes for phones, its epochs, the triggers that write it; enrolled phones.

Functions and triggers stand here and not beside the grants: they live and die with their tables. The functions act as
the owner, with a search path of their own in which temporary tables come last.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The epoch of this very database, begun if it is another cluster, timeline or database than the last one: a restore,
# a failover, a clone. An epoch begins with an empty feed, because transaction numbers may have begun anew.
EPOCHS = """
create function begin_feed_epoch() returns feed_epochs language sql volatile security definer {path} as $$
    delete from sync_changes;
    insert into feed_epochs (epoch, system_identifier, timeline, database_oid, began_at)
    select greatest(extract(epoch from clock_timestamp())::bigint, (select max(e.epoch) + 1 from feed_epochs e)),
        c.system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint, d.oid::bigint,
        clock_timestamp()
    from pg_control_system() c, pg_database d where d.datname = current_database()
    returning *
$$
"""
PRESENT_EPOCH = """
create function present_feed_epoch() returns feed_epochs language sql volatile security definer {path} as $$
    select e.* from feed_epochs e, pg_control_system() c, pg_database d
    where e.epoch = (select max(epoch) from feed_epochs) and d.datname = current_database()
      and (e.system_identifier, e.database_oid) = (c.system_identifier, d.oid::bigint)
      and e.timeline = ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint
$$
"""
EPOCH = """
create function feed_epoch() returns feed_epochs language plpgsql volatile security definer {path} as $$
declare found feed_epochs;
begin
    found := present_feed_epoch();
    if found.epoch is null then
        perform pg_advisory_xact_lock(hashtextextended('sambang feed epoch', 3));
        found := present_feed_epoch();  -- somebody else may have begun it while we waited
        if found.epoch is null then
            found := begin_feed_epoch();
        end if;
    end if;
    return found;
end
$$
"""
# Whose it was and is now, one row each. What arrives, leaves or is open again needs its household too: numbers are
# whole only while work is open. A status that moves without the revision (`downloaded`) is the phone's own doing.
TELL_OF_ASSIGNMENTS = """
create function tell_of_assignments() returns trigger language plpgsql security definer {path} as $$
begin
    if tg_op = 'INSERT' then
        insert into sync_changes (addressee_id, assignment_id, household_id)
        select n.holder_id, n.id, n.household_id from present n where n.holder_id is not null;
    else
        insert into sync_changes (addressee_id, assignment_id, household_id)
        select o.holder_id, n.id, n.household_id from former o join present n on n.id = o.id
        where o.holder_id is not null and o.holder_id is distinct from n.holder_id
        union all
        select n.holder_id, n.id, case
            when o.holder_id is distinct from n.holder_id or (n.status in ('open', 'downloaded', 'returned')
                and o.status not in ('open', 'downloaded', 'returned')) then n.household_id end
        from former o join present n on n.id = o.id
        where n.holder_id is not null and (n.revision <> o.revision or o.holder_id is distinct from n.holder_id);
    end if;
    return null;
end
$$
"""
# A household's enumerator is the shadow of its assignment's holder, so arrivals and departures are told there.
TELL_OF_HOUSEHOLDS = """
create function tell_of_households() returns trigger language plpgsql security definer {path} as $$
begin
    insert into sync_changes (addressee_id, household_id)
    select n.enumerator_id, n.id from former o join present n on n.id = o.id
    where n.enumerator_id = o.enumerator_id and n.revision <> o.revision;
    return null;
end
$$
"""
TRIGGERS = (
    "create trigger tell_of_new_assignments after insert on assignments referencing new table as present"
    " for each statement execute function tell_of_assignments()",
    "create trigger tell_of_assignments after update on assignments referencing old table as former"
    " new table as present for each statement execute function tell_of_assignments()",
    "create trigger tell_of_households after update on households referencing old table as former"
    " new table as present for each statement execute function tell_of_households()",
)
FUNCTIONS = ("begin_feed_epoch", "present_feed_epoch", "feed_epoch", "tell_of_assignments", "tell_of_households")


def upgrade() -> None:
    op.create_table(
        "feed_epochs",
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("system_identifier", sa.BigInteger(), nullable=False),
        sa.Column("timeline", sa.BigInteger(), nullable=False),
        sa.Column("database_oid", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("swept_xid", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_feed_epochs")),
    )
    op.create_table(
        "sync_changes",
        sa.Column("addressee_id", sa.Uuid(), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("addressee_id", "xid", "seq", name=op.f("pk_sync_changes")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("app_version", sa.String(length=40), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["revoked_by"], ["principals.id"], name=op.f("fk_devices_revoked_by_principals")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_devices_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("staff_id", "device_id", name=op.f("uq_devices_staff_id_device_id")),
    )
    schema = op.get_bind().scalar(sa.text("select quote_ident(current_schema())"))
    for definition in (EPOCHS, PRESENT_EPOCH, EPOCH, TELL_OF_ASSIGNMENTS, TELL_OF_HOUSEHOLDS):
        op.execute(definition.format(path=f"set search_path = {schema}, pg_temp"))
    for name in FUNCTIONS:
        op.execute(f"revoke all on function {name}() from public")
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    for trigger, table in (
        ("tell_of_new_assignments", "assignments"),
        ("tell_of_assignments", "assignments"),
        ("tell_of_households", "households"),
    ):
        op.execute(f"drop trigger {trigger} on {table}")
    for name in reversed(FUNCTIONS):
        op.execute(f"drop function {name}()")
    for table in ("devices", "sync_changes", "feed_epochs"):
        op.drop_table(table)
