"""Whether a condition holds: true, false, or unknown (`None`) where an answer is missing (Kleene's logic)."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from api.questionnaires.schemas import Comparison, Condition

Answers: TypeAlias = Mapping[str, Any]  # by question, without those that were not answered

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
    if condition.answers is not None:
        return _among(answers.get(condition.question or ""), condition.answers)
    if condition.present is not None:
        return condition.present in answers
    if condition.every is not None:
        return _every(holds(one, answers, members) for one in condition.every)
    if condition.some is not None:
        return _opposite(_every(_opposite(holds(one, answers, members)) for one in condition.some))
    if condition.no is not None:
        return _opposite(holds(condition.no, answers, members))
    if condition.members is not None:
        return _counted(condition, [holds(condition.members, member, members) for member in members])
    return _compared(condition, answers)


def _among(answer: Any, wanted: Sequence[str]) -> bool | None:
    if answer is None:
        return None
    return any(one in wanted for one in (answer if isinstance(answer, list) else [answer]))


def _every(found: Iterable[bool | None]) -> bool | None:
    seen = list(found)
    if False in seen:
        return False
    return None if None in seen else True


def _opposite(found: bool | None) -> bool | None:
    return None if found is None else not found


def _counted(condition: Condition, found: Sequence[bool | None]) -> bool | None:
    """So many surely meet it, so many more may: what is certain for both is the answer."""
    sure, possible = found.count(True), len(found) - found.count(False)
    least, most = condition.least or 0, len(found) if condition.most is None else condition.most
    if possible < least or sure > most:
        return False
    return True if sure >= least and possible <= most else None


def _compared(condition: Condition, answers: Answers) -> bool | None:
    answer = _ordered(answers.get(condition.question or ""))
    if condition.compare is not None:
        other = _ordered(answers.get(condition.other or ""))
        if type(answer) is not type(other) or answer is None:
            return None
        return bool(COMPARISONS[condition.compare](answer, other))  # type: ignore[arg-type]  # of one type, just seen
    if not isinstance(answer, int):
        return None
    least, most = condition.least, condition.most
    return (least is None or least <= answer) and (most is None or answer <= most)


def _ordered(answer: Any) -> int | date | None:
    """An answer that has an order: a whole number, or a day; anything else is none."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    try:
        return date.fromisoformat(answer) if isinstance(answer, str) else None
    except ValueError:
        return None
