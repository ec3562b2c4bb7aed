"""Conditions of a form as the expressions of XLSForm and XForm: XPath with `selected`."""

from collections.abc import Callable

from api.questionnaires.schemas import Check, Comparison, Condition, Question

SIGNS = {
    Comparison.EQUAL: "=",
    Comparison.OTHER: "!=",
    Comparison.LESS: "<",
    Comparison.AT_MOST: "<=",
    Comparison.MORE: ">",
    Comparison.AT_LEAST: ">=",
}


def expression(condition: Condition, place: Callable[[str], str]) -> str:
    """The condition as an expression; `place` says where the answer to a question stands.

    An empty answer compares as false, as XPath has it: the phone then asks nothing that hangs on it.
    """

    def told(inner: Condition) -> str:
        return expression(inner, place)

    if condition.answers is not None:
        asked = place(condition.question or "")
        return _joined("or", [f"selected({asked}, {quoted(answer)})" for answer in condition.answers])
    if condition.present is not None:
        return f"{place(condition.present)} != ''"
    if condition.every is not None:
        return _joined("and", [told(one) for one in condition.every])
    if condition.some is not None:
        return _joined("or", [told(one) for one in condition.some])
    if condition.no is not None:
        return f"not({told(condition.no)})"
    if condition.members is not None:
        raise ValueError("a count of members is held by the server")
    if condition.compare is not None:
        return f"{place(condition.question or '')} {SIGNS[condition.compare]} {place(condition.other or '')}"
    return _between(place(condition.question or ""), condition.least, condition.most)


def broken(check: Check, place: Callable[[str], str]) -> str | None:
    """True exactly where a check is surely broken, so that a phone finds no more than the server; None where it counts
    members, which only the server can."""
    try:
        fails = _surely(check.require, place, False)
        return fails if check.when is None else f"({_surely(check.when, place, True)} and {fails})"
    except Uncountable:
        return None


class Uncountable(Exception):
    """It counts the members of the household."""


OPPOSITES = {
    Comparison.EQUAL: Comparison.OTHER,
    Comparison.OTHER: Comparison.EQUAL,
    Comparison.LESS: Comparison.AT_LEAST,
    Comparison.AT_MOST: Comparison.MORE,
    Comparison.MORE: Comparison.AT_MOST,
    Comparison.AT_LEAST: Comparison.LESS,
}


def _surely(condition: Condition, place: Callable[[str], str], wanted: bool) -> str:
    """True where the condition is surely as wanted: where an answer is missing it is neither (conditions.py)."""

    def each(parts: list[Condition], word: str) -> str:
        return _joined(word, [_surely(one, place, wanted) for one in parts])

    if condition.answers is not None:
        among = expression(condition, place)
        return among if wanted else f"({place(condition.question or '')} != '' and not({among}))"
    if condition.present is not None:
        return f"{place(condition.present)} {'!=' if wanted else '='} ''"
    if condition.every is not None:
        return each(condition.every, "and" if wanted else "or")
    if condition.some is not None:
        return each(condition.some, "or" if wanted else "and")
    if condition.no is not None:
        return _surely(condition.no, place, not wanted)
    if condition.members is not None:
        raise Uncountable
    asked = place(condition.question or "")
    if condition.compare is not None:
        other = place(condition.other or "")
        sign = SIGNS[condition.compare if wanted else OPPOSITES[condition.compare]]
        return f"({asked} != '' and {other} != '' and {asked} {sign} {other})"
    if wanted:
        return f"({asked} != '' and {_between(asked, condition.least, condition.most)})"
    outside = ((f"{asked} < {condition.least}", condition.least), (f"{asked} > {condition.most}", condition.most))
    return f"({asked} != '' and {_joined('or', [said for said, bound in outside if bound is not None])})"


def bounds(question: Question) -> str | None:
    """What a number may be, as a constraint on itself."""
    return _between(".", question.minimum, question.maximum) or None


def quoted(text: str) -> str:
    """A text as XPath 1.0 writes it, which knows no escapes: quotes of the kind that it does not hold itself."""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _between(place: str, least: int | None, most: int | None) -> str:
    held = ((">=", least), ("<=", most))
    return " and ".join(f"{place} {sign} {bound}" for sign, bound in held if bound is not None)


def _joined(word: str, parts: list[str]) -> str:
    """Joined by `and` or `or`, in brackets when more than one, so that it can stand anywhere."""
    return parts[0] if len(parts) == 1 else "(" + f" {word} ".join(parts) + ")"
