"""What goes when a household is past its time, column by column, and what is kept; a test asks for every column.

Kept are: what an aggregate at the level of the kelurahan needs (region, states, results, criteria, ranks, programmes,
sex, relation, occupation, year of birth, days of visits), who of the staff did what, and the record of deeds and looks,
which holds ids. Gone are: names, numbers, addresses, RT and RW, coordinates, what was said at the door, free text that
somebody wrote about people, and the ids by which a list would find them again.
"""

from dataclasses import dataclass, field

OF_HOUSEHOLD = "household_id = any($1)"
OF_ASSIGNMENT = "assignment_id in (select a.id from assignments a where a.household_id = any($1))"
IN_QUARANTINE = f"select q.id from quarantined_items q where q.{OF_ASSIGNMENT}"  # noqa: S608  # text of ours
VISITED = "select v.receipt_id from visits v where v.household_id = any($1)"
OF_VERDICT = "verdict_id in (select v.id from verdicts v where v.household_id = any($1))"
NOTHING, NULL, NO_NAME = "''", "null", "'-'"
JANUARY = "date_trunc('year', born_on)::date"  # the year alone is kept


@dataclass(frozen=True, slots=True)
class Going:
    """Which rows of a table belong to households ($1: their ids), and what each column becomes; or they go whole."""

    rows: str
    becomes: dict[str, str]
    kept: tuple[str, ...] = field(default=())
    whole: bool = False


PHOTOS = Going(f"receipt_id in ({VISITED} union all {IN_QUARANTINE})", {}, whole=True)

# A parent after its children; `households` last, for its `anonymised_at` says that all of it is done.
GOING: dict[str, Going] = {
    # their files are nobody's then, and the worker sweeps them
    **dict.fromkeys(("photo_parts", "photos", "attachments"), PHOTOS),
    "families": Going(OF_HOUSEHOLD, {"no_kk": NULL, "no_kk_index": NULL}),
    "members": Going(
        OF_HOUSEHOLD,
        dict.fromkeys(("nik", "nik_index", "nik_missing_reason", "born_at", "mother_name"), NULL)
        | {"name": NO_NAME, "born_on": JANUARY},
        kept=("relation", "occupation"),
    ),
    "household_revisions": Going(OF_HOUSEHOLD, {"changes": NOTHING, "reason": NULL}),
    "household_sources": Going(OF_HOUSEHOLD, {"external_id": "id::text", "raw": NULL, "row_no": NULL}),
    "household_programmes": Going(OF_HOUSEHOLD, {}, kept=("programme",)),
    "assignment_events": Going(OF_ASSIGNMENT, {"reason": NULL}, kept=("event",)),
    "visits": Going(
        OF_HOUSEHOLD,
        dict.fromkeys(("latitude", "longitude", "accuracy_m", "device_id"), NULL)
        | {"content": NOTHING, "findings": "'[]'"},  # a pointer may repeat a name that the phone made up
        kept=("app_version", "flags", "distance_m", "clock_skew_s"),
    ),
    "verdict_revisions": Going(OF_VERDICT, {"comment": NULL}, kept=("reasons", "criteria", "criteria_set")),
    "verdict_events": Going(OF_VERDICT, {"comment": NULL, "remarks": "'[]'"}, kept=("reason_code",)),
    "remark_resolutions": Going(OF_VERDICT, {"comment": NULL}),
    "objections": Going(OF_VERDICT, {"reason": NO_NAME}),
    "release_replies": Going(OF_HOUSEHOLD, {"external_id": "household_id::text", "reason": NULL}),
    "quarantine_resolutions": Going(f"quarantine_id in ({IN_QUARANTINE})", {"reason": NO_NAME}),
    "subject_request_events": Going(
        "request_id in (select s.id from subject_requests s where s.household_id = any($1))", {"reason": NO_NAME}
    ),
    "subject_requests": Going(OF_HOUSEHOLD, {"reference": NULL}),
    "receipts": Going(
        f"id in ({VISITED} union all {IN_QUARANTINE}) or subject_id = any($1)",
        {
            "body": NOTHING,
            "device_id": NULL,
            # of nothing that was said: only so that two receipts stay two
            "bytes_index": "sha256(convert_to(id::text, 'UTF8'))",
            "content_index": "sha256(convert_to(id::text, 'UTF8'))",
        },
    ),
    "formgear_submissions": Going(f"receipt_id in ({VISITED} union all {IN_QUARANTINE})", {"documents": NOTHING}),
    "openrosa_submissions": Going(f"receipt_id in ({VISITED} union all {IN_QUARANTINE})", {"xml": NOTHING}),
    "released_members": Going(
        OF_HOUSEHOLD,
        dict.fromkeys(("nik", "no_kk", "born_at", "mother_name"), NULL)
        | {"name": NO_NAME, "born_on": JANUARY, "external_ids": "'{}'"},
        kept=("sex", "relation", "occupation", "programmes", "whereabouts"),
    ),
    "released_households": Going(
        OF_HOUSEHOLD,
        {"address": NO_NAME, "head_name": NO_NAME, "rw": NULL, "rt": NULL, "external_ids": "'{}'"},
        kept=(
            "region_code", "field_result", "eligibility", "reasons", "criteria", "criteria_set", "registry_action",
            "sources", "programmes",
        ),
    ),
    "households": Going(
        "id = any($1)",
        dict.fromkeys(("rw", "rt", "latitude", "longitude", "accuracy_m", "added_by_call"), NULL)
        | {"address": NO_NAME, "head_name": NO_NAME, "anonymised_at": "now()"},
    ),
}  # fmt: skip
# Tables without a column about a household: staff, accounts, work, and what the house keeps of its own doing.
APART = frozenset({
    "activation_codes", "assignments", "audit_events", "audit_seals", "authorization_codes",
    "call_buckets", "campaigns", "client_secrets",
    "clients", "credentials", "deliberated_verdicts", "deliberations", "devices", "disclosures", "endorsements",
    "failed_sign_ins", "feed_epochs", "idempotency_keys", "import_findings", "imported_staff", "imports",
    "openrosa_tokens", "principals", "quarantined_items", "questionnaire_versions", "questionnaires", "refresh_tokens",
    "regions", "release_file_hashes", "release_manifests", "releases", "second_factors", "staff", "staged_people",
    "sync_changes", "team_members", "teams", "training_attendances", "trainings", "used_assertions", "verdicts",
})  # fmt: skip
