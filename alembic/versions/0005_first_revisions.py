"""Every household's history begins with how it came to be, those of earlier imports and finds too."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHECK = "ck_household_revisions_revisioncause"
BEFORE = ("visit", "correction", "merge", "split")
IMPORTED = """
insert into household_revisions (id, household_id, revision, author_id, cause, cause_id, at, changes)
select h.id, h.id, 1, i.created_by, 'import', i.id, h.created_at, ''
from households h join lateral (
    select s.snapshot_id from household_sources s
    where s.household_id = h.id and s.snapshot_id is not null order by s.snapshot_id limit 1
) s on true join imports i on i.id = s.snapshot_id
where h.split_from is null and h.added_by_call is null
on conflict (household_id, revision) do nothing
"""
FOUND = """
insert into household_revisions (id, household_id, revision, author_id, cause, at, changes)
select h.id, h.id, 1, e.actor_id, 'added', h.created_at, ''
from households h join lateral (
    select e.actor_id from assignments a join assignment_events e on e.assignment_id = a.id and e.event = 'added'
    where a.household_id = h.id order by e.id limit 1
) e on true
where h.added_by_call is not null
on conflict (household_id, revision) do nothing
"""


def upgrade() -> None:
    """Two more causes, and the first revision of each household that has none."""
    _check(("import", "added", *BEFORE))
    op.execute(IMPORTED)
    op.execute(FOUND)


def downgrade() -> None:
    """What came of the two causes goes with them."""
    op.execute("delete from household_revisions where cause in ('import', 'added')")
    _check(BEFORE)


def _check(words: Sequence[str]) -> None:
    op.drop_constraint(op.f(CHECK), "household_revisions", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f(CHECK), "household_revisions", f"cause in ({listed})")
