"""The invented field organisation is the one of the pilot: 18 teams of 7, in two districts."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from api.demo.names import MUHAMMAD, full_name, name_variant, repeatable
from api.demo.people import demo_staff, demo_teams, demo_training, draw_family


def test_nobody_shares_a_username_or_a_name() -> None:
    staff = demo_staff()

    assert len({person.username for person in staff}) == len(staff)
    assert len({person.name for person in staff}) == len(staff)


def test_every_team_has_one_coordinator_and_seven_enumerators() -> None:
    in_teams = Counter((person.role, person.team) for person in demo_staff() if person.team is not None)

    assert in_teams == {
        (role, team): people for role, people in (("coordinator", 1), ("enumerator", 7)) for team in range(1, 19)
    }


def test_offices_stand_outside_the_teams() -> None:
    outside = {person.username: person.role for person in demo_staff() if person.team is None}

    assert outside == {"dewi": "bappeda", "arif": "diskominfo", "bps.malang": "observer"}


def test_siti_and_budi_work_for_ratna() -> None:
    staff = {person.username: person for person in demo_staff()}

    assert staff["siti"].name == "Siti Aminah"
    assert staff["budi"].name == "Budi Santoso"
    assert staff["ratna"].name == "Ratna Wulandari"
    assert staff["siti"].team == staff["budi"].team == staff["ratna"].team == 1
    assert {staff["siti"].role, staff["budi"].role, staff["ratna"].role} == {"enumerator", "coordinator"}


def test_the_other_usernames_are_numbered_without_a_gap() -> None:
    usernames = [person.username for person in demo_staff()]

    assert usernames[:6] == ["dewi", "arif", "bps.malang", "ratna", "siti", "budi"]
    assert usernames[6:23] == [f"koordinator{number:02}" for number in range(2, 19)]
    assert usernames[23:] == [f"pencacah{number:03}" for number in range(3, 127)]


def test_nine_teams_work_in_each_district() -> None:
    teams = demo_teams()

    assert [team.number for team in teams] == list(range(1, 19))
    assert Counter(team.district for team in teams) == {"Sukun": 9, "Kedungkandang": 9}
    assert len({team.name for team in teams}) == 18


def test_equal_seeds_give_equal_people() -> None:
    assert demo_staff(7) == demo_staff(7)
    assert demo_staff(7) != demo_staff(8)


def test_everybody_in_a_team_attends_the_training_before_the_first_door() -> None:
    training = demo_training()

    assert (training.starts_on, training.ends_on) == (date(2022, 10, 31), date(2022, 11, 1))
    assert len(training.participants) == 18 + 126
    assert {teacher.office for teacher in training.instructors} == {"BPS Kota Malang", "Diskominfo Kota Malang"}


def test_mothers_are_old_enough_and_siblings_are_a_year_apart() -> None:
    random = repeatable(5)

    for family in (draw_family(random, 1 + number % 7) for number in range(3000)):
        relations = {person.relation: person for person in family}
        children = [person for person in family if person.relation == "ANAK"]
        if mother := relations.get("ISTRI"):
            assert all(18 * 365 <= (child.born - mother.born).days < 44 * 366 for child in children)
        if grandmother := relations.get("ORANG TUA"):
            assert (relations["KEPALA KELUARGA"].born - grandmother.born).days >= 18 * 365
        assert all((younger.born - elder.born).days > 364 for elder, younger in pairwise(children))


@pytest.mark.parametrize("size", range(1, 8))
def test_a_family_has_the_size_asked_and_one_head(size: int) -> None:
    random = repeatable(6)

    for _ in range(500):
        relations = Counter(person.relation for person in draw_family(random, size))

        assert relations.total() == size
        assert relations["KEPALA KELUARGA"] == 1
        assert relations["ISTRI"] <= 1


def test_one_word_names_are_ordinary_among_the_old_only() -> None:
    random = repeatable(1)

    old = sum(" " not in full_name(random, "male", 1945) for _ in range(2000))
    new = sum(" " not in full_name(random, "male", 2015) for _ in range(2000))

    assert old > 600
    assert new < 60


def test_names_with_an_apostrophe_and_muhammads_are_drawn() -> None:
    random = repeatable(1)

    names = [full_name(random, "male", 1975) for _ in range(2000)]

    assert any("'" in name for name in names)
    assert {name.split()[0] for name in names} >= set(MUHAMMAD)


def test_a_variant_is_another_way_to_write_the_same_person() -> None:
    random = repeatable(1)

    assert name_variant(random, "MOCH. RIZKI").endswith(" RIZKI")
    assert name_variant(random, "MOCH. RIZKI") != "MOCH. RIZKI"
    assert name_variant(random, "MA'RUF") in {"MARUF", "MA`RUF"}
    assert name_variant(random, "TRI WAHYU NUGROHO") == "TRI WAHYU N"
    assert name_variant(random, "SLAMET") == "SLAMET"
