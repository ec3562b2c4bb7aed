"""The pure function behind `POST /v1/campaigns/{id}/allocations`, tried on many cities."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from api.assignments.allocation import allocate, divided
from api.assignments.work import Enumerator, Group

VILLAGES = [f"35.73.0{district}.100{village}" for district in (3, 4, 5) for village in (1, 2, 3)]
code = st.one_of(st.none(), st.integers(1, 12).map(lambda number: f"{number:03}"))
places = st.tuples(st.sampled_from(VILLAGES), code, code)


@st.composite
def cities(draw: st.DrawFn, largest: int = 40) -> list[Group]:
    """Some RTs, each once, in any order."""
    keys = draw(st.lists(places, min_size=1, max_size=40, unique=True))
    return [Group(*place, draw(st.integers(1, largest))) for place in keys]


@st.composite
def staffs(draw: st.DrawFn, heaviest: int = 60) -> list[Enumerator]:
    """Some teams, with or without a district, whose people hold something or nothing."""
    people = []
    for team in range(draw(st.integers(1, 4))):
        district = draw(st.sampled_from([None, "35.73.03", "35.73.04", "35.73.01"]))
        for person in range(draw(st.integers(1, 4))):
            held = draw(st.integers(0, heaviest))
            holds = (Group(draw(st.sampled_from(VILLAGES)), draw(code), draw(code), held),) if held else ()
            people.append(Enumerator(UUID(int=10 * team + person + 1), UUID(int=team + 1), district, holds))
    return people


def loads(people: list[Enumerator], shares: list[tuple[Enumerator, int]]) -> Counter[UUID]:
    """What each holds afterwards."""
    return Counter({person.id: person.held for person in people}) + Counter(
        {person.id: sum(count for other, count in shares if other == person) for person in people}
    )


@settings(deadline=None)
@given(cities(), staffs())
def test_no_household_is_lost_or_given_twice(city: list[Group], people: list[Enumerator]) -> None:
    shares = allocate(city, people)

    given_out = Counter(
        (share.group.place, household) for share in shares for household in range(share.first, share.last + 1)
    )
    assert set(given_out.values()) == {1}
    assert Counter(place for place, _ in given_out) == Counter({group.place: group.households for group in city})
    assert {share.enumerator for share in shares} <= set(people)


@settings(deadline=None)
@given(cities(), staffs(), st.randoms())
def test_the_order_of_the_input_changes_nothing(city: list[Group], people: list[Enumerator], chance: object) -> None:
    before = allocate(city, people)
    shuffled_city, shuffled_people = list(city), list(people)
    chance.shuffle(shuffled_city)  # type: ignore[attr-defined]  # hypothesis' Random
    chance.shuffle(shuffled_people)  # type: ignore[attr-defined]

    assert allocate(shuffled_city, shuffled_people) == before


@settings(deadline=None)
@given(cities(), staffs())
def test_loads_end_within_a_tenth_of_each_other_or_one_household(city: list[Group], people: list[Enumerator]) -> None:
    shares = allocate(city, people)

    after = loads(people, [(share.enumerator, share.last - share.first + 1) for share in shares])
    busy = {share.enumerator.id for share in shares}
    lightest = min(after[person.id] for person in people)
    # who held more than the level before gets nothing, and cannot be helped
    assert all(after[person] <= max(lightest * 1.1, lightest + 1) for person in busy)


@settings(deadline=None)
@given(cities(), staffs(heaviest=0))
def test_who_holds_nothing_gets_one_stretch_of_villages(city: list[Group], people: list[Enumerator]) -> None:
    shares = allocate(city, people)

    line = sorted({group.region_code for group in city})
    for of in ("id", "team_id"):
        reach: dict[UUID, set[int]] = {}
        for share in shares:
            reach.setdefault(getattr(share.enumerator, of), set()).add(line.index(share.group.region_code))
        spans = sorted((min(villages), max(villages)) for villages in reach.values())
        assert all(last <= first for (_, last), (first, _) in pairwise(spans))
        assert all(len(villages) == max(villages) - min(villages) + 1 for villages in reach.values())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=200, max_size=300))
def test_small_rts_are_never_divided(sizes: list[int]) -> None:
    city = [
        Group("35.73.04.1001", f"{number // 10:03}", f"{number % 10:03}", size) for number, size in enumerate(sizes)
    ]
    people = [Enumerator(UUID(int=number + 1), UUID(int=1)) for number in range(3)]

    assert divided(allocate(city, people)) == []


def test_an_rt_larger_than_a_load_is_divided_and_named() -> None:
    large = Group("35.73.04.1001", "001", "001", 100)
    city = [large, Group("35.73.04.1001", "001", "002", 20)]
    people = [Enumerator(UUID(int=number + 1), UUID(int=1)) for number in range(3)]

    shares = allocate(city, people)

    assert divided(shares) == [(large, 3)]


def test_a_team_works_in_its_own_district() -> None:
    city = [Group(f"35.73.0{district}.1001", "001", f"{rt:03}", 10) for district in (3, 4) for rt in range(1, 21)]
    sukun = [Enumerator(UUID(int=number + 1), UUID(int=1), "35.73.04") for number in range(4)]
    kedungkandang = [Enumerator(UUID(int=number + 9), UUID(int=2), "35.73.03") for number in range(4)]

    shares = allocate(city, [*sukun, *kedungkandang])

    assert all(share.group.region_code.startswith(share.enumerator.district_code or "?") for share in shares)


def test_later_work_goes_to_whoever_works_nearby() -> None:
    people = [
        Enumerator(UUID(int=1), UUID(int=1), None, (Group("35.73.04.1009", "001", "001", 10),)),
        Enumerator(UUID(int=2), UUID(int=1), None, (Group("35.73.04.1001", "001", "001", 10),)),
    ]
    city = [Group("35.73.04.1001", "002", "001", 5), Group("35.73.04.1009", "002", "001", 5)]

    shares = allocate(city, people)

    assert [share.enumerator.id.int for share in shares] == [2, 1]


def test_newcomers_go_to_whoever_works_in_their_rt() -> None:
    rt = [Group("35.73.04.1001", "001", f"{number:03}", 1) for number in range(10)]
    siti = Enumerator(UUID(int=1), UUID(int=1), None, (replace(rt[1], households=5), replace(rt[9], households=6)))
    budi = Enumerator(UUID(int=2), UUID(int=1), None, (replace(rt[5], households=11),))

    shares = allocate([replace(rt[1], households=2), replace(rt[5], households=2)], [siti, budi])

    assert [(share.group.rt, share.enumerator) for share in shares] == [("001", siti), ("005", budi)]


def test_newcomers_of_one_rt_do_not_make_one_load_the_heaviest() -> None:
    rts = [Group("35.73.04.1001", "001", f"{number:03}", 20) for number in range(1, 6)]
    people = [Enumerator(UUID(int=number), UUID(int=1), None, (rt,)) for number, rt in enumerate(rts, 1)]

    shares = allocate([replace(rts[0], households=5)], people)

    after = loads(people, [(share.enumerator, share.households) for share in shares])
    assert max(after.values()) <= 1.1 * min(after.values())


def test_nothing_to_share_or_nobody_to_share_it_gives_no_shares() -> None:
    assert allocate([], [Enumerator(UUID(int=1), UUID(int=1))]) == []
    assert allocate([Group("35.73.04.1001", None, None, 3)], []) == []


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 9), st.integers(10, 200))
def test_where_every_door_is_an_end_of_an_rt_loads_differ_by_one_at_most(staff: int, doors: int) -> None:
    city = [Group("35.73.04.1001", f"{door // 100:03}", f"{door % 100:03}", 1) for door in range(doors)]
    people = [Enumerator(UUID(int=number + 1), UUID(int=1)) for number in range(staff)]

    shares = allocate(city, people)

    after = loads(people, [(share.enumerator, share.last - share.first + 1) for share in shares])
    each = [after[person.id] for person in people]
    assert max(each) - min(each) <= 1
