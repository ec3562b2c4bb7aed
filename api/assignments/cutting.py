"""Where the line of RTs is cut into one stretch for each enumerator: dynamic programming over cut places."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

GAP = 2
BEAM = 300  # cut places kept for each enumerator; all of them lead to an answer, the best by far are among these


@dataclass(frozen=True, slots=True)
class Line:
    """The households of RTs one after the other; `borders[i]` says how deep the cut behind RT `i` goes.

    0: the next RT is in the same village, 1: in the next village, 2: in one that does not border on this one, or in
    another district.
    """

    sizes: Sequence[int]
    borders: Sequence[int]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose stretch comes next: about how many households, how few and how many it may be, and whether the next is of
    the same team."""

    quota: int
    least: int
    most: int
    team_goes_on: bool


def cut(line: Line, turns: Sequence[Turn]) -> list[int]:
    """Where each stretch ends, counted in households.

    Fewest gaps inside somebody's stretch, then inside a team's; then fewest divided RTs, of which many can be mended;
    fewest people in two villages; most even.
    """
    ends = list(accumulate(line.sizes))
    cuts: list[int] = []
    steps = _over_gaps(ends, line.borders, turns)
    for (start, first), (end, last) in pairwise(steps):
        rts = slice(bisect_right(ends, start), bisect_left(ends, end) + 1)
        piece = Line(line.sizes[rts], [*line.borders[rts][:-1], 0])
        cuts += [start + place for place in _cut_piece(piece, turns[first:last])]
    return cuts


def _over_gaps(ends: Sequence[int], borders: Sequence[int], turns: Sequence[Turn]) -> list[tuple[int, int]]:
    """The gaps where one person's work can end and the next one's begin, each with the number of people before it."""
    total, people = ends[-1], len(turns)
    least, most, aims = ([0, *accumulate(getattr(turn, name) for turn in turns)] for name in ("least", "most", "quota"))
    best: dict[tuple[int, int], tuple[tuple[int, int, int], tuple[int, int]]] = {(0, 0): ((0, 0, 0), (0, 0))}
    gaps = [end for end, depth in zip(ends[:-1], borders[:-1], strict=True) if depth == GAP]
    for number, end in enumerate([*gaps, total]):
        for count in range(1, people) if end < total else (people,):
            torn = int(end < total and turns[count - 1].team_goes_on)
            ways = []
            for (start, first), ((crossed, teams, uneven), _) in best.items():
                if start < end and least[count] - least[first] <= end - start <= most[count] - most[first]:
                    over = crossed + number - bisect_right(gaps, start)
                    ways.append(((over, teams + torn, uneven + (end - aims[count]) ** 2), (start, first)))
            if ways:
                best[end, count] = min(ways)
    steps = [(total, people)]
    while steps[-1] != (0, 0):
        steps.append(best[steps[-1]][1])
    return steps[::-1]


def _cut_piece(line: Line, turns: Sequence[Turn]) -> list[int]:
    """Dynamic programming, person by person; a place is only kept when the others can still be served."""
    ends = list(accumulate(line.sizes))
    whole, total = set(ends) | {0}, ends[-1]
    # even < village < divided RT < gap: each outweighs all of the cheaper ones together
    prices, dearest = [], (total + 1) ** 2 * len(turns)
    for _ in range(3):
        prices.append(dearest + 1)
        dearest = (dearest + 1) * (2 * len(line.sizes) + 1) * len(turns)
    village, divided, gap = prices
    # what the borders up to each RT cost together for whoever goes over them
    inside = [0, *accumulate((0, village, gap)[depth] for depth in line.borders)]
    must, can = ([0, *accumulate(getattr(turn, name) for turn in turns[::-1])][::-1] for name in ("least", "most"))
    states: dict[int, int] = {0: 0}
    came_from: list[dict[int, int]] = []
    aim = 0
    for number, turn in enumerate(turns):
        aim += turn.quota
        reached: dict[int, int] = {}
        origin: dict[int, int] = {}
        for start, cost in states.items():
            first = max(start + turn.least, total - can[number + 1])
            last = min(start + turn.most, total - must[number + 1])
            places = set(ends[bisect_left(ends, first) : bisect_right(ends, last)])
            places |= {min(max(aim, first), last)} | ({start} if first <= start else set())
            for place in places:
                paid = cost + (place - start - turn.quota) ** 2
                if place > start:
                    paid += inside[bisect_left(ends, place)] - inside[bisect_right(ends, start)]
                    paid += divided * (place not in whole)
                if place not in reached or (paid, start) < (reached[place], origin[place]):
                    reached[place], origin[place] = paid, start
        kept = sorted(reached, key=lambda place: (reached[place], place))[:BEAM]
        states = {place: reached[place] for place in kept}
        came_from.append(origin)
    cuts = [total]
    for origin in reversed(came_from[1:]):
        cuts.append(origin[cuts[-1]])
    return cuts[::-1]
