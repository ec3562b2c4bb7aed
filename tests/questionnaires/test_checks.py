"""Whom the members' questions are asked about, and how old somebody is."""

from datetime import date
from typing import Any

import pytest

from api.questionnaires.checks import MOST_FINDINGS, FormChecker, Person, age
from api.questionnaires.schemas import Form
from tests.questionnaires.forms import FORM, check

GOOD = {"light": "1", "power": "2", "fridge": "yes", "rooms": 3}


def of(place: int | None, whereabouts: str = "present", years: int = 30, **answers: str) -> Person:
    """A head of the family, met at this place of the visit's list or not spoken of."""
    return Person(place, {"age": years, "sex": "male", "relation": "head", "whereabouts": whereabouts}, answers)


def found(*people: Person, form: dict[str, Any] = FORM, **answers: Any) -> list[str]:
    """Where, and what."""
    told = {name: answer for name, answer in (GOOD | answers).items() if answer is not None}
    return [f"{one.pointer} {one.code}" for one in FormChecker(Form.model_validate(form)).findings(told, people)]


def test_only_who_was_met_and_lives_there_is_asked() -> None:
    assert found(of(0)) == ["/members/0/answers/works missing"]
    assert found(of(0, "new")) == ["/members/0/answers/works missing"]
    assert found(of(None)) == [], "on the list, and not spoken of by the visit"
    for gone in ("moved", "deceased", "not_found"):
        assert found(of(0, gone)) == []


def test_a_members_check_is_held_against_who_was_met() -> None:
    young = {"years": 12, "works": "yes"}

    assert found(of(3, **young)) == ["/members/3/answers/works child_works"]  # type: ignore[arg-type]
    assert found(of(None, **young)) == []  # type: ignore[arg-type]
    assert found(of(0, "moved", **young)) == []  # type: ignore[arg-type]


def test_a_check_of_what_is_known_of_a_member_points_at_the_member() -> None:
    """`age`, `sex` and the like stand with the member, not among the member's answers."""
    grown = check("head_is_grown", "warning", "age", {"question": "age", "least": 17})

    assert found(of(2, years=16, works="no"), form=FORM | {"checks": [grown]}) == ["/members/2/age head_is_grown"]


@pytest.mark.parametrize("nothing", [None, "", []])
def test_an_empty_answer_is_none(nothing: Any) -> None:
    assert found(of(0, works="no"), fridge=nothing) == ["/answers/fridge missing"]


def test_yes_or_no_is_no_number_and_compares_with_none() -> None:
    """To Python `True` is 1: a phone that sends it for a number has not counted anything."""
    assert found(of(0, works="no"), rooms=True, sleeping=4) == ["/answers/rooms int_type"]
    assert found(of(0, works="no"), rooms=3, sleeping=4) == ["/answers/sleeping sleeps_in_rooms"]
    none = FORM | {"checks": [check("no_rooms", "blocking", "rooms", {"question": "rooms", "most": 0})]}
    assert found(of(0, works="no"), form=none, rooms=True) == ["/answers/rooms int_type"]


def test_a_number_may_be_as_small_and_as_large_as_its_bounds() -> None:
    for rooms, wrong in ((0, []), (20, []), (-1, ["greater_than_equal"]), (21, ["less_than_equal"])):
        assert found(of(0, works="no"), rooms=rooms) == [f"/answers/rooms {code}" for code in wrong]


def test_an_answer_that_nobody_asked_for_is_told_by_a_pointer_that_finds_it() -> None:
    strange: dict[str, Any] = {"a~b/c": "x"}

    assert found(of(0, works="no"), **strange) == ["/answers/a~0b~1c unknown_question"]


def test_of_findings_without_end_the_first_are_told() -> None:
    strange: dict[str, Any] = {f"q{number:03}": "x" for number in range(250)}

    told = found(of(0), **strange)

    assert len(told) == MOST_FINDINGS
    assert told[0] == "/answers/q000 unknown_question"


@pytest.mark.parametrize(
    ("born_on", "day", "years"),
    [
        (date(2011, 6, 1), date(2026, 5, 31), 14),
        (date(2011, 6, 1), date(2026, 6, 1), 15),
        (date(2011, 12, 31), date(2026, 1, 1), 14),
        (date(2012, 2, 29), date(2022, 2, 28), 9),
        (None, date(2022, 2, 28), None),
    ],
)
def test_age_is_counted_in_full_years(born_on: date | None, day: date, years: int | None) -> None:
    assert age(born_on, day) == years


def test_what_blocks_is_found_however_much_else_is_wrong() -> None:
    dark = GOOD | {"light": "4"} | {f"invented_{number}": "1" for number in range(250)}

    seen = FormChecker(Form.model_validate(FORM)).findings(dark, [of(0, works="yes")])

    assert len(seen) == 200
    assert [one.code for one in seen if one.level == "blocking"] == ["fridge_needs_power"]
