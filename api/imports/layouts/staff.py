"""The people of a campaign: a row a person, with the team that the person leads or joins.

Words for the roles are those of the field (dossier 5): pencacah, PPL and PCL enumerate, pengawas and PML coordinate.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import count
from typing import Final

from api.access.roles import Role
from api.access.schemas import USERNAME
from api.imports.layouts.layout import Columns
from api.imports.reading import letters

NAME, ROLE, TEAM, USER, DISTRICT = "Nama", "Peran", "Tim", "Username", "Kecamatan"
STAFF: Final = Columns(
    name="staff",
    columns=(NAME, ROLE, TEAM),
    also=(USER, DISTRICT),
    aliases={
        "Name": NAME,
        "Nama Petugas": NAME,
        "Role": ROLE,
        "Jabatan": ROLE,
        "Team": TEAM,
        "Nama Tim": TEAM,
        "Nama Pengguna": USER,
        "District": DISTRICT,
    },
)
COORDINATES: Final = ("koordinator", "coordinator", "pengawas", "supervisor", "pml")
ENUMERATES: Final = ("enumerator", "pencacah", "petugas", "petugasverivali", "ppl", "pcl")
ROLES: Final = dict.fromkeys(COORDINATES, Role.COORDINATOR) | dict.fromkeys(ENUMERATES, Role.ENUMERATOR)
LONGEST_NAME, LONGEST_TEAM, LONGEST_USERNAME = 120, 80, 60
Findings = list[tuple[str, str]]


@dataclass(slots=True)
class StaffRow:
    """One person of the file, with what is wrong with the row alone; an error rejects it.

    `username` is the one that the file gives, else the one that `name_accounts` makes.
    """

    row_no: int
    name: str
    role: Role | None
    team: str
    username: str
    district_code: str | None
    findings: Findings

    @property
    def team_key(self) -> str:
        """Teams are compared without regard to capitals: `Tim 01` and `TIM 01` are one, `Tim 1-2` and `Tim 12` two."""
        return self.team.casefold()

    @property
    def person_key(self) -> tuple[str, str]:
        """Who this is as long as the file gives no username: a name in a team."""
        return letters(self.name), self.team_key


def read_row(row_no: int, fields: Sequence[str], places: Mapping[str, int], districts: Mapping[str, str]) -> StaffRow:
    """The row as a person; `districts` are codes by the letters of the kecamatan's name, and of its code."""
    cells = {name: " ".join(fields[place].split()).removeprefix("'").lstrip() for name, place in places.items()}
    findings: Findings = []
    for column, limit, kind in ((NAME, LONGEST_NAME, "name"), (TEAM, LONGEST_TEAM, "team")):
        if not letters(cells[column]):
            findings.append((column, f"{kind}_missing"))
        elif len(cells[column]) > limit:
            findings.append((column, f"{kind}_too_long"))
    role = ROLES.get(letters(cells[ROLE]))
    if role is None:
        findings.append((ROLE, "role_unknown"))
    username = cells.get(USER, "")
    if username and not is_username(username):
        findings.append((USER, "username_invalid"))
    district = cells.get(DISTRICT, "")
    district_code = districts.get(letters(district))
    if district and district_code is None:
        findings.append((DISTRICT, "district_unknown"))
    return StaffRow(row_no, cells[NAME], role, cells[TEAM], username, district_code, findings)


def name_accounts(rows: Sequence[StaffRow]) -> None:
    """Give each row without a username one made of its name: the same file gives the same ones, each once.

    `Siti Aminah, S.Sos` is `siti.aminah`, another of that name in another team `siti.aminah2`: the order of the file
    decides, and rejected rows count, so that mending one renames nobody else. A name that stands twice in a team is a
    repeated row, not another person.
    """
    taken, people = set[str](), set[tuple[str, str]]()
    for row in (row for row in rows if row.username):
        if row.username in taken:
            row.findings.append((USER, "username_repeated"))
        taken.add(row.username)
    for row in [row for row in rows if not row.username]:
        plain = username_of(row.name)
        if row.person_key in people:
            row.findings.append((NAME, "person_repeated"))
        elif not is_username(plain):
            if letters(row.name):
                row.findings.append((NAME, "username_unmade"))
        else:
            row.username = _free(plain, taken)
            if row.username != plain:
                row.findings.append((NAME, "username_numbered"))
            taken.add(row.username)
        people.add(row.person_key)


def _free(plain: str, taken: Set[str]) -> str:
    """This username, or the first with a number behind it that nobody in the file has."""
    if plain not in taken:
        return plain
    numbered = (f"{plain[: LONGEST_USERNAME - len(str(number))]}{number}" for number in count(2))
    return next(username for username in numbered if username not in taken)


def username_of(name: str) -> str:
    """The plain letters of a name without the titles behind a comma, a dot between the words."""
    plain = unicodedata.normalize("NFKD", name.split(",")[0]).encode("ascii", "ignore").decode().lower()
    return ".".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_USERNAME]


def is_username(text: str) -> bool:
    """Whether an account may be called so."""
    return re.fullmatch(USERNAME, text) is not None
