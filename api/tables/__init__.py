"""Every table, one file per noun, foreign keys only. Alembic reads this list."""

from api.tables.assignments import Assignment, AssignmentEvent
from api.tables.campaigns import Campaign, CampaignStatus, Team, TeamMember, Training, TrainingAttendance
from api.tables.households import (
    Family,
    Household,
    HouseholdProgramme,
    HouseholdSource,
    HouseholdStatus,
    Member,
    Sex,
    Source,
    Whereabouts,
)
from api.tables.imports import FindingLevel, Import, ImportFinding, ImportStatus, StagedPerson
from api.tables.people import (
    ActivationCode,
    Client,
    ClientSecret,
    Credential,
    Principal,
    PrincipalKind,
    PrincipalRole,
    RefreshToken,
    StaffMember,
)
from api.tables.questionnaires import Questionnaire, QuestionnaireStatus, QuestionnaireVersion
from api.tables.records import AuditEvent, Disclosure, IdempotencyKey
from api.tables.regions import Region, RegionLevel
from api.tables.releases import Release, ReleasedHousehold, ReleasedMember
from api.tables.states import AssignmentStatus, Eligibility, FieldResult, VerdictStage
from api.tables.verdicts import RegistryAction, Verdict, VerdictEvent, VerdictMove, VerdictRevision
from api.tables.visits import Receipt, Visit, VisitOutcome

__all__ = [
    "ActivationCode",
    "Assignment",
    "AssignmentEvent",
    "AssignmentStatus",
    "AuditEvent",
    "Campaign",
    "CampaignStatus",
    "Client",
    "ClientSecret",
    "Credential",
    "Disclosure",
    "Eligibility",
    "Family",
    "FieldResult",
    "FindingLevel",
    "Household",
    "HouseholdProgramme",
    "HouseholdSource",
    "HouseholdStatus",
    "IdempotencyKey",
    "Import",
    "ImportFinding",
    "ImportStatus",
    "Member",
    "Principal",
    "PrincipalKind",
    "PrincipalRole",
    "Questionnaire",
    "QuestionnaireStatus",
    "QuestionnaireVersion",
    "Receipt",
    "RefreshToken",
    "Region",
    "RegionLevel",
    "RegistryAction",
    "Release",
    "ReleasedHousehold",
    "ReleasedMember",
    "Sex",
    "Source",
    "StaffMember",
    "StagedPerson",
    "Team",
    "TeamMember",
    "Training",
    "TrainingAttendance",
    "Verdict",
    "VerdictEvent",
    "VerdictMove",
    "VerdictRevision",
    "VerdictStage",
    "Visit",
    "VisitOutcome",
    "Whereabouts",
]
