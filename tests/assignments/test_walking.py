"""The line along which work is cut: the villages as they border on each other, RWs and RTs by number or as found."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from api.assignments.allocation import allocate
from api.assignments.walking import DISTRICT, Atlas, in_one_piece, walk
from api.assignments.work import Enumerator, Group
from api.regions.neighbours import MIDDLES, NEIGHBOURS

MALANG = Atlas(NEIGHBOURS, MIDDLES)
PILOT = sorted(code for code in NEIGHBOURS if code.startswith(("35.73.03", "35.73.04")))
places = st.lists(
    st.tuples(
        st.sampled_from([*PILOT, "35.07.01.2001"]), st.sampled_from(["", "001", "002"]), st.sampled_from(["001", "002"])
    ),
    max_size=30,
)


@settings(deadline=None)
@given(places, st.randoms())
def test_each_place_once_whatever_the_order_they_come_in(some: list[tuple[str, str, str]], chance: object) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' Random

    assert sorted(walk(some, MALANG)) == sorted(set(some))
    assert walk(shuffled, MALANG) == walk(some, MALANG)


@given(places)
def test_where_nothing_is_known_the_codes_are_the_order(some: list[tuple[str, str, str]]) -> None:
    assert walk(some, Atlas()) == sorted(set(some))


def test_the_pilots_villages_follow_their_borders_with_one_gap() -> None:
    line = [place[0] for place in walk([(code, "001", "001") for code in PILOT], MALANG)]

    gaps = [(one, other) for one, other in pairwise(line) if other not in NEIGHBOURS[one]]
    # Sukun borders on Tanjungrejo and Bandungrejosari only, Karangbesuki on Pisangcandi: no way through has none
    assert len(gaps) == 1
    assert sum(one[:DISTRICT] != other[:DISTRICT] for one, other in pairwise(line)) == 1


def test_an_unknown_village_has_no_neighbours_and_no_answer() -> None:
    assert in_one_piece({"35.73.04.1001", "35.73.04.1002"}, NEIGHBOURS) is True
    assert in_one_piece({"35.73.04.1009", "35.73.04.1003"}, NEIGHBOURS) is False
    assert in_one_piece({"35.73.04.1001", "35.07.01.2001"}, NEIGHBOURS) is None
    assert in_one_piece({"35.07.01.2001"}, NEIGHBOURS) is True


def test_rts_that_visits_have_found_lie_by_the_way_and_the_others_behind_their_number() -> None:
    village = "35.73.04.1005"
    rts = [(village, "001", f"00{rt}") for rt in (1, 2, 3, 4)]
    found = {rts[0]: (-7.990, 112.610), rts[1]: (-7.999, 112.610), rts[3]: (-7.991, 112.610)}

    assert walk(rts, Atlas(found=found)) == [rts[0], rts[3], rts[1], rts[2]]


def test_teams_work_in_villages_of_one_piece() -> None:
    city = [
        Group(code, f"{rw:03}", f"{rt:03}", 5 + (rw * rt) % 4)
        for code in PILOT
        for rw in range(1, 5)
        for rt in range(1, 7)
    ]
    people = [Enumerator(UUID(int=number + 1), UUID(int=number // 7 + 1)) for number in range(56)]

    shares = allocate(city, people, MALANG)

    teams: dict[UUID, set[str]] = {}
    for share in shares:
        teams.setdefault(share.enumerator.team_id, set()).add(share.group.region_code)
    assert len(teams) == 8
    assert [in_one_piece(villages, NEIGHBOURS) for villages in teams.values()].count(True) >= 7
    people_in: dict[UUID, set[str]] = {}
    for share in shares:
        people_in.setdefault(share.enumerator.id, set()).add(share.group.region_code)
    assert all(in_one_piece(villages, NEIGHBOURS) for villages in people_in.values()), "nobody walks over a gap"
    assert all(len({code[:DISTRICT] for code in villages}) == 1 for villages in people_in.values())
