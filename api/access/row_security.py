"""Which database role may touch which table and which rows, written once; `database_roles` installs it.

Grants say what a role may touch at all, policies which rows. A policy is plain equality on an indexed column of
`assignments` or `households`; the tables beneath ask their household or assignment, so the rule stands once. No OR
inside a policy, settings wrapped in a sub-select: both decide between 0.4 and 80 ms a page (measured, stack.md 3d).
"""

from dataclasses import dataclass

API_ROLES = ("bappeda", "coordinator", "enumerator", "diskominfo", "observer", "client")
ROLES = (*API_ROLES, "access", "worker")
WRITERS = ("bappeda", "coordinator", "enumerator", "diskominfo")
STAFF_ROLES = ("bappeda", "coordinator", "enumerator", "diskominfo", "observer")
FIELD_ROLES = ("coordinator", "enumerator")
SECOND_FACTOR = ("bappeda", "coordinator", "diskominfo")

ACTOR = "(select nullif(current_setting('sambang.actor_id', true), '')::uuid)"
TEAM = "(select nullif(current_setting('sambang.team_id', true), '')::uuid)"
IN_HOUSEHOLD = "exists (select from households h where h.id = household_id)"
IN_ASSIGNMENT = "exists (select from assignments a where a.id = assignment_id)"
IN_ATTENDANCE = "exists (select from training_attendances t where t.training_id = trainings.id)"
AT_THE_DOOR = "exists (select from assignments a where a.id = {0}.assignment_id and a.household_id = {0}.household_id)"
IN_VERDICT = "exists (select from verdicts v where v.id = verdict_id)"
# what waits in quarantine: of the own people, or about work that is now in the own team
IN_QUARANTINE = "exists (select from quarantined_items q where q.id = {})"
RECEIVED = "exists (select from receipts r where r.id = quarantined_items.id)"
# A person takes a visit out of quarantine in the name of who paid it and at the door it was paid at, and no other.
SENT_BY = "exists (select from quarantined_items q where q.id = receipt_id and q.kind = 'visit' and q.principal_id = enumerator_id and q.assignment_id = visits.assignment_id)"
SENT_ABOUT = (
    "exists (select from quarantined_items q where q.kind = 'visit' and q.assignment_id = verdicts.assignment_id)"
)
PAID_BY = "exists (select from visits k join quarantined_items q on q.id = k.receipt_id join verdicts v on v.assignment_id = k.assignment_id where k.id = visit_id and k.enumerator_id = author_id and v.id = verdict_revisions.verdict_id)"
# Four eyes: what somebody visited is never theirs to judge, whatever their role is now. An array, so asked once a statement.
# The limit keeps the planner from reading all verdicts of a city for it (seen at 52,881 households); an assignment has one.
OTHERS_WORK = f"not verdict_id = any (array(select o.id from visits k cross join lateral (select v.id from verdicts v where v.assignment_id = k.assignment_id limit 1) o where k.enumerator_id = {ACTOR}))"
# photos hang on what was announced, and that on the receipt: of the own sending, of a visit in sight, of the quarantine
VISITED = "exists (select from visits v where v.receipt_id = attachments.receipt_id)"
ANNOUNCED = "exists (select from attachments a where a.receipt_id = {0}.receipt_id and a.name = {0}.name)"
ANNOUNCED_BY = (
    "exists (select from attachments a where a.receipt_id = {0}.receipt_id and a.name = {0}.name and a.sender_id = "
    + ACTOR
    + ")"
)
SENT_BY_OTHERS = f"exists (select from quarantined_items q where q.id = quarantine_id and q.principal_id <> {ACTOR})"
APPOINTED = "exists (select from principals p where p.id = staff_id and p.role in ({}))"
IN_TEAM = "exists (select from principals p where p.id = staff_id)"  # a coordinator reads the own team's
READ, ADD, ALL = "select", "select, insert", "select, insert, update"


@dataclass(frozen=True, slots=True)
class Rule:
    """What roles may do with a table, and on which rows (`None`: the table has no row security).

    `columns` narrows UPDATE; `check` is what a written row must satisfy (the same as `rows` unless given).
    """

    roles: tuple[str, ...] | str
    table: str
    commands: str
    rows: str | None = None
    check: str | None = None
    columns: str | None = None

    def named(self) -> tuple[str, ...]:
        """The roles as a tuple."""
        return (self.roles,) if isinstance(self.roles, str) else self.roles


MOVES = "status, verdict_stage, field_result, eligibility, received_at, revision"
CUT_OFF = "revoked_at, revoked_by, reason"
FOUND_AT_THE_DOOR = ("families", "household_sources")
UNRESTRICTED = f"restricted_at is null and {IN_HOUSEHOLD}"  # whose data may be used
OFFICIAL = ("deliberations", "deliberated_verdicts", "endorsements", "release_replies", "objections")
APPEND_ONLY = (
    *OFFICIAL,
    "remark_resolutions",
    "household_revisions",
    "visits",
    "verdict_revisions",
    "verdict_events",
    "assignment_events",
    "audit_events",
    "disclosures",
    "audit_seals",
    "subject_requests",
    "subject_request_events",
    "receipts",
    "quarantined_items",
    "quarantine_resolutions",
    "attachments",
    "photos",
    "openrosa_submissions",
    "formgear_submissions",
    "sync_changes",
)

# fmt: off
RULES: tuple[Rule, ...] = (
    # who calls
    Rule("access", "principals", "select, update", "true", columns="version"),
    Rule(("bappeda", "diskominfo", "observer"), "principals", READ, "true"),
    Rule("bappeda", "principals", "insert, update", "role in ('bappeda', 'coordinator', 'enumerator', 'observer')"),
    Rule("diskominfo", "principals", "insert, update", "role in ('diskominfo', 'observer', 'client')"),
    Rule("coordinator", "principals", READ, f"team_id = {TEAM}"),
    Rule("access", "alembic_version", READ),
    Rule("access", "credentials", ALL),
    Rule("access", "activation_codes", "select, update", "true"),
    Rule("bappeda", "activation_codes", "insert", APPOINTED.format("'bappeda', 'coordinator', 'enumerator', 'observer'")),
    Rule("diskominfo", "activation_codes", "insert", APPOINTED.format("'diskominfo', 'observer'")),
    # a factor is the person's own until a code confirms it; then only who appoints may take it away
    Rule(SECOND_FACTOR, "second_factors", ADD, f"staff_id = {ACTOR}"),
    Rule(SECOND_FACTOR, "second_factors", "update", f"staff_id = {ACTOR} and confirmed_at is null", f"staff_id = {ACTOR}"),
    Rule("bappeda", "second_factors", "select, delete", APPOINTED.format("'bappeda', 'coordinator', 'enumerator', 'observer'")),
    Rule("diskominfo", "second_factors", "select, delete", APPOINTED.format("'diskominfo', 'observer'")),
    Rule("access", "second_factors", "select, update", "true", columns="last_step"),
    Rule("access", "refresh_tokens", ALL), Rule("access", "failed_sign_ins", "select, insert, update, delete"),
    Rule("access", "staff", READ, "true"),
    Rule(("bappeda", "diskominfo"), "staff", ALL, "true"),
    Rule("observer", "staff", READ, "true"),
    Rule("coordinator", "staff", READ, f"id in (select m.staff_id from team_members m where m.team_id = {TEAM})"),
    Rule(FIELD_ROLES, "staff", READ, f"id = {ACTOR}"),
    Rule("access", "authorization_codes", "select, insert, update, delete"), Rule("access", "used_assertions", "select, insert, delete"),
    Rule("access", "clients", READ, "true"), Rule("access", "client_secrets", READ),
    Rule("diskominfo", "clients", ALL, "true"), Rule("diskominfo", "client_secrets", ALL),
    Rule("bappeda", "clients", READ, "true"), Rule("client", "clients", READ, f"id = {ACTOR}"),
    Rule("access", "devices", ALL, "true", columns="name, app_version, signed_in_at"), Rule("access", "openrosa_tokens", ADD),
    Rule("diskominfo", "devices", READ, "true"), Rule("enumerator", "devices", READ, f"staff_id = {ACTOR}"),
    Rule("bappeda", "devices", "select, update", "true", columns=CUT_OFF),
    Rule("coordinator", "devices", "select, update", IN_TEAM, columns=CUT_OFF),
    # what everybody reads
    Rule((*API_ROLES, "worker"), "regions", READ), Rule((*API_ROLES, "worker"), "campaigns", READ),
    Rule(API_ROLES, "questionnaires", READ), Rule(API_ROLES, "questionnaire_versions", READ),
    Rule(STAFF_ROLES, "teams", READ), Rule(STAFF_ROLES, "team_members", READ),
    Rule(("coordinator", "diskominfo", "observer"), "trainings", READ, "true"), Rule("bappeda", "trainings", ALL, "true"),
    Rule("enumerator", "trainings", READ, IN_ATTENDANCE),
    Rule(("coordinator", "diskominfo", "observer"), "training_attendances", READ, "true"),
    Rule("bappeda", "training_attendances", "select, insert, delete", "true"),
    Rule("enumerator", "training_attendances", READ, f"staff_id = {ACTOR}"),
    *(Rule("bappeda", table, ALL) for table in ("campaigns", "teams", "team_members", "questionnaires", "questionnaire_versions")),
    # households and what hangs on them
    Rule(("bappeda", "worker"), "households", ALL, "true"),
    Rule("coordinator", "households", "select, update", f"team_id = {TEAM}", columns="rw, rt, address, head_name, status, enumerator_id, updated_at, revision"),
    Rule("enumerator", "households", "insert", f"enumerator_id = {ACTOR} and team_id = {TEAM}"),
    Rule("enumerator", "households", "select, update", f"enumerator_id = {ACTOR}", columns="latitude, longitude, accuracy_m, updated_at, revision"),
    *(Rule("bappeda", table, ALL, "true") for table in ("members", *FOUND_AT_THE_DOOR)), Rule("worker", "household_sources", ALL, "true"),
    *(Rule("worker", table, ADD, "true") for table in ("families", "members", "household_programmes")),
    *(Rule("enumerator", table, ADD, IN_HOUSEHOLD) for table in FOUND_AT_THE_DOOR),
    *(Rule("coordinator", table, READ, IN_HOUSEHOLD) for table in FOUND_AT_THE_DOOR),
    Rule("enumerator", "members", ADD, UNRESTRICTED), Rule("coordinator", "members", READ, UNRESTRICTED),
    Rule("bappeda", "household_programmes", "select, update", "true"), Rule(FIELD_ROLES, "household_programmes", READ, IN_HOUSEHOLD),
    Rule("enumerator", "members", "update", UNRESTRICTED, columns="whereabouts"),
    Rule("coordinator", "members", "update", UNRESTRICTED, columns="name, sex, born_on, relation, nik, nik_index, nik_missing_reason, whereabouts"),
    Rule("coordinator", "families", "update", IN_HOUSEHOLD, columns="no_kk, no_kk_index"),
    Rule("bappeda", "household_revisions", ADD, "true", f"author_id = {ACTOR}"),
    Rule("worker", "household_revisions", "insert", "true"),
    Rule(FIELD_ROLES, "household_revisions", ADD, IN_HOUSEHOLD, f"author_id = {ACTOR} and {IN_HOUSEHOLD}"),
    # the season
    Rule("bappeda", "assignments", ALL, "true"), Rule("worker", "assignments", ADD, "true"),
    Rule("coordinator", "assignments", "select, update", f"team_id = {TEAM}", columns=f"{MOVES}, enumerator_id, holder_id"),
    Rule("enumerator", "assignments", "insert", f"holder_id = {ACTOR} and team_id = {TEAM} and {IN_HOUSEHOLD}"),
    Rule("enumerator", "assignments", "select, update", f"holder_id = {ACTOR}", columns=MOVES),
    Rule("bappeda", "assignment_events", ADD, "true"), Rule("worker", "assignment_events", "insert", "true"),
    Rule(FIELD_ROLES, "assignment_events", ADD, IN_ASSIGNMENT, f"actor_id = {ACTOR} and {IN_ASSIGNMENT}"),
    Rule("bappeda", "visits", READ, "true"), Rule("coordinator", "visits", READ, IN_ASSIGNMENT),
    Rule("enumerator", "visits", ADD, IN_ASSIGNMENT, f"enumerator_id = {ACTOR} and {AT_THE_DOOR.format('visits')}"),
    # the receipt of everything that came in, and the quarantine of what a person has to look at
    Rule("enumerator", "receipts", ADD, f"principal_id = {ACTOR}"),
    Rule(("bappeda", "coordinator"), "receipts", READ, IN_QUARANTINE.format("receipts.id")),
    Rule("enumerator", "quarantined_items", ADD, f"principal_id = {ACTOR}", f"principal_id = {ACTOR} and team_id is not distinct from {TEAM} and {RECEIVED}"),
    Rule("bappeda", "quarantined_items", READ, "true"), Rule("coordinator", "quarantined_items", READ, f"team_id = {TEAM}"),
    Rule("coordinator", "quarantined_items", READ, IN_ASSIGNMENT),
    Rule("enumerator", "quarantine_resolutions", READ, IN_QUARANTINE.format("quarantine_id")),
    Rule(("bappeda", "coordinator"), "quarantine_resolutions", ADD, IN_QUARANTINE.format("quarantine_id"), f"resolved_by = {ACTOR} and {SENT_BY_OTHERS}"),
    Rule("enumerator", "attachments", ADD, f"sender_id = {ACTOR}", f"sender_id = {ACTOR} and exists (select from receipts r where r.id = receipt_id and r.subject_id = visit_id)"),
    Rule("enumerator", "attachments", READ, VISITED), Rule("bappeda", "attachments", READ, "true"),
    Rule("coordinator", "attachments", READ, IN_ASSIGNMENT), Rule("coordinator", "attachments", READ, IN_QUARANTINE.format("attachments.receipt_id")),
    Rule("enumerator", "photos", ADD, ANNOUNCED.format("photos"), ANNOUNCED_BY.format("photos")), Rule(("bappeda", "coordinator"), "photos", READ, ANNOUNCED.format("photos")),
    Rule("enumerator", "formgear_submissions", ADD, f"exists (select from receipts r where r.id = receipt_id and r.principal_id = {ACTOR})"),
    Rule("enumerator", "openrosa_submissions", ADD, f"principal_id = {ACTOR}", f"principal_id = {ACTOR} and exists (select from receipts r where r.id = receipt_id and r.subject_id = instance_id)"),
    Rule("enumerator", "photo_parts", "select, insert, delete", ANNOUNCED_BY.format("photo_parts")),
    Rule(("bappeda", "coordinator"), "photo_parts", READ, ANNOUNCED.format("photo_parts")),
    Rule("worker", "photos", READ, "true"), Rule("worker", "photo_parts", "select, delete", "true"),
    Rule(("bappeda", "coordinator"), "visits", "insert", f"{SENT_BY} and {AT_THE_DOOR.format('visits')}"),
    Rule(("bappeda", "coordinator"), "verdicts", "insert", f"{SENT_ABOUT} and {AT_THE_DOOR.format('verdicts')}"),
    Rule(("bappeda", "coordinator"), "verdict_revisions", "insert", f"{PAID_BY} and {IN_VERDICT}"),
    Rule("coordinator", "members", "insert", f"whereabouts = 'new' and {IN_HOUSEHOLD}"),
    Rule("bappeda", "verdicts", READ, "true"), Rule("coordinator", "verdicts", READ, IN_ASSIGNMENT),
    Rule("enumerator", "verdicts", ADD, IN_ASSIGNMENT, AT_THE_DOOR.format("verdicts")),
    Rule("bappeda", "verdict_revisions", ADD, "true", f"author_id = {ACTOR} and {OTHERS_WORK}"),
    Rule("coordinator", "verdict_revisions", READ, IN_VERDICT),
    Rule("enumerator", "verdict_revisions", ADD, IN_VERDICT, f"author_id = {ACTOR} and {IN_VERDICT}"),
    Rule("bappeda", "verdict_events", ADD, "true", f"actor_id = {ACTOR} and {OTHERS_WORK}"),
    Rule("coordinator", "verdict_events", ADD, IN_VERDICT, f"actor_id = {ACTOR} and {IN_VERDICT} and {OTHERS_WORK}"),
    Rule("enumerator", "verdict_events", ADD, IN_VERDICT, f"actor_id = {ACTOR} and {IN_VERDICT}"),
    Rule("bappeda", "remark_resolutions", READ, "true"), Rule("coordinator", "remark_resolutions", READ, IN_VERDICT),
    Rule("enumerator", "remark_resolutions", ADD, IN_VERDICT, f"resolved_by = {ACTOR} and {IN_VERDICT}"),
    # what phones pull: written by triggers alone
    Rule("enumerator", "sync_changes", READ, f"addressee_id = {ACTOR}"),
    # the official tail: Bappeda writes down what the meeting, the mayor, the ministry and the family said
    *(Rule("bappeda", table, ADD, "true", f"recorded_by = {ACTOR}") for table in OFFICIAL),
    Rule("bappeda", "subject_requests", ADD, "true", f"recorded_by = {ACTOR}"),
    Rule("bappeda", "subject_request_events", ADD, "true", f"actor_id = {ACTOR}"),
    # files in, releases out
    Rule("bappeda", "imports", ADD), Rule("bappeda", "import_findings", READ),
    Rule("worker", "imports", ALL), Rule("worker", "import_findings", "select, insert, delete"),
    Rule("worker", "staged_people", "select, insert, update, delete"),
    # a file of people: the worker makes field staff and nobody else, and holds the campaign while teams are filled
    Rule("worker", "principals", READ, "true"), Rule("worker", "staff", ADD, "true"),
    Rule("worker", "principals", "insert, update", "role in ('coordinator', 'enumerator')", columns="team_id"),
    Rule("worker", "campaigns", "update", columns="revision"), Rule("worker", "teams", ALL, columns="revision"),
    Rule("worker", "team_members", ADD), Rule("worker", "imported_staff", ADD), Rule("bappeda", "imported_staff", READ),
    Rule("bappeda", "releases", ADD), Rule("bappeda", "released_households", ADD), Rule("bappeda", "released_members", ADD),
    # an agency reads how many, never who: households of a release are for a grant to open, and there is none yet
    Rule("client", "releases", READ), Rule("bappeda", "release_manifests", ADD, "true"),
    *(Rule("worker", table, READ) for table in ("released_households", "released_members")),
    Rule("worker", "releases", "select, update", columns="manifest_status"),
    Rule("bappeda", "release_file_hashes", READ), Rule("worker", "release_file_hashes", ADD),
    # what the system keeps of its own doing
    Rule((*WRITERS, "client", "worker"), "audit_events", "insert", f"actor_id = {ACTOR}"),
    Rule("access", "audit_events", "insert", "true"),
    Rule(("bappeda", *FIELD_ROLES, "client"), "disclosures", "insert", f"actor_id = {ACTOR}"), Rule("bappeda", "disclosures", READ, "true"),
    Rule("bappeda", "audit_events", READ, "true"),
    *(Rule("worker", table, READ, "true") for table in ("audit_events", "disclosures")), Rule("worker", "audit_seals", ADD),
    Rule(("bappeda", "diskominfo", "observer"), "audit_seals", READ),
    Rule(WRITERS, "idempotency_keys", ALL, f"principal_id = {ACTOR}"),
    Rule(("observer", "client"), "idempotency_keys", READ, f"principal_id = {ACTOR}"),
    Rule("worker", "idempotency_keys", "select, delete", "true"),
    Rule("bappeda", "pgqueuer", ADD), Rule("bappeda", "pgqueuer_log", ADD),
    *(Rule("worker", f"pgqueuer{part}", "select, insert, update, delete") for part in ("", "_log", "_statistics", "_schedules")),
)
# fmt: on
