"""Expressions of XLSForm back as conditions: a grammar of exactly what a condition can say, read by Lark.

Lark is what pyxform itself reads expressions with. The grammar is a small part of XPath: comparisons of one answer with
a value or with another answer, `selected`, `and`, `or`, `not` and brackets. What is not in it (paths, arithmetic,
functions) does not parse, so nothing can come in that a condition cannot express.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, VisitError

from api.core.strict_json import deeper_than
from api.questionnaires.checks import FACTS
from api.questionnaires.schemas import Comparison, QuestionType
from api.questionnaires.xpath import SIGNS

LONGEST: Final = 4000
DEEPEST: Final = 12  # levels of JSON, so that a body may carry the form
GRAMMAR: Final = r"""
    ?start: some
    ?some: every ("or" every)*
    ?every: one ("and" one)*
    ?one: "not" "(" some ")" -> no
        | "(" some ")"
        | "selected" "(" place "," TEXT ")" -> selected
        | place SIGN value -> compared
        | NUMBER SIGN place -> turned
    ?value: place | NUMBER | TEXT
    place: REFERENCE | DOT
    REFERENCE: /\$\{\s*[A-Za-z_][A-Za-z0-9_-]*\s*\}/
    DOT: "."
    SIGN: "!=" | "<=" | ">=" | "=" | "<" | ">"
    NUMBER: /-?[0-9]{1,13}(?![0-9.])/
    TEXT: /"[^"]*"|'[^']*'/
    %ignore /[ \t\r\n]+/
"""
PARSER: Final = Lark(GRAMMAR, parser="lalr")
BY_SIGN: Final = {sign: comparison for comparison, sign in SIGNS.items()}
TURNED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
CHOICES: Final = (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE)
Read = dict[str, Any]


class NotReadable(Exception):
    """An expression that says more than a condition can, or nothing."""


def read_expression(text: str, kinds: Mapping[str, QuestionType], me: str | None = None) -> Read:
    """The condition that this expression says, as JSON; raises `NotReadable`.

    `kinds` are the questions by name: a number beside a choice is one of its codes. `.` is the question named `me`.
    """
    if len(text) > LONGEST:
        raise NotReadable
    try:
        found: Read = _Reader(kinds, me).transform(PARSER.parse(text))
        if deeper_than(found, DEEPEST):
            raise NotReadable
    except VisitError as refused:
        raise NotReadable from refused.orig_exc
    except (LarkError, RecursionError) as refused:
        raise NotReadable from refused
    return found


def conjuncts(condition: Read) -> list[Read]:
    """The parts of a condition that must all hold."""
    return [part for one in condition["all"] for part in conjuncts(one)] if "all" in condition else [condition]


@v_args(inline=True)
class _Reader(Transformer[Token, Any]):
    """Each rule of the grammar as its condition; what was ours to write comes back as it was."""

    def __init__(self, kinds: Mapping[str, QuestionType], me: str | None) -> None:
        super().__init__()
        self.kinds, self.me = kinds, me

    def place(self, token: Token) -> str:
        if token.type == "DOT":
            if self.me is None:
                raise NotReadable
            return self.me
        name = token[2:-1].strip()
        fact = name.removeprefix("member-")
        return fact if fact in FACTS and fact != name else name

    def selected(self, place: str, text: Token) -> Read:
        return {"question": place, "in": [text[1:-1]]}

    def no(self, inner: Read) -> Read:
        return {"not": inner}

    def turned(self, number: Token, sign: Token, place: str) -> Read:
        return self.compared(place, TURNED[sign], number)

    def compared(self, place: str, sign: str, value: Any) -> Read:
        if not isinstance(value, Token):
            return {"question": place, "compare": BY_SIGN[sign].value, "with": value}
        if self.kinds.get(place) is QuestionType.SELECT_MULTIPLE and value[1:-1]:
            raise NotReadable  # the whole answer, not one among it
        if value.type == "TEXT" or self.kinds.get(place) in CHOICES:
            return _as_choice(place, sign, value[1:-1] if value.type == "TEXT" else str(value))
        number = int(value)
        match BY_SIGN[sign]:
            case Comparison.LESS:
                return {"question": place, "most": number - 1}
            case Comparison.AT_MOST:
                return {"question": place, "most": number}
            case Comparison.MORE:
                return {"question": place, "least": number + 1}
            case Comparison.AT_LEAST:
                return {"question": place, "least": number}
            case Comparison.EQUAL:
                return {"question": place, "least": number, "most": number}
            case Comparison.OTHER:
                return {"not": {"question": place, "least": number, "most": number}}

    def every(self, *parts: Read) -> Read:
        return _joined("all", parts)

    def some(self, *parts: Read) -> Read:
        return _joined("any", parts)


def _as_choice(place: str, sign: str, text: str) -> Read:
    """`= ''` asks whether it is answered at all; codes have no order."""
    if sign not in ("=", "!="):
        raise NotReadable
    said = {"question": place, "in": [text]} if text else {"present": place}
    return said if (sign == "=") is bool(text) else {"not": said}


def _joined(word: str, parts: Sequence[Read]) -> Read:
    """Neighbours that say one thing of one question become one: several choices, both ends of a range."""
    kept: list[Read] = []
    for part in parts:
        last = kept[-1] if kept else {}
        same = last.get("question") == part.get("question") is not None
        if word == "any" and same and "in" in last and "in" in part:
            kept[-1] = last | {"in": last["in"] + part["in"]}
        elif word == "all" and same and last.keys() == {"question", "least"} and part.keys() == {"question", "most"}:
            kept[-1] = last | part
        else:
            kept.append(part)
    return kept[0] if len(kept) == 1 else {word: kept}
