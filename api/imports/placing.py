"""Who of a file gets an account and a place in which team: decided on what the city has now, without a database.

Coordinators come first, so that a team stands before its people join it; within a role the order of the file decides.
An account that is there keeps its name, role and password; nobody is moved: a move has a date and is a call of its own.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from api.access.roles import Role
from api.imports.findings import ERRORS
from api.imports.layouts.staff import DISTRICT, NAME, ROLE, TEAM, USER, StaffRow
from api.imports.reading import letters


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is there, and the team of this campaign in which it has its place."""

    id: UUID
    name: str
    role: str
    active: bool
    team_id: UUID | None


@dataclass(slots=True)
class Place:
    """A team: who leads it, how many enumerators it has, and its kecamatan."""

    id: UUID
    name: str
    coordinator_id: UUID
    members: int
    district_code: str | None


@dataclass(frozen=True, slots=True)
class Named:
    """A person whom the file names: the account, whether this file makes it, and the team."""

    row: StaffRow
    staff_id: UUID
    added: bool
    team: str


@dataclass(slots=True)
class Arranged:
    """What a file brings: whom it names, the teams to make, who joins one and whose rows change with it."""

    named: list[Named] = field(default_factory=list)
    teams: list[Place] = field(default_factory=list)
    members: list[tuple[UUID, UUID]] = field(default_factory=list)  # team, person
    seats: list[tuple[UUID, UUID]] = field(default_factory=list)
    findings: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def accounts(self) -> list[Named]:
        """Those whose account this file makes."""
        return [person for person in self.named if person.added]


@dataclass(frozen=True, slots=True)
class Present:
    """What the city has: accounts by username, this campaign's teams, who works elsewhere, and the campaign's rules."""

    accounts: Mapping[str, Account]
    teams: Sequence[Place]
    busy: Set[UUID]
    span: int
    preparing: bool


def arrange(rows: Sequence[StaffRow], present: Present) -> Arranged:
    """Place every row without an error; what cannot be placed is a finding, and the next row goes on."""
    arranged = Arranged(findings=[(row.row_no, *finding) for row in rows for finding in row.findings])
    good = [row for row in rows if not any(code in ERRORS for _, code in row.findings)]
    teams = {team.name.casefold(): team for team in reversed(present.teams)}
    members = Counter({team.id: team.members for team in present.teams})
    districts = {key: team.district_code for key, team in teams.items() if team.district_code}
    for row in good:
        if row.district_code:
            districts.setdefault(row.team_key, row.district_code)
    for row in sorted(good, key=lambda row: (row.role is not Role.COORDINATOR, row.row_no)):
        account, team = present.accounts.get(row.username), teams.get(row.team_key)
        person = account.id if account else uuid7()
        joins = row.role is Role.ENUMERATOR and team is not None and (account is None or account.team_id != team.id)
        refusal = _wrong_account(row, account, present) or _wrong_team(row, account, person, team)
        if refusal is None and joins and team and members[team.id] >= present.span:
            refusal = TEAM, "team_over_span"
        if refusal is None and row.district_code not in (None, districts.get(row.team_key)):
            refusal = DISTRICT, "district_differs"
        if refusal:
            arranged.findings.append((row.row_no, *refusal))
            continue
        if team is None:
            team = teams[row.team_key] = Place(uuid7(), row.team, person, 0, districts.get(row.team_key))
            arranged.teams.append(team)
        if joins:
            members[team.id] += 1
            arranged.members.append((team.id, person))
        if person not in present.busy:
            arranged.seats.append((team.id, person))
        arranged.named.append(Named(row, person, account is None, team.name))
    return arranged


def _wrong_account(row: StaffRow, account: Account | None, present: Present) -> tuple[str, str] | None:
    """Why an account of this username cannot be this row's person."""
    if account is None:
        return None
    if letters(account.name) != letters(row.name):
        return USER, "username_of_another"
    if account.role != row.role:
        return ROLE, "role_differs"
    if not account.active:
        return NAME, "account_switched_off"
    return (NAME, "busy_elsewhere") if account.id in present.busy and not present.preparing else None


def _wrong_team(row: StaffRow, account: Account | None, person: UUID, team: Place | None) -> tuple[str, str] | None:
    """Why this person cannot have the place in this team."""
    if account and account.team_id and (team is None or account.team_id != team.id):
        return TEAM, "in_another_team"
    if row.role is Role.COORDINATOR:
        return (TEAM, "team_has_coordinator") if team and team.coordinator_id != person else None
    return (TEAM, "team_without_coordinator") if team is None else None
