"""The whole policy on one screen: permissions (which are also the scopes of machines) and who holds them."""

from collections.abc import Iterable
from enum import StrEnum

from api.tables import PrincipalRole as Role

__all__ = ["APPOINTS", "CLIENT_SCOPES", "GRANTS", "SECOND_FACTOR", "Permission", "Role", "scopes_of"]


class Permission(StrEnum):
    AUDIT_EVENTS_READ = "audit-events:read"
    AUDIT_EVENTS_VERIFY = "audit-events:verify"
    ASSIGNMENTS_READ = "assignments:read"
    ASSIGNMENTS_WRITE = "assignments:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    COLLECT_PHONES_WRITE = "collect-phones:write"
    DEVICES_READ = "devices:read"
    DEVICES_WRITE = "devices:write"
    DISCLOSURES_READ = "disclosures:read"
    HOUSEHOLDS_MERGE = "households:merge"
    DELIBERATIONS_READ = "deliberations:read"
    DELIBERATIONS_WRITE = "deliberations:write"
    HOUSEHOLDS_READ = "households:read"
    HOUSEHOLDS_SEARCH = "households:search"
    HOUSEHOLDS_WRITE = "households:write"
    IDENTITIES_READ = "identities:read"
    IMPORTS_WRITE = "imports:write"
    ME_READ = "me:read"
    PARADATA_READ = "paradata:read"
    QUARANTINE_READ = "quarantine:read"
    QUARANTINE_WRITE = "quarantine:write"
    QUESTIONNAIRES_READ = "questionnaires:read"
    QUESTIONNAIRES_WRITE = "questionnaires:write"
    REGIONS_READ = "regions:read"
    RELEASES_DOWNLOAD = "releases:download"
    RELEASES_READ = "releases:read"
    RELEASES_WRITE = "releases:write"
    RESTRICTIONS_WRITE = "restrictions:write"
    SECOND_FACTOR_WRITE = "second_factor:write"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    SUBJECT_REQUESTS_READ = "subject-requests:read"
    SUBJECT_REQUESTS_WRITE = "subject-requests:write"
    SYNC_READ = "sync:read"
    VERDICTS_DECIDE = "verdicts:decide"
    VERDICTS_READ = "verdicts:read"
    VERDICTS_REVIEW = "verdicts:review"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"


P = Permission
EVERYBODY = {P.ME_READ, P.REGIONS_READ, P.QUESTIONNAIRES_READ, P.CAMPAIGNS_READ}
FIELD = {
    P.HOUSEHOLDS_READ,
    P.HOUSEHOLDS_SEARCH,
    P.HOUSEHOLDS_WRITE,
    P.ASSIGNMENTS_READ,
    P.VISITS_READ,
    P.VERDICTS_READ,
}

# fmt: off
GRANTS: dict[Role, frozenset[Permission]] = {role: frozenset(EVERYBODY | held) for role, held in {
    Role.BAPPEDA:     FIELD | {P.ASSIGNMENTS_WRITE, P.CAMPAIGNS_WRITE, P.CLIENTS_READ, P.DELIBERATIONS_READ, P.DELIBERATIONS_WRITE,
                               P.IDENTITIES_READ, P.IMPORTS_WRITE, P.QUESTIONNAIRES_WRITE,
                               P.RELEASES_DOWNLOAD, P.RELEASES_READ, P.RELEASES_WRITE, P.STAFF_READ, P.STAFF_WRITE, P.VERDICTS_DECIDE,
                               P.AUDIT_EVENTS_READ, P.AUDIT_EVENTS_VERIFY, P.SUBJECT_REQUESTS_READ, P.SUBJECT_REQUESTS_WRITE,
                               P.DISCLOSURES_READ, P.HOUSEHOLDS_MERGE, P.RESTRICTIONS_WRITE, P.DEVICES_READ, P.DEVICES_WRITE,
                               P.PARADATA_READ, P.QUARANTINE_READ, P.QUARANTINE_WRITE, P.SECOND_FACTOR_WRITE},
    Role.COORDINATOR: FIELD | {P.ASSIGNMENTS_WRITE, P.IDENTITIES_READ, P.STAFF_READ, P.VERDICTS_REVIEW, P.DEVICES_READ,
                               P.DEVICES_WRITE, P.PARADATA_READ, P.QUARANTINE_READ, P.QUARANTINE_WRITE, P.SECOND_FACTOR_WRITE},
    Role.ENUMERATOR:  FIELD | {P.VISITS_WRITE, P.SYNC_READ, P.DEVICES_READ, P.COLLECT_PHONES_WRITE},
    Role.DISKOMINFO:  {P.CLIENTS_READ, P.CLIENTS_WRITE, P.DEVICES_READ, P.STAFF_READ, P.STAFF_WRITE,
                               P.AUDIT_EVENTS_VERIFY, P.SECOND_FACTOR_WRITE},
    Role.OBSERVER:    {P.AUDIT_EVENTS_VERIFY, P.STAFF_READ},
    Role.CLIENT:      set(),
}.items()}
# fmt: on

# Who signs in with a code of an authenticator app beside the password (ASVS 6.3.3). No setting takes it away.
SECOND_FACTOR: frozenset[Role] = frozenset({Role.BAPPEDA, Role.COORDINATOR, Role.DISKOMINFO})

# What a machine may be given; its own list of scopes says what it was given.
CLIENT_SCOPES = frozenset({P.RELEASES_READ, P.REGIONS_READ, P.CAMPAIGNS_READ, P.QUESTIONNAIRES_READ})

# Who makes and changes which accounts. Whoever may hand out a code for an account may become it, so those who see
# households are Bappeda's to appoint, and the custodian of keys and clients is not.
APPOINTS: dict[Role, frozenset[Role]] = {
    Role.BAPPEDA: frozenset({Role.BAPPEDA, Role.COORDINATOR, Role.ENUMERATOR, Role.OBSERVER}),
    Role.DISKOMINFO: frozenset({Role.DISKOMINFO, Role.OBSERVER}),
}


def scopes_of(role: str, own: Iterable[str]) -> frozenset[str]:
    """What a token of this principal may say: a person's role decides, a machine has its own list."""
    return frozenset(own) if role == Role.CLIENT else frozenset(map(str, GRANTS[Role(role)]))
