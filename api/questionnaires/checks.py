"""What is wrong with the answers of a visit, by place: answers that do not fit their question, and the form's checks.

That an answer is missing, of another kind, not on its list, out of bounds or not asked for is always a warning: work
that was done at a door is not lost over it. Only a check that its author called `blocking` blocks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.questionnaires.conditions import Answers, holds
from api.questionnaires.schemas import CheckLevel, Form, Question, QuestionSubject, QuestionType
from api.regions.service import codes_of

LIVES_THERE = frozenset({"present", "new"})  # whom the members' sections are asked about
FACTS = {
    "age": QuestionType.INTEGER,
    "sex": QuestionType.SELECT_ONE,
    "relation": QuestionType.SELECT_ONE,
    "whereabouts": QuestionType.SELECT_ONE,
}
FACT_LISTS = {"sex": "sex", "relation": "relation", "whereabouts": "whereabouts"}
CORRECTABLE = frozenset({"sex", "relation", "whereabouts", "born_on"})
MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Person:
    """A member as a visit met it: `place` in the visit's list (none: not spoken of), facts, answers."""

    place: int | None
    facts: Mapping[str, Any]
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: where, what, how grave; never the answer. `code` is the check's name where a check found it."""

    pointer: str
    code: str
    level: CheckLevel


def findings(form: Form, answers: Mapping[str, Any], people: Sequence[Person]) -> list[Found]:
    """What is wrong with a finished visit's answers, in the order of the form, checks last.

    At most 200 findings; of more than that what blocks comes first, so that it is never among those left out.
    """
    asked = {
        subject: [one for section in form.sections if section.subject is subject for one in section.questions]
        for subject in QuestionSubject
    }
    household = _given(answers)
    members = [household | _given(one.facts) | _given(one.answers) for one in people]
    found = list(_about(asked[QuestionSubject.HOUSEHOLD], "/answers", answers, household, members))
    for person, known in zip(people, members, strict=True):
        if person.place is not None and person.facts.get("whereabouts") in LIVES_THERE:
            pointer = f"/members/{person.place}/answers"
            found += _about(asked[QuestionSubject.MEMBER], pointer, person.answers, known, members)
    personal = {one.name for one in asked[QuestionSubject.MEMBER]} | FACTS.keys()
    found += _checked(form, personal, household, people, members)
    if len(found) > MOST_FINDINGS:
        found.sort(key=lambda one: one.level is not CheckLevel.BLOCKING)
    return found[:MOST_FINDINGS]


def age(born_on: date | None, day: date) -> int | None:
    """Full years on that day."""
    return None if born_on is None else day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if answer not in (None, "", [])}


def _about(
    questions: Sequence[Question], pointer: str, said: Mapping[str, Any], known: Answers, members: Sequence[Answers]
) -> Iterator[Found]:
    for question in questions:
        relevant = question.relevant is None or holds(question.relevant, known, members)
        answer = known.get(question.name) if question.name in said else None
        if answer is None:
            code = "missing" if question.required and relevant else None
        else:
            code = "not_asked" if relevant is False else _unfit(question, answer)
        if code is not None:
            yield Found(f"{pointer}/{question.name}", code, CheckLevel.WARNING)
    for name in sorted(said.keys() - {question.name for question in questions}):
        yield Found(f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", "unknown_question", CheckLevel.WARNING)


def _unfit(question: Question, answer: Any) -> str | None:
    """Why an answer is none to this question."""
    match question.type:
        case QuestionType.INTEGER:
            if not isinstance(answer, int) or isinstance(answer, bool):
                return "int_type"
            if question.minimum is not None and answer < question.minimum:
                return "greater_than_equal"
            return "less_than_equal" if question.maximum is not None and answer > question.maximum else None
        case QuestionType.SELECT_ONE:
            return None if isinstance(answer, str) and answer in codes_of(question.list or "") else "not_an_answer"
        case QuestionType.SELECT_MULTIPLE:
            codes = codes_of(question.list or "")
            chosen = isinstance(answer, list) and all(isinstance(one, str) and one in codes for one in answer)
            return None if chosen else "not_an_answer"
        case QuestionType.DATE:
            return None if _is_day(answer) else "date_parsing"
        case QuestionType.TEXT:
            return None if isinstance(answer, str) else "string_type"


def _is_day(answer: Any) -> bool:
    try:
        return isinstance(answer, str) and bool(date.fromisoformat(answer))
    except ValueError:
        return False


def _checked(
    form: Form, personal: set[str], household: Answers, people: Sequence[Person], members: Sequence[Answers]
) -> Iterator[Found]:
    for check in form.checks:
        places: list[tuple[str, Answers]] = [
            ("/members" if check.about is None else f"/answers/{check.about}", household)
        ]
        if check.about in personal:
            places = [
                (f"/members/{one.place}" + ("" if check.about in FACTS else "/answers") + f"/{check.about}", known)
                for one, known in zip(people, members, strict=True)
                if one.place is not None and one.facts.get("whereabouts") in LIVES_THERE
            ]
        for pointer, known in places:
            applies = check.when is None or holds(check.when, known, members)
            if applies and holds(check.require, known, members) is False:
                yield Found(pointer, check.name, check.level)
