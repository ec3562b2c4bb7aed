"""RTs that a cut went through are dealt out whole where two people can trade."""

from uuid import UUID

from api.assignments.allocation import allocate, divided
from api.assignments.mending import mend
from api.assignments.work import Enumerator, Group, Share

SITI, BUDI = (Enumerator(UUID(int=number), UUID(int=1)) for number in (1, 2))


def rts(*sizes: int) -> list[Group]:
    return [Group("35.73.04.1005", "001", f"{rt:03}", size) for rt, size in enumerate(sizes, 1)]


def test_two_who_share_an_rw_trade_so_that_each_rt_stays_whole() -> None:
    line = rts(40, 30, 60, 50, 20)
    torn = [
        Share(line[0], SITI, 1, 40),
        Share(line[1], SITI, 1, 30),
        Share(line[2], SITI, 1, 30),
        Share(line[2], BUDI, 31, 60),
    ]
    torn += [Share(group, BUDI, 1, group.households) for group in line[3:]]

    mended = mend(line, torn, 95, 105)

    assert divided(mended) == []
    assert sum(share.households for share in mended if share.enumerator == SITI) == 100
    assert sum(share.households for share in mended) == 200


def test_where_no_trade_fits_the_rt_stays_divided_and_is_named() -> None:
    line = rts(90, 30)
    torn = [Share(line[0], SITI, 1, 60), Share(line[0], BUDI, 61, 90), Share(line[1], BUDI, 1, 30)]

    assert mend(line, torn, 58, 63) == torn
    assert divided(allocate(line, [SITI, BUDI])) == [(line[0], 2)]
