"""Sharing work out: a pure function over counts, so that it can be tried without a database.

The RTs lie on a line in the order in which somebody would walk them (`walking`); the enumerators stand along it team by
team, and each takes the stretch before them. So an enumerator's RTs lie near each other, a team sits in villages that
border on each other, and the only question is where to cut (`cutting`): at the end of an RT wherever loads stay within
1.10. What comes later goes to whoever works in the RT already, as far as that load allows.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from uuid import UUID

from api.assignments.cutting import Line, Turn, cut
from api.assignments.mending import mend
from api.assignments.walking import DISTRICT, Atlas, Place, walk
from api.assignments.work import Enumerator, Group, Share

NOTHING_KNOWN = Atlas()


def allocate(groups: Sequence[Group], enumerators: Sequence[Enumerator], atlas: Atlas = NOTHING_KNOWN) -> list[Share]:
    """Share every household of every group out, in the order of the walk.

    The same input, in whatever order, gives the same shares.
    """
    waiting = [group for group in groups if group.households > 0]
    if not waiting or not enumerators:
        return []
    places = [group.place for person in enumerators for group in person.holds] + [group.place for group in waiting]
    way = {place: number for number, place in enumerate(walk(places, atlas))}
    line = sorted(waiting, key=lambda group: way[group.place])
    total = sum(group.households for group in line)
    _, low, high = _quotas(total, [person.held for person in enumerators])
    plans = [[*mates, *_shared_out(rest, people, way, atlas, low, high)] for mates, rest, people in (
        _to_mates(line, enumerators, low, high), ([], line, enumerators)
    )]  # fmt: skip
    best = min(plans, key=lambda plan: len(divided(plan)))
    order = {person.id: person for person in enumerators}
    best = [replace(share, enumerator=order[share.enumerator.id]) for share in best]
    return sorted(best, key=lambda share: (way[share.group.place], share.first))


def _to_mates(
    line: Sequence[Group], people: Sequence[Enumerator], low: int, high: int
) -> tuple[list[Share], list[Group], list[Enumerator]]:
    """Give an RT's newcomers to whoever holds most of the RT, if that load allows and enough is left for the others.

    The shares, the groups that are left, and the people with what they hold then.
    """
    holders: dict[Place, list[tuple[int, str, UUID]]] = {}
    for person in people:
        for group in person.holds:
            holders.setdefault(group.place, []).append((-group.households, str(person.id), person.id))
    now = {person.id: person for person in people}
    loads = {person.id: person.held for person in people}
    left = sum(group.households for group in line)
    lacking = sum(max(0, low - load) for load in loads.values())
    shares, rest = [], []
    for group in line:
        for *_, mate in sorted(holders.get(group.place, ())):
            eased = min(group.households, max(0, low - loads[mate]))
            if loads[mate] + group.households <= high and lacking - eased <= left - group.households:
                shares.append(Share(group, now[mate], 1, group.households))
                loads[mate] += group.households
                now[mate] = replace(now[mate], holds=(*now[mate].holds, group))
                left, lacking = left - group.households, lacking - eased
                break
        else:
            rest.append(group)
    return shares, rest, list(now.values())


def _shared_out(
    line: Sequence[Group], people: Sequence[Enumerator], way: dict[Place, int], atlas: Atlas, low: int, high: int
) -> list[Share]:
    """Cut the line among the people, each near what they hold."""
    if not line:
        return []
    row = _along_the_line(line, people, way, low)
    quotas, *_ = _quotas(sum(group.households for group in line), [person.held for person in row])
    turns = [
        Turn(
            quota,
            max(0, low - person.held),
            max(0, high - person.held),
            after is not None and after.team_id == person.team_id,
        )
        for quota, person, after in zip(quotas, row, [*row[1:], None], strict=True)
    ]
    depths = [_depth(group, after, atlas) for group, after in pairwise(line)]
    cuts = cut(Line([group.households for group in line], [*depths, 0]), turns)
    return mend(line, _shares(line, row, cuts), low, high)


def _depth(group: Group, after: Group, atlas: Atlas) -> int:
    """How deep the border between two groups goes (see `Line`)."""
    if group.region_code == after.region_code:
        return 0
    if group.region_code[:DISTRICT] != after.region_code[:DISTRICT]:
        return 2
    known = atlas.borders.get(group.region_code)
    return 1 if known is None or after.region_code in known else 2


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


def _along_the_line(
    line: Sequence[Group], people: Sequence[Enumerator], way: dict[Place, int], level: int
) -> list[Enumerator]:
    """The enumerators in the order of the line: teams by district, a team together, each near what they hold."""
    near = {person.id: _middle(person, way) for person in people}
    teams: dict[UUID, list[Enumerator]] = {}
    for person in sorted(people, key=lambda person: (str(person.team_id), near[person.id], str(person.id))):
        teams.setdefault(person.team_id, []).append(person)
    districts = {place[0][:DISTRICT]: number for place, number in reversed(way.items())}
    at = {number: place[0][:DISTRICT] for place, number in way.items()}
    wanting: dict[str, int] = {}
    for group in line:
        district = group.region_code[:DISTRICT]
        wanting[district] = wanting.get(district, 0) + group.households
    order: list[tuple[tuple[int, str, int, str], list[Enumerator]]] = []
    for name, members in sorted(teams.items(), key=lambda team: (team[1][0].district_code is None, str(team[0]))):
        working = min((near[person.id] for person in members if person.holds), default=-1)
        # a team without a district goes where it works already, else where most work still waits
        district = members[0].district_code or at.get(working) or max(sorted(wanting), key=lambda code: wanting[code])
        if district in wanting:
            wanting[district] -= sum(max(0, level - person.held) for person in members)
        order.append(((districts.get(district, len(way)), district, working, str(name)), members))
    return [person for _, members in sorted(order, key=lambda team: team[0]) for person in members]


def _middle(person: Enumerator, way: dict[Place, int]) -> int:
    """Where on the line half of what a person holds lies before it; -1 for nothing."""
    passed, half = 0, person.held / 2
    for number, households in sorted((way[group.place], group.households) for group in person.holds):
        passed += households
        if passed >= half:
            return number
    return -1


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
