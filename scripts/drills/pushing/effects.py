"""What the pushes left behind, counted as the owner: each acknowledged visit once, with all that it moves."""

from dataclasses import dataclass

import asyncpg

from scripts.drills.pushing.phone import Ledger

TOLD = """
with told as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::uuid[])
        as t (id, receipt, assignment_id, submits, member)
)"""
# A row each of `told` must find so often: once, or once if it submits.
ONCE, IF_IT_SUBMITS = "1", "t.submits::int"
EFFECTS = {
    "visits": ("visits e on e.id = t.id and e.receipt_id = t.receipt and e.assignment_id = t.assignment_id"
               " and e.submits = t.submits", ONCE),
    "receipts": ("receipts e on e.subject_id = t.id", ONCE),
    "notes": ("audit_events e on e.subject_id = t.id and e.action = 'visit.recorded'", ONCE),
    "verdict revisions": ("verdict_revisions e on e.visit_id = t.id", IF_IT_SUBMITS),
    "household revisions": ("household_revisions e on e.cause_id = t.id", IF_IT_SUBMITS),
    "new members": ("members e on e.id = t.member", IF_IT_SUBMITS),
    "submissions": ("assignment_events e on e.assignment_id = t.assignment_id and e.event = 'submitted' and t.submits",
                    IF_IT_SUBMITS),
}  # fmt: skip
ODD = """{} select count(*) from (
    select t.id from told t left join {} group by t.id, t.submits having count(e.*) <> {}
) odd"""
ASSIGNMENTS = """
select count(*) filter (
    where (a.status = 'submitted') <> s.submitted or a.revision <> r.revision + s.submitted::int
) from (select assignment_id, bool_or(submits) as submitted from told group by assignment_id) s
join unnest($6::uuid[], $7::int[]) as r (id, revision) on r.id = s.assignment_id
left join assignments a on a.id = s.assignment_id
"""
# What nobody was told about must not be there either.
TOTALS = """
select (select count(*) from visits) as visits, (select count(*) from receipts) as receipts,
       (select count(*) from verdict_revisions) as verdicts, (select count(*) from quarantined_items) as quarantined,
       (select count(*) from assignment_events where event = 'submitted') as submissions
"""


@dataclass(frozen=True, slots=True)
class Effects:
    """How many acknowledged visits there are, and what is not as it must be."""

    acknowledged: int
    submitted: int
    duplicates: int
    wrong: list[str]

    def __str__(self) -> str:
        told = f"{self.submitted:,} submitting, {self.duplicates:,} answers duplicate"
        return f"{self.acknowledged:,} visits acknowledged ({told}), each there once"


async def count_effects(owner_url: str, ledger: Ledger) -> Effects:
    """Count everything that the ledger's visits must have left, over the owner's connection."""
    sent = list(ledger.sent.values())
    silent = sum(one.id not in ledger.receipts for one in sent)
    wrong = [f"{count} × {what}" for what, count in ledger.wrong.items()]
    wrong += [f"{silent} visits were never acknowledged"] if silent else []
    columns = (
        [one.id for one in sent], [ledger.receipts.get(one.id) for one in sent], [one.assignment_id for one in sent],
        [one.submits for one in sent], [one.member for one in sent],
    )  # fmt: skip
    owner = await asyncpg.connect(owner_url)
    try:
        for name, (joined, times) in EFFECTS.items():
            odd = await owner.fetchval(ODD.format(TOLD, joined, times), *columns)
            wrong += [f"{odd} visits without just the right {name}"] if odd else []
        doors = (list(ledger.revisions), list(ledger.revisions.values()))
        odd = await owner.fetchval(TOLD + ASSIGNMENTS, *columns, *doors)
        wrong += [f"{odd} assignments in the wrong state or revision"] if odd else []
        totals = await owner.fetchrow(TOTALS)
    finally:
        await owner.close()
    submitted = sum(one.submits for one in sent)
    right = (len(sent), len(sent), submitted, 0, submitted)
    if tuple(totals) != right:
        wrong.append(f"the tables hold {dict(totals)} instead of {right}")
    return Effects(len(ledger.receipts), submitted, ledger.statuses["duplicate"], wrong)
