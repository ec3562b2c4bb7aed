"""What is shared out, and among whom."""

from dataclasses import dataclass
from uuid import UUID

from api.assignments.walking import Place


@dataclass(frozen=True, slots=True)
class Group:
    """Households of one RT that nobody holds, or one person; those without an RT are a group of their own."""

    region_code: str
    rw: str | None
    rt: str | None
    households: int

    @property
    def place(self) -> Place:
        """Where the group lies."""
        return (self.region_code, self.rw or "", self.rt or "")


@dataclass(frozen=True, slots=True)
class Enumerator:
    """Somebody to give work to: the team, its district, and what the person holds already."""

    id: UUID
    team_id: UUID
    district_code: str | None = None
    holds: tuple[Group, ...] = ()

    @property
    def held(self) -> int:
        """How many households the person holds."""
        return sum(group.households for group in self.holds)


@dataclass(frozen=True, slots=True)
class Share:
    """A run of a group's households, counted from 1, for one enumerator."""

    group: Group
    enumerator: Enumerator
    first: int
    last: int

    @property
    def households(self) -> int:
        """How many they are."""
        return self.last - self.first + 1
