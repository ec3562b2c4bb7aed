"""In which order somebody would walk the city: the line along which work is cut.

Districts one after the other, and in each the villages so that the next borders on the last; in a village RW by RW and
in an RW RT by RT, by their numbers, or from one to the nearest where visits have found where they lie. What is not
known about a place changes nothing: it keeps its place behind the number before it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, radians
from statistics import median
from typing import TypeAlias, TypeVar

Place: TypeAlias = tuple[str, str, str]  # village, RW, RT
Point: TypeAlias = tuple[float, float]  # WGS 84: latitude, longitude
Stop = TypeVar("Stop")
DISTRICT = len("35.73.04")
METRES_A_DEGREE = 111_320
# A border that is not there weighs more than any way inside the city, another district more than any such border.
STEP, FAR, AWAY = 100_000.0, 100, 100_000_000.0


@dataclass(frozen=True, slots=True)
class Atlas:
    """What is known of the city: which villages border on which, their middles, and where RTs were found to lie."""

    borders: Mapping[str, Collection[str]] = field(default_factory=dict)
    middles: Mapping[str, Point] = field(default_factory=dict)
    found: Mapping[Place, Point] = field(default_factory=dict)


def walk(places: Iterable[Place], atlas: Atlas) -> list[Place]:
    """The places in the order of the walk, each once; the order in which they come does not matter."""
    tree: dict[str, dict[str, list[Place]]] = {}
    for place in sorted(set(places)):
        tree.setdefault(place[0], {}).setdefault(place[1], []).append(place)
    line: list[Place] = []
    here: Point | None = None
    for village in _shortest(list(tree), _between_villages(list(tree), atlas)):
        rws = tree[village]
        middles = {
            rw: middle for rw in rws if (middle := _middle(atlas.found[rt] for rt in rws[rw] if rt in atlas.found))
        }
        for rw in _nearest(list(rws), middles, here):
            for place in _nearest(rws[rw], atlas.found, here):
                line.append(place)
                here = atlas.found.get(place, here)
    return line


def steps_between(villages: Collection[str], start: str, borders: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How many borders lie between a village and each that can be reached from it, walking through these villages."""
    steps, edge = {start: 0}, [start]
    for one in edge:
        for other in sorted(borders.get(one, ())):
            if other in villages and other not in steps:
                steps[other] = steps[one] + 1
                edge.append(other)
    return steps


def in_one_piece(villages: Collection[str], borders: Mapping[str, Collection[str]]) -> bool | None:
    """Whether one can walk through all of these villages without leaving them; None where a border is not known."""
    if len(villages) > 1 and not all(village in borders for village in villages):
        return None
    return len(steps_between(villages, min(villages), borders)) == len(villages)


def _between_villages(villages: Sequence[str], atlas: Atlas) -> Callable[[str, str], float]:
    everywhere = set(atlas.borders)
    steps = {village: steps_between(everywhere, village, atlas.borders) for village in villages}

    def distance(one: str, other: str) -> float:
        known = one in atlas.middles and other in atlas.middles
        way = _metres(atlas.middles[one], atlas.middles[other]) if known else 0.0
        away = AWAY if one[:DISTRICT] != other[:DISTRICT] else 0.0
        return away + STEP * steps[one].get(other, FAR) + way

    return distance


def _nearest(stops: list[Stop], points: Mapping[Stop, Point], here: Point | None) -> list[Stop]:
    """From one to the nearest, beginning at the end that is nearer to where we are; the unknown behind their number."""
    known = [stop for stop in stops if stop in points]
    path = _shortest(known, lambda one, other: _metres(points[one], points[other]))
    if path and here and _metres(points[path[-1]], here) < _metres(points[path[0]], here):
        path.reverse()
    for number, stop in enumerate(stops):
        if stop not in points:
            path.insert(path.index(stops[number - 1]) + 1 if number else 0, stop)
    return path


def _shortest(stops: Sequence[Stop], distance: Callable[[Stop, Stop], float]) -> list[Stop]:
    """A short way through all stops: from each as the start to the nearest left, then turned round piece by piece.

    Of equal ways the one in the order of the stops, so that where nothing is known nothing is moved.
    """
    size = len(stops)
    apart = [[distance(one, other) for other in stops] for one in stops]

    def cost(way: Sequence[int]) -> float:
        return sum(apart[one][other] for one, other in pairwise(way))

    best = _turned(list(range(size)), apart)
    for start in range(size):
        way, left = [start], [stop for stop in range(size) if stop != start]
        while left:
            way.append(min(left, key=lambda stop: (apart[way[-1]][stop], stop)))
            left.remove(way[-1])
        way = _turned(way, apart)
        if cost(way) < cost(best) - 1e-6:
            best = way
    if best and best[0] > best[-1]:  # either end may be the first: take the lower number
        best.reverse()
    return [stops[number] for number in best]


def _turned(way: list[int], apart: Sequence[Sequence[float]]) -> list[int]:
    """2-opt on an open way: a piece is turned round as long as that makes the way shorter."""
    better = True
    while better:
        better = False
        for first in range(len(way)):
            for last in range(first + 1, len(way)):
                gain = 0.0
                if first:
                    gain += apart[way[first - 1]][way[first]] - apart[way[first - 1]][way[last]]
                if last + 1 < len(way):
                    gain += apart[way[last]][way[last + 1]] - apart[way[first]][way[last + 1]]
                if gain > 1e-6:
                    way[first : last + 1] = way[first : last + 1][::-1]
                    better = True
    return way


def _middle(points: Iterable[Point]) -> Point | None:
    found = list(points)
    return (median(point[0] for point in found), median(point[1] for point in found)) if found else None


def _metres(one: Point, other: Point) -> float:
    """Near enough inside a city."""
    return METRES_A_DEGREE * hypot(one[0] - other[0], (one[1] - other[1]) * cos(radians(one[0])))
