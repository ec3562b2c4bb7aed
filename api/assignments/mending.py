"""A cut went through an RT: often the RTs of that RW can be dealt out otherwise between the two, and each stays whole.

Nobody walks farther for it: both worked in that RW already. Where that does not do, the RTs of the village are tried.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.assignments.work import Enumerator, Group, Share

POOL = 12  # RTs that are dealt anew at once: 4,096 ways to do it


@dataclass(slots=True)
class Dealt:
    """Who has what of each RT of the line, and what each person ends up with."""

    line: Sequence[Group]
    parts: list[list[Share]]
    loads: dict[UUID, int]


def mend(line: Sequence[Group], shares: Sequence[Share], low: int, high: int) -> list[Share]:
    """The same households with fewer divided RTs; the loads of those whom it concerns stay within `low` to `high`."""
    numbers = {group: number for number, group in enumerate(line)}
    dealt = Dealt(line, [[] for _ in line], {})
    for share in shares:
        dealt.parts[numbers[share.group]].append(share)
        load = dealt.loads.setdefault(share.enumerator.id, share.enumerator.held)
        dealt.loads[share.enumerator.id] = load + share.households
    for number, parts in enumerate(dealt.parts):
        if len(parts) == 2:
            any(
                _deal_anew(dealt, pool, parts[0].enumerator, parts[1].enumerator, low, high)
                for pool in _pools(dealt, number)
            )
    return [share for parts in dealt.parts for share in parts]


def _pools(dealt: Dealt, number: int) -> Iterator[list[int]]:
    """The RTs of the RW, then of the village, that the two have to themselves; the nearest on the line."""
    here, two = dealt.line[number], {share.enumerator.id for share in dealt.parts[number]}
    for width in (2, 1):
        near = [
            other
            for other, group in enumerate(dealt.line)
            if group.place[:width] == here.place[:width]
            and {share.enumerator.id for share in dealt.parts[other]} <= two
        ]
        yield sorted(near, key=lambda other: (abs(other - number), other))[:POOL]


def _deal_anew(dealt: Dealt, pool: list[int], one: Enumerator, other: Enumerator, low: int, high: int) -> bool:
    """Deal the pool's RTs whole between the two: fewest to another than before, then most even. False if none fits."""
    sizes = [dealt.line[number].households for number in pool]
    had = sum(share.households for number in pool for share in dealt.parts[number] if share.enumerator == one)
    apart = (dealt.loads[one.id] - had, dealt.loads[other.id] - sum(sizes) + had)
    sums = [0]
    for size in sizes:
        sums += [found + size for found in sums]
    whole = {
        place: parts[0].enumerator for place, parts in enumerate(map(dealt.parts.__getitem__, pool)) if len(parts) == 1
    }

    def cost(ones: int) -> tuple[int, int, int]:
        moved = sum((ones >> place & 1) != (whole[place] == one) for place in whole)
        return moved, abs(apart[0] - apart[1] + 2 * sums[ones] - sums[-1]), ones

    fitting = [
        ones
        for ones, found in enumerate(sums)
        if low <= apart[0] + found <= high and low <= apart[1] + sums[-1] - found <= high
    ]
    if not fitting:
        return False
    best = min(fitting, key=cost)
    for place, number in enumerate(pool):
        group = dealt.line[number]
        dealt.parts[number] = [Share(group, one if best >> place & 1 else other, 1, group.households)]
    dealt.loads |= {one.id: apart[0] + sums[best], other.id: apart[1] + sums[-1] - sums[best]}
    return True
