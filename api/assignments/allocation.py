"""Sharing work out: a pure function over counts, so that it can be tried without a database.

The RTs lie on a line in the order of their codes, a district's villages side by side; the enumerators stand along it
team by team, and each takes the stretch before them. So an enumerator's RTs lie near each other, a team sits in
neighbouring villages, and the only question is where to cut: at the end of an RT wherever loads stay within 1.10.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from uuid import UUID

BEAM = 300  # cut places kept for each enumerator; all of them lead to an answer, the best by far are among these
DISTRICT = len("35.73.04")


@dataclass(frozen=True, slots=True)
class Group:
    """The households of one RT that nobody holds; those without an RT are a group of their own."""

    region_code: str
    rw: str | None
    rt: str | None
    households: int

    @property
    def place(self) -> tuple[str, str, str]:
        """Where the group lies on the line."""
        return (self.region_code, self.rw or "", self.rt or "")


@dataclass(frozen=True, slots=True)
class Enumerator:
    """Somebody to give work to: the team, its district, what the person holds already and about where."""

    id: UUID
    team_id: UUID
    district_code: str | None = None
    held: int = 0
    near: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A run of a group's households, counted from 1, for one enumerator."""

    group: Group
    enumerator: Enumerator
    first: int
    last: int


def allocate(groups: Sequence[Group], enumerators: Sequence[Enumerator]) -> list[Share]:
    """Share every household of every group out. The same input, in whatever order, gives the same shares."""
    line = sorted((group for group in groups if group.households > 0), key=lambda group: group.place)
    if not line or not enumerators:
        return []
    total = sum(group.households for group in line)
    quotas, low, high = _quotas(total, [person.held for person in enumerators])
    row = _along_the_line(line, enumerators, low)
    quotas = _quotas(total, [person.held for person in row])[0]
    least = [max(0, low - person.held) for person in row]
    most = [max(0, high - person.held) for person in row]
    return _shares(line, row, _cuts(line, quotas, least, most))


def _quotas(total: int, held: Sequence[int]) -> tuple[list[int], int, int]:
    """How many each should get so that all end on one level, and the least and greatest load within 1.10 around it."""
    level, end = 0, max(held) + total
    while level < end:  # the highest level that the work can fill
        middle = (level + end + 1) // 2
        if sum(max(0, middle - load) for load in held) <= total:
            level = middle
        else:
            end = middle - 1
    quotas = [max(0, level - load) for load in held]
    rest = total - sum(quotas)
    below = [place for place, load in enumerate(held) if load <= level]
    for step in range(rest):  # spread the remainder along the line
        quotas[below[step * len(below) // rest]] += 1
    # 21 : 20 below the mean and 21 : 20 above it are 1.10 apart; rounded up, for nobody holds part of a household
    low = min(level, -(-20 * (level * len(below) + rest) // (21 * len(below))))
    return quotas, low, max(level + (rest > 0), low * 11 // 10)


def _along_the_line(line: Sequence[Group], people: Sequence[Enumerator], level: int) -> list[Enumerator]:
    """The enumerators in the order of the line: teams by district, a team together, each near what they hold."""
    teams: dict[UUID, list[Enumerator]] = {}
    for person in sorted(people, key=lambda person: (str(person.team_id), person.near or "", str(person.id))):
        teams.setdefault(person.team_id, []).append(person)
    wanting: dict[str, int] = {}
    for group in line:
        district = group.region_code[:DISTRICT]
        wanting[district] = wanting.get(district, 0) + group.households
    order: list[tuple[str, str, str, list[Enumerator]]] = []
    for name, members in sorted(teams.items(), key=lambda team: (team[1][0].district_code is None, str(team[0]))):
        near = min((person.near for person in members if person.near), default="")
        # a team without a district goes where it works already, else where most work still waits
        district = members[0].district_code or near[:DISTRICT]
        district = district or max(sorted(wanting), key=lambda code: wanting[code])
        if district in wanting:
            wanting[district] -= sum(max(0, level - person.held) for person in members)
        order.append((district, near, str(name), members))
    return [person for *_, members in sorted(order, key=lambda team: team[:3]) for person in members]


def _cuts(line: Sequence[Group], quotas: Sequence[int], least: Sequence[int], most: Sequence[int]) -> list[int]:
    """Where each stretch ends: fewest divided RTs, then fewest people in two districts, then most even.

    Dynamic programming over cut places, person by person; a place is only kept when the others can still be served.
    """
    ends = list(accumulate(group.households for group in line))
    whole, total, people = set(ends) | {0}, ends[-1], len(quotas)
    borders = [
        end for end, group, after in zip(ends, line, line[1:], strict=False)
        if group.region_code[:DISTRICT] != after.region_code[:DISTRICT]
    ]  # fmt: skip
    across = (total + 1) ** 2 * people + 1
    divided = across * (len(borders) + 1) * people
    must, can = [*accumulate(reversed(least))][::-1], [*accumulate(reversed(most))][::-1]
    states: dict[int, int] = {0: 0}
    came_from: list[dict[int, int]] = []
    aim = 0
    for person in range(people):
        aim += quotas[person]
        later_must, later_can = (must[person + 1], can[person + 1]) if person + 1 < people else (0, 0)
        reached: dict[int, int] = {}
        origin: dict[int, int] = {}
        for start, cost in states.items():
            first = max(start + least[person], total - later_can)
            last = min(start + most[person], total - later_must)
            places = set(ends[bisect_left(ends, first) : bisect_right(ends, last)])
            places |= {min(max(aim, first), last)} | ({start} if first <= start else set())
            for place in places:
                paid = cost + (place - start - quotas[person]) ** 2
                paid += divided * (place not in whole and place != start)
                paid += across * (bisect_left(borders, place) - bisect_right(borders, start)) if place > start else 0
                if place not in reached or (paid, start) < (reached[place], origin[place]):
                    reached[place], origin[place] = paid, start
        kept = sorted(reached, key=lambda place: (reached[place], place))[:BEAM]
        states = {place: reached[place] for place in kept}
        came_from.append(origin)
    cuts = [total]
    for origin in reversed(came_from[1:]):
        cuts.append(origin[cuts[-1]])
    return cuts[::-1]


def _shares(line: Sequence[Group], row: Sequence[Enumerator], cuts: Sequence[int]) -> list[Share]:
    shares, person, begun = [], 0, 0
    for group in line:
        taken = 0
        while taken < group.households:
            while cuts[person] <= begun + taken:
                person += 1
            until = min(group.households, cuts[person] - begun)
            shares.append(Share(group, row[person], taken + 1, until))
            taken = until
        begun += group.households
    return shares


def divided(shares: Sequence[Share]) -> list[tuple[Group, int]]:
    """The groups that more than one person works in, and how many do."""
    together = [(group, len(list(parts))) for group, parts in groupby(shares, key=lambda share: share.group)]
    return [(group, parts) for group, parts in together if parts > 1]
