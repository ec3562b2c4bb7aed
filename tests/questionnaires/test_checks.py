"""Whom the members' questions are asked about, and how old somebody is."""

from datetime import date

import pytest

from api.questionnaires.checks import Person, age, findings
from api.questionnaires.schemas import Form
from tests.questionnaires.forms import FORM

GOOD = {"light": "1", "power": "2", "fridge": "yes", "rooms": 3}


def of(place: int | None, whereabouts: str = "present", years: int = 30, **answers: str) -> Person:
    """A head of the family, met at this place of the visit's list or not spoken of."""
    return Person(place, {"age": years, "sex": "male", "relation": "head", "whereabouts": whereabouts}, answers)


def found(*people: Person) -> list[str]:
    """Where, and what."""
    return [f"{one.pointer} {one.code}" for one in findings(Form.model_validate(FORM), GOOD, people)]


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

    seen = findings(Form.model_validate(FORM), dark, [of(0, works="yes")])

    assert len(seen) == 200
    assert [one.code for one in seen if one.level == "blocking"] == ["fridge_needs_power"]
