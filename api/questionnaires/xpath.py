"""Relevance and bounds of a form as the expressions of XLSForm and XForm (XPath with `selected`)."""

from api.questionnaires.schemas import Question, Relevance


def relevance(relevant: Relevance) -> str:
    """True where the earlier question was answered with one of these; a choice of many counts when one is among it."""
    return " or ".join(f"selected(${{{relevant.question}}}, {quoted(answer)})" for answer in relevant.answers)


def bounds(question: Question) -> str | None:
    """What a number may be, as a constraint on itself."""
    held = ((">=", question.minimum), ("<=", question.maximum))
    return " and ".join(f". {sign} {bound}" for sign, bound in held if bound is not None) or None


def quoted(text: str) -> str:
    """A text as XPath 1.0 writes it, which knows no escapes: quotes of the kind that it does not hold itself."""
    return f'"{text}"' if "'" in text else f"'{text}'"
