"""Who may call which operation about what, written out: an operation of the contract without a row fails.

Roles: b Bappeda, c coordinator, e enumerator, d Diskominfo, o observer, m a machine with every scope a machine may have.
"""

# ruff: noqa: E501  # a table, read across
from dataclasses import dataclass
from typing import Any

from tests.visits.bodies import visit

ROLES = "bcedom"
# kinds of things that belong to somebody: a coordinator sees the own team's, an enumerator the own, Bappeda all
OWNED = ("household", "assignment", "verdict", "visit", "quarantine", "device", "person")


@dataclass(frozen=True, slots=True)
class Row:
    """Who may call it; about which kind of thing; with which body (`{}` is the thing's id).

    `about` names the query parameters by which a list is asked about a thing of somebody.
    """

    roles: str
    thing: str = ""
    body: Any = None
    about: tuple[str, ...] = ()


PUBLIC = Row(ROLES + "-")
FIELD, FIELD_FILTERS = "bce", ("enumerator_id", "team_id")
NEW_VISIT = visit(None, id="{new}", questionnaire_version=1)  # type: ignore[arg-type]
VISIT = {name: value for name, value in NEW_VISIT.items() if name != "assignment_id"}
WHY = {"reason": "Uji hak akses"}
FORMGEAR = {"id": "{new}", "device_id": "hp", "response": {
    "templateDataKey": "x", "templateVersion": "1.0.0", "createdAt": "2022-11-03 09:00:00",
    "answers": [{"dataKey": "visit-based_on", "answer": "1"},
                {"dataKey": "visit-outcome", "answer": [{"value": "no_respondent", "label": "x"}]}],
}}  # fmt: skip
NEW_HOUSEHOLD = {
    "id": "{new}", "campaign_id": "{campaign}", "region_code": "35.73.04.1005", "address": "JL. UJI 1",
    "members": [{"id": "{new}", "name": "Yono", "sex": "male", "relation": "head", "nik_missing_reason": "unknown"}],
}  # fmt: skip

# fmt: off
OPERATIONS: dict[str, Row] = {
    **dict.fromkeys(("readHealth", "readReadiness", "readProblem", "readMeta", "signIn", "giveToken", "revokeToken",
                     "readSigningKeys", "readServerMetadata", "activateAccount", "readAuditHealth",
                     "showLogin", "logIn", "introspectToken"), PUBLIC),
    # the token of the path is the caller
    **dict.fromkeys(("listCollectForms", "readCollectForm", "readCollectManifest", "readCollectList",
                     "checkCollectEntities", "announceCollectSubmission", "askForCollectSubmission",
                     "submitCollectForm"), PUBLIC),
    "addCollectPhone": Row("e", body={"name": "HP uji"}),
    "readMetrics": Row(""),  # its token is no caller's
    # who calls
    "readMe": Row(ROLES),
    "enrolSecondFactor": Row("bcd"), "confirmSecondFactor": Row("bcd", body={"code": "000000"}),
    "resetSecondFactor": Row("bd", "person"),
    "listStaff": Row("bcdo", about=("team_id",)), "addStaffMember": Row("bd", body={"username": "x"}),
    "readStaffMember": Row("bcdo", "person"), "changeStaffMember": Row("bd", "person", {"name": "X"}),
    "issueActivationCode": Row("bd", "person"),
    "listDevices": Row("bced", about=("staff_id",)), "revokeDevice": Row("bc", "device", WHY),
    "listClients": Row("bd"), "addClient": Row("d", body={"client_id": "x"}), "readClient": Row("bd", "client"),
    "changeClient": Row("d", "client", {"name": "X"}), "issueClientSecret": Row("d", "client"),
    # what everybody reads
    **dict.fromkeys(("listRegions", "listCodeLists", "listCriteriaSets", "listCampaigns", "listQuestionnaires"), Row(ROLES)),
    **dict.fromkeys(("readRegion", "readCodeList", "readCriteriaSet"), Row(ROLES, "word")),
    "readCampaign": Row(ROLES, "campaign"), "createCampaign": Row("b", body={"code": "x"}),
    "changeCampaign": Row("b", "campaign", {"name": "X"}),
    **dict.fromkeys(("listTeams", "listTrainings"), Row("bcdo")),
    "readTeam": Row("bcdo", "team"), "createTeam": Row("b", body={"name": "X"}), "changeTeam": Row("b", "team", {"name": "X"}),
    "addTeamMember": Row("b", "team", {"staff_id": "{new}", "starts_on": "2022-11-02"}),
    "recordDeparture": Row("b", "team", {"staff_id": "{new}", "ends_on": "2022-11-20"}),
    "readTraining": Row("bcdo", "training"), "planTraining": Row("b", body={"name": "X"}),
    "recordAttendances": Row("b", "training", {"attendances": []}),
    "listQuestionnaireVersions": Row(ROLES, "questionnaire"), "readQuestionnaireVersion": Row(ROLES, "questionnaire"),
    **dict.fromkeys(("readQuestionnaireXform", "readQuestionnaireXlsform"), Row(ROLES, "questionnaire")),
    "createQuestionnaire": Row("b", body={"code": "x"}), "addQuestionnaireVersion": Row("b", "questionnaire", {}),
    "publishQuestionnaireVersion": Row("b", "questionnaire", {"status": "published"}),
    "takeQuestionnaireXlsform": Row("b", "questionnaire"),
    "readQuestionnairePublication": Row("b", "questionnaire"), "tryQuestionnaireVersion": Row("b", "questionnaire", {}),
    # households
    "listHouseholds": Row(FIELD, about=FIELD_FILTERS), "readHousehold": Row(FIELD, "household"),
    "addHousehold": Row("be", body=NEW_HOUSEHOLD),
    "correctHousehold": Row(FIELD, "household", {"address": "JL. BARU 1", **WHY}),
    "listMembers": Row(FIELD, "household"), "readHouseholdHistory": Row(FIELD, "household"),
    "readIdentities": Row("bc", "household"), "listHouseholdDisclosures": Row("b", "household"),
    "searchHouseholds": Row(FIELD, body={"member_name": "Tidak Ada", "born_on": "1901-01-01"}),
    "mergeHousehold": Row("b", "household", {"into_household_id": "{new}", **WHY}),
    "splitHousehold": Row("b", "household", {"households": [{"member_ids": ["{new}"], "head_member_id": "{new}"}], **WHY}),
    "restrictMember": Row("b", "household", {"member_id": "{new}", **WHY}),
    # the work
    "allocateCampaign": Row("b", "campaign", {"dry_run": True}),
    "listAssignments": Row(FIELD, about=FIELD_FILTERS), "readAssignment": Row(FIELD, "assignment"),
    "listAssignmentEvents": Row(FIELD, "assignment"),
    "reassignAssignments": Row("bc", "assignment", {"assignment_ids": ["{}"], "enumerator_id": "{heir}", **WHY}),
    "cancelAssignments": Row("b", "assignment", {"assignment_ids": ["{}"], **WHY}),
    "recordVisit": Row("e", "assignment", VISIT | {"assignment_id": "{}"}),
    "listVisits": Row(FIELD, about=("assignment_id", "household_id", "enumerator_id")), "readVisit": Row(FIELD, "visit"),
    "sendAttachment": Row("e", "visit"), "readAttachment": Row(FIELD, "visit"), "listVisitAttachments": Row(FIELD, "visit"),
    "readParadata": Row("bc", "visit"), "listAttachments": Row(FIELD, about=("visit_id", "assignment_id", *FIELD_FILTERS)),
    "readQuestionnaireFormgear": Row(ROLES, "questionnaire"), "readFormgearAssignment": Row("e", "assignment"),
    "submitFormgear": Row("e", "assignment", FORMGEAR),
    "pullChanges": Row("e"), "pushWork": Row("e", "assignment", {"device_id": "hp", "visits": [VISIT | {"assignment_id": "{}"}]}),
    "reconcileWork": Row("e", "visit", {"items": [{"id": "{}", "sha256": "0" * 64}]}),
    "listQuarantine": Row("bc", about=("sent_by", "team_id")), "readQuarantinedItem": Row("bc", "quarantine"),
    "resolveQuarantinedItem": Row("bc", "quarantine", {"action": "discard", **WHY}),
    "listAuditEvents": Row("b"), "verifyAudit": Row("bdo"),
    "recordSubjectRequest": Row("b", "household", {"kind": "access", "household_id": "{}", "received_at": "2022-11-02T08:00:00+07:00"}),
    "listSubjectRequests": Row("b", about=("household_id",)), "readSubjectRequest": Row("b", "nothing"),
    "moveSubjectRequest": Row("b", "nothing", {"move": "take_up", **WHY}),
    # verdicts
    "listVerdicts": Row(FIELD, about=("assignment_id", "household_id", *FIELD_FILTERS)), "readVerdict": Row(FIELD, "verdict"),
    "readVerdictHistory": Row(FIELD, "verdict"), "reviewVerdict": Row("c", "verdict", {"decision": "approve"}),
    "decideVerdict": Row("b", "verdict", {"decision": "confirm"}),
    "decideVerdicts": Row("b", "verdict", {"items": [{"verdict_id": "{}", "decision": "confirm"}]}),
    "resolveRemark": Row("e", "verdict", {"comment": "Sudah dicek"}),
    "recordDeliberation": Row("b", "verdict", {
        "campaign_id": "{campaign}", "region_code": "35.73.04.1005", "held_on": "2022-12-28", "minutes_number": "400/12/2022",
        "attendance": [{"role": "Lurah", "name": "Pak Lurah"}], "results": [{"verdict_id": "{}", "result": "approve"}]}),
    "listDeliberations": Row("b"), "readDeliberation": Row("b", "nothing"),
    "recordEndorsement": Row("b", body={"number": "x"}), "listEndorsements": Row("b"), "readEndorsement": Row("b", "nothing"),
    "recordObjection": Row("b", "verdict", {"verdict_id": "{}", "by": "family", **WHY}),
    "listObjections": Row("b", about=("verdict_id",)), "readObjection": Row("b", "nothing"),
    # files in, releases out
    "takeFile": Row("b"), "listImports": Row("b"),
    **dict.fromkeys(("readImport", "listFindings", "downloadFindings", "listImportedPeople", "issueImportedCodes"), Row("b", "nothing")),
    "makeRelease": Row("b", body={"campaign_id": "x"}), "listReleases": Row("bm"), "readRelease": Row("bm", "nothing"),
    **dict.fromkeys(("readReleaseManifest", "downloadReleaseFile", "listReplies"), Row("b", "nothing")),
    "listReleaseDifferences": Row("b", "nothing"),
    "recordReplies": Row("b", "nothing", {"items": [{"household_id": "{new}", "status": "accepted"}]}),
    "recordRepliesFile": Row("b", "nothing"),
}
# fmt: on

# Where a whole NIK or No. KK may stand in an answer, and for whom (contract section 1): nowhere else.
WHOLE_NUMBERS = {
    ("readHousehold", "e"), ("listMembers", "e"), ("pullChanges", "e"), ("readIdentities", "b"), ("readIdentities", "c"),
}  # fmt: skip
