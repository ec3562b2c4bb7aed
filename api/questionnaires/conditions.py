"""Whether a condition holds: true, false, or unknown (`None`) where an answer is missing (Kleene's logic)."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from api.questionnaires.schemas import Comparison, Condition

Answers: TypeAlias = Mapping[str, Any]  # by question, without those that were not answered
# Answers, and all members of the household, each with the household's answers.
Test: TypeAlias = Callable[[Answers, Sequence[Answers]], bool | None]

COMPARISONS = {
    Comparison.EQUAL: operator.eq,
    Comparison.OTHER: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}


def holds(condition: Condition, answers: Answers, members: Sequence[Answers]) -> bool | None:
    """Whether it holds for these answers; `members` are all of the household, each with the household's answers."""
    return compiled(condition)(answers, members)


def compiled(condition: Condition) -> Test:
    """The condition as one function: which of its shapes it is was asked once, not for every visit."""
    if condition.answers is not None:
        return _among(condition.question or "", frozenset(condition.answers))
    if condition.present is not None:
        present = condition.present
        return lambda answers, _: present in answers
    if condition.every is not None:
        return _every([compiled(one) for one in condition.every])
    if condition.some is not None:
        return _opposite(_every([_opposite(compiled(one)) for one in condition.some]))
    if condition.no is not None:
        return _opposite(compiled(condition.no))
    if condition.members is not None:
        return _counted(condition, compiled(condition.members))
    if condition.compare is not None:
        return _compared(condition, condition.compare)
    return _between(condition)


def _among(question: str, wanted: frozenset[str]) -> Test:
    def among(answers: Answers, _: Sequence[Answers]) -> bool | None:
        answer = answers.get(question)
        if answer is None:
            return None
        if isinstance(answer, list):
            return any(isinstance(one, str) and one in wanted for one in answer)
        return isinstance(answer, str) and answer in wanted

    return among


def _every(tests: Sequence[Test]) -> Test:
    def every(answers: Answers, members: Sequence[Answers]) -> bool | None:
        found: bool | None = True
        for test in tests:
            one = test(answers, members)
            if one is False:
                return False
            if one is None:
                found = None
        return found

    return every


def _opposite(test: Test) -> Test:
    def opposite(answers: Answers, members: Sequence[Answers]) -> bool | None:
        found = test(answers, members)
        return None if found is None else not found

    return opposite


def _counted(condition: Condition, test: Test) -> Test:
    """So many surely meet it, so many more may: what is certain for both is the answer."""

    def counted(_: Answers, members: Sequence[Answers]) -> bool | None:
        found = [test(member, members) for member in members]
        sure, possible = found.count(True), len(found) - found.count(False)
        least, most = condition.least or 0, len(found) if condition.most is None else condition.most
        if possible < least or sure > most:
            return False
        return True if sure >= least and possible <= most else None

    return counted


def _compared(condition: Condition, compare: Comparison) -> Test:
    question, other = condition.question or "", condition.other or ""
    stands = COMPARISONS[compare]

    def compared(answers: Answers, _: Sequence[Answers]) -> bool | None:
        one, two = _ordered(answers.get(question)), _ordered(answers.get(other))
        if type(one) is not type(two) or one is None:
            return None
        return bool(stands(one, two))  # type: ignore[arg-type]  # of one type, just seen

    return compared


def _between(condition: Condition) -> Test:
    question, least, most = condition.question or "", condition.least, condition.most

    def between(answers: Answers, _: Sequence[Answers]) -> bool | None:
        answer = _ordered(answers.get(question))
        if not isinstance(answer, int):
            return None
        return (least is None or least <= answer) and (most is None or answer <= most)

    return between


def _ordered(answer: Any) -> int | date | None:
    """An answer that has an order: a whole number, or a day; anything else is none."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    try:
        return date.fromisoformat(answer) if isinstance(answer, str) else None
    except ValueError:
        return None
