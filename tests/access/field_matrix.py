"""Which fields each role is shown by each operation (trust.md T05): a field that is not written here is a leak.

By operation, then by the letters of the roles (as in `matrix_operations`): the JSON paths that may hold a value.
"""

# ruff: noqa: E501  # a table, read across
from tests.access.field_paths import under

ASSIGNED = "campaign_id eligibility enumerator_id field_result id revision status team_id verdict_stage"
ASSIGNMENT = f"{ASSIGNED} household_id received_at"
LINE = f"id region_code rw rt address head_name status revision {under('assignment', ASSIGNED)}"
LOCATION = under("location", "lat lon accuracy_m")
MEMBER = "id family_no line nik nik_missing_reason name sex born_on born_at relation occupation whereabouts"  # no mother_name
PEOPLE = " ".join((
    under("families[]", "no no_kk head_member_id"), under("members[]", MEMBER),
    under("sources[]", "source external_id member_id desil percentile snapshot_id"),
    under("programmes[]", "programme member_id source"),
))  # fmt: skip
OPINION = "revision field_result eligibility reasons[] criteria[] criteria_set registry_action"
HOUSEHOLD = f"{LINE} {LOCATION} {PEOPLE} {under('verdict', f'id registry_status {OPINION}')}"
CARRIED = f"id region_code rw rt address head_name status revision {LOCATION} {PEOPLE}"
REVISION = f"{OPINION} author_id visit_id comment at"
VERDICT = (
    f"{REVISION} id assignment_id household_id campaign_id region_code team_id enumerator_id status stage"
    " registry_status event"
)
VISIT = (
    "id assignment_id household_id enumerator_id sequence based_on started_at ended_at outcome questionnaire_version"
    f" submits flags[] clock_skew_s distance_m receipt received_at {under('findings[]', 'pointer code level')}"
    f" {LOCATION} location.mock"
)
SAID = " ".join((
    "respondent.name respondent.relation notice_given answers",
    under("members[]", "id whereabouts name nik nik_missing_reason sex born_on born_at relation occupation"),
    under("members[]", "mother_name family_no answers"), under("attachments[]", "name sha256 bytes"),
    under("verdict", "field_result eligibility reasons[] criteria[] registry_action comment"),
    under("device", "id app_version clock_at"), under("remarks[]", "pointer comment"),
))  # fmt: skip
PHOTO = (
    "visit_id receipt_id name assignment_id household_id enumerator_id status sha256 bytes held_bytes announced_at"
    " arrived_at width height"
)
PROBLEM = under("problem", "type title status code")
QUARANTINED = (
    "id kind item_id status assignment_id household_id sent_by team_id device_id received_at recorded " + PROBLEM
)
RESOLUTION = under("resolution", "action reason resolved_by at")
STAFF = "id username name role team_id active created_at revision"
DEVICE = "id staff_id device_id name app_version enrolled_at signed_in_at revoked_at revoked_by reason"
TEAM = "id campaign_id name coordinator_id district_code revision " + under("members[]", "staff_id starts_on name")
TRAINING = "id campaign_id name venue days[] created_at revision " + under("attendances[]", "staff_id days[] passed")
REQUEST = "id kind household_id member_id received_at due_at reference recorded_by recorded_at status overdue"
CODES = "kind name note source title.en title.id " + under(
    "codes[]", "code label.en label.id official[].code official[].list"
)
FORM = "questionnaire_id version status created_at content"
RETURNED = f"{OPINION} id assignment_id household_id visit_id comment returned_at return_reason_code return_comment"

# no numbers of people: what the keys are is FormGear's word, and what they hold stands in tests/formgear
GEAR = " ".join((
    "assignment_id questionnaire_id version media.dataKey remark.dataKey preset.description preset.dataKey",
    "response.description response.dataKey",
    under("config", "clientMode formMode initialMode lookupMode"),
    *(under(f"{place}[]", "dataKey name answer[].label answer[].value") for place in ("preset.predata", "response.answers")),
    "preset.predata[].answer",
))  # fmt: skip


def items(names: str) -> str:
    """The same of every row of a list."""
    return under("items[]", names)


# fmt: off
READS: dict[str, dict[str, str]] = {
    "readMe": {"bcedom": "id kind username name role team_id scopes[] campaign_ids[]"},
    "listStaff": {"bcdo": items(STAFF)}, "readStaffMember": {"bcdo": STAFF},
    "listDevices": {"bced": items(DEVICE)},
    "listTeams": {"bcdo": items(TEAM)}, "readTeam": {"bcdo": TEAM},
    "listTrainings": {"bcdo": items(TRAINING)}, "readTraining": {"bcdo": TRAINING},
    "listHouseholds": {"bce": items(LINE)}, "readHousehold": {"bce": HOUSEHOLD},
    "listMembers": {"bce": items(MEMBER)},
    "readIdentities": {"bc": f"household_id purpose families[].no families[].no_kk {under('members[]', 'id family_no name nik mother_name')}"},
    "readHouseholdHistory": {"bce": items("revision at author_id cause cause_id reason changes[].pointer changes[].from changes[].to")},
    "listHouseholdDisclosures": {"b": items("at actor_id actor_kind actor_role operation purpose fields[]")},
    "listAssignments": {"bce": items(ASSIGNMENT)}, "readAssignment": {"bce": ASSIGNMENT},
    "listAssignmentEvents": {"bce": items("event at actor_id status enumerator_id reason")},
    "listVisits": {"bce": items(VISIT)}, "readVisit": {"bce": f"{VISIT} {SAID}"},
    "readParadata": {"bc": " ".join((
        "visit_id", under("timings[]", "question at seconds"), under("positions[]", "at lat lon accuracy_m mock"),
        under("edits[]", "question at"), under("photos[]", "name arrived_at taken_at offset lat lon make model software"),
    ))},
    "listAttachments": {"bce": items(PHOTO)}, "listVisitAttachments": {"bce": items(PHOTO)},
    "listVerdicts": {"bce": items(VERDICT)}, "readVerdict": {"bce": VERDICT},
    "readVerdictHistory": {"bce": " ".join((
        "verdict_id", under("revisions[]", REVISION),
        under("events[]", "number revision move stage actor_id reason_code comment at"),
        under("events[].remarks[]", "number pointer comment resolution.resolved_by resolution.comment resolution.at"),
    ))},
    "listQuarantine": {"bc": items(QUARANTINED)}, "readQuarantinedItem": {"bc": f"{QUARANTINED} content"},
    "pullChanges": {"e": " ".join((
        "cursor more", under("assignments[]", ASSIGNMENT), under("households[]", CARRIED),
        under("verdicts[]", RETURNED), under("code_lists[]", CODES), under("questionnaires[]", FORM),
    ))},
    "readFormgearAssignment": {"e": GEAR},
    "listSubjectRequests": {"b": items(REQUEST)},
    "listAuditEvents": {"b": items("seq at actor_id action subject_id request_id detail")},
}
# What is said of things just made or changed: never more than reading them would say.
WRITES: dict[str, dict[str, str]] = {
    "searchHouseholds": {"bc": items(LINE), "e": items("score region_code rw rt head team_id")},
    "addHousehold": {"be": HOUSEHOLD}, "correctHousehold": {"bc": HOUSEHOLD},
    "reassignAssignments": {"bc": under("results[]", "id status enumerator_id warnings[]")},
    "recordVisit": {"e": VISIT},
    "pushWork": {"e": under("results[]", f"id status receipt {PROBLEM}")},
    "submitFormgear": {"e": f"id status receipt {PROBLEM}"},
    "reconcileWork": {"e": under("results[]", "id status")},
    "resolveQuarantinedItem": {"bc": f"{QUARANTINED} {RESOLUTION}"},
    "recordSubjectRequest": {"b": REQUEST},
    "revokeDevice": {"bc": DEVICE},
}
# fmt: on
# Nothing of a household or of its people in them, or refused or empty here: what they say the tests of their rooms say.
APART = frozenset(
    {
        # what everybody reads, and what is said of work as a whole
        "listRegions",
        "readRegion",
        "listCodeLists",
        "readCodeList",
        "listCriteriaSets",
        "readCriteriaSet",
        "listCampaigns",
        "readCampaign",
        "createCampaign",
        "changeCampaign",
        "listQuestionnaires",
        "createQuestionnaire",
        "listQuestionnaireVersions",
        "readQuestionnaireVersion",
        "readQuestionnaireXform",
        "readQuestionnaireXlsform",
        "readQuestionnaireFormgear",
        "addQuestionnaireVersion",
        "takeQuestionnaireXlsform",
        "publishQuestionnaireVersion",
        "tryQuestionnaireVersion",
        "readQuestionnairePublication",
        "allocateCampaign",
        "cancelAssignments",
        # accounts: a secret is shown once to whom it belongs
        "enrolSecondFactor",
        "confirmSecondFactor",
        "resetSecondFactor",
        "addStaffMember",
        "changeStaffMember",
        "issueActivationCode",
        "listClients",
        "readClient",
        "addClient",
        "changeClient",
        "issueClientSecret",
        "addCollectPhone",
        "createTeam",
        "changeTeam",
        "addTeamMember",
        "recordDeparture",
        "planTraining",
        "recordAttendances",
        "readMetrics",
        # files and bytes: their columns are in tests/releases, tests/imports and tests/attachments
        "takeFile",
        "listImports",
        "readImport",
        "listFindings",
        "downloadFindings",
        "listImportedPeople",
        "issueImportedCodes",
        "makeRelease",
        "listReleases",
        "readRelease",
        "readReleaseManifest",
        "downloadReleaseFile",
        "listReleaseDifferences",
        "listReplies",
        "recordReplies",
        "recordRepliesFile",
        "sendAttachment",
        "readAttachment",
        # moves: ids and states
        "mergeHousehold",
        "splitHousehold",
        "restrictMember",
        "reviewVerdict",
        "decideVerdict",
        "decideVerdicts",
        "resolveRemark",
        "recordDeliberation",
        "listDeliberations",
        "readDeliberation",
        "recordEndorsement",
        "listEndorsements",
        "readEndorsement",
        "recordObjection",
        "listObjections",
        "readObjection",
        "readSubjectRequest",
        "moveSubjectRequest",
        "verifyAudit",
    }
)  # fmt: skip
