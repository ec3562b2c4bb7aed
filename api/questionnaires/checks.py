"""What is wrong with the answers of a visit, by place: answers that do not fit their question, and the form's checks.

That an answer is missing, of another kind, not on its list, out of bounds or not asked for is always a warning: work
that was done at a door is not lost over it. Only a check that its author called `blocking` blocks.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from api.questionnaires.conditions import Answers, Test, compiled
from api.questionnaires.schemas import Check, CheckLevel, Form, Question, QuestionSubject, QuestionType
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


class FormChecker:
    """A form made ready once, so that the answers of many visits can be held against it."""

    def __init__(self, form: Form) -> None:
        asked = {
            subject: [one for section in form.sections if section.subject is subject for one in section.questions]
            for subject in QuestionSubject
        }
        self._household, self._member = (
            {one.name: _Asked.of(one) for one in asked[subject]}
            for subject in (QuestionSubject.HOUSEHOLD, QuestionSubject.MEMBER)
        )
        self._checks = [_Ruled.of(check, check.about in FACTS or check.about in self._member) for check in form.checks]

    def findings(self, answers: Mapping[str, Any], people: Sequence[Person]) -> list[Found]:
        """What is wrong with a finished visit's answers, in the order of the form, checks last.

        At most 200 findings; of more than that what blocks comes first, so that it is never among those left out.
        """
        household = _given(answers)
        members = [household | _given(one.facts) | _given(one.answers) for one in people]
        met = [
            (f"/members/{one.place}", one.answers, known)
            for one, known in zip(people, members, strict=True)
            if one.place is not None and one.facts.get("whereabouts") in LIVES_THERE
        ]
        found = list(_about(self._household, "/answers", answers, household, members))
        for place, said, known in met:
            found += _about(self._member, f"{place}/answers", said, known, members)
        for rule in self._checks:
            places = [(place, known) for place, _, known in met] if rule.personal else [("", household)]
            found += [
                Found(place + rule.pointer, rule.name, rule.level)
                for place, known in places
                if (rule.when is None or rule.when(known, members)) and rule.require(known, members) is False
            ]
        if len(found) > MOST_FINDINGS:
            found.sort(key=lambda one: one.level is not CheckLevel.BLOCKING)
        return found[:MOST_FINDINGS]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it is held against an answer: `unfit` says why an answer is none to it."""

    pointer: str
    required: bool
    relevant: Test | None
    unfit: Callable[[Any], str | None]

    @classmethod
    def of(cls, question: Question) -> Self:
        relevant = None if question.relevant is None else compiled(question.relevant)
        return cls(f"/{question.name}", question.required, relevant, _unfit(question))


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A check as it is held against answers: those of each member who was met, or the household's."""

    name: str
    level: CheckLevel
    pointer: str
    personal: bool
    when: Test | None
    require: Test

    @classmethod
    def of(cls, check: Check, personal: bool) -> Self:
        if check.about is None:
            pointer = "/members"
        else:
            pointer = f"/{check.about}" if check.about in FACTS else f"/answers/{check.about}"
        when = None if check.when is None else compiled(check.when)
        return cls(check.name, check.level, pointer, personal, when, compiled(check.require))


def age(born_on: date | None, day: date) -> int | None:
    """Full years on that day."""
    return None if born_on is None else day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _given(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in answers.items() if answer or answer not in (None, "", [])}


def _about(
    asked: Mapping[str, _Asked], pointer: str, said: Mapping[str, Any], known: Answers, members: Sequence[Answers]
) -> Iterator[Found]:
    for name, question in asked.items():
        relevant = question.relevant is None or question.relevant(known, members)
        answer = known.get(name) if name in said else None
        if answer is None:
            code = "missing" if question.required and relevant else None
        else:
            code = "not_asked" if relevant is False else question.unfit(answer)
        if code is not None:
            yield Found(pointer + question.pointer, code, CheckLevel.WARNING)
    for name in sorted(said.keys() - asked.keys()):
        yield Found(f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", "unknown_question", CheckLevel.WARNING)


def _unfit(question: Question) -> Callable[[Any], str | None]:
    """Why an answer is none to this question."""
    codes = codes_of(question.list or "")
    match question.type:
        case QuestionType.INTEGER:
            return _unfit_number(question.minimum, question.maximum)
        case QuestionType.SELECT_ONE:
            return lambda answer: None if isinstance(answer, str) and answer in codes else "not_an_answer"
        case QuestionType.SELECT_MULTIPLE:
            return lambda answer: (
                None
                if isinstance(answer, list) and all(isinstance(one, str) and one in codes for one in answer)
                else "not_an_answer"
            )
        case QuestionType.DATE:
            return lambda answer: None if _is_day(answer) else "date_parsing"
        case QuestionType.TEXT:
            return lambda answer: None if isinstance(answer, str) else "string_type"


def _unfit_number(minimum: int | None, maximum: int | None) -> Callable[[Any], str | None]:
    def unfit(answer: Any) -> str | None:
        if not isinstance(answer, int) or isinstance(answer, bool):
            return "int_type"
        if minimum is not None and answer < minimum:
            return "greater_than_equal"
        return "less_than_equal" if maximum is not None and answer > maximum else None

    return unfit


def _is_day(answer: Any) -> bool:
    try:
        return isinstance(answer, str) and bool(date.fromisoformat(answer))
    except ValueError:
        return False
