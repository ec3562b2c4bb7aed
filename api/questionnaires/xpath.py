"""Conditions of a form as the expressions of XLSForm and XForm: XPath with `selected`."""

from collections.abc import Callable

from api.questionnaires.schemas import Comparison, Condition, Question

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
