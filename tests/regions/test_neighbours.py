"""The borders between kelurahan: what is listed is of this city, on both sides, and drawn by both sources."""

import csv
from pathlib import Path

import api.regions
from api.regions.neighbours import MIDDLES, NEIGHBOURS, RAW


def test_every_kelurahan_of_the_city_is_there_and_borders_on_another() -> None:
    with (Path(api.regions.__file__).parent / "malang.csv").open(encoding="utf-8") as file:
        villages = {row["code"] for row in csv.DictReader(file) if row["level"] == "village"}

    assert set(NEIGHBOURS) == set(MIDDLES) == villages
    for village, others in NEIGHBOURS.items():
        assert others
        assert village not in others
        assert all(village in NEIGHBOURS[other] for other in others)


def test_a_pair_is_listed_once_and_only_where_both_sources_draw_it() -> None:
    pairs = [(one, other) for one, other, *_ in RAW["pairs"]]

    assert len(set(pairs)) == len(pairs)
    assert all(one < other for one, other in pairs)
    assert all(min(metres) >= 50 for _, _, *metres in RAW["pairs"])
    assert not {(one, other) for one, other, *_ in RAW["disputed"]} & set(pairs)


def test_the_profile_of_buring_names_the_same_neighbours() -> None:
    # Kedungkandang in the north, Wonokoyo in the south, Kotalama and Mergosono in the west; Bumiayu touches its corner
    named = {"35.73.03.1006", "35.73.03.1004", "35.73.03.1001", "35.73.03.1002"}

    assert named <= NEIGHBOURS["35.73.03.1005"]
