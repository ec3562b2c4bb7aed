"""Our conditions as the expressions of FormGear, which its engine runs on the phone; here nothing is ever run.

What comes out is made of our own closed vocabulary, question names and quoted codes. `getValue` of FormGear gives `''`
for what is missing and also for 0 (`src/GlobalFunction.tsx`), so a number that is 0 counts as unknown where a false
alarm would keep a phone from sending (`tests`), and a missing number as 0 where a question hangs on it (`enabling`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from api.questionnaires.conditions import COMPARISONS
from api.questionnaires.schemas import Comparison, Condition, QuestionType

Places = Callable[[str], list[str]]  # the keys, as expressions, at which the answer to a question may stand
SIGNS = dict(zip(COMPARISONS, ("===", "!==", "<", "<=", ">", ">="), strict=True))
KEY = re.compile(r"getValue\('([^'#]+)")


@dataclass(frozen=True, slots=True)
class Script:
    """Writes conditions about these places; `enabling` is for a question that hangs on one."""

    places: Places
    kinds: Mapping[str, QuestionType]
    row_places: Callable[[str], Places] | None = None  # of each member in turn, by the name of a variable
    enabling: bool = False
    depth: int = 0

    def holds(self, condition: Condition) -> str:
        """True where the condition surely holds."""
        if condition.answers is not None:
            return among(self.places(condition.question or ""), condition.answers)
        if condition.present is not None:
            return answered(self.places(condition.present))
        if condition.every is not None:
            return _joined("&&", [self.holds(one) for one in condition.every])
        if condition.some is not None:
            return _joined("||", [self.holds(one) for one in condition.some])
        if condition.no is not None:
            return self.fails(condition.no)
        if condition.members is not None:
            sure, possible = self._counts(condition.members)
            return _between((sure, condition.least), (possible, condition.most))
        if condition.compare is not None:
            return self._compared(condition, SIGNS[condition.compare])
        return self._number(condition, "")

    def fails(self, condition: Condition) -> str:
        """True where the condition surely does not hold."""
        if condition.answers is not None:
            places = self.places(condition.question or "")
            return f"({answered(places)} && !{among(places, condition.answers)})"
        if condition.present is not None:
            if self.kinds.get(condition.present) is QuestionType.INTEGER and not self.enabling:
                return "false"  # 0 looks as if it were missing
            return f"!{answered(self.places(condition.present))}"
        if condition.every is not None:
            return _joined("||", [self.fails(one) for one in condition.every])
        if condition.some is not None:
            return _joined("&&", [self.fails(one) for one in condition.some])
        if condition.no is not None:
            return self.holds(condition.no)
        if condition.members is not None:
            sure, possible = self._counts(condition.members)
            few = [] if condition.least is None else [f"({possible} < {condition.least})"]
            many = [] if condition.most is None else [f"({sure} > {condition.most})"]
            return _joined("||", few + many)
        if condition.compare is not None:
            return self._compared(condition, SIGNS[OPPOSITES[condition.compare]])
        return self._number(condition, "!")

    def _number(self, condition: Condition, sign: str) -> str:
        (place,) = self.places(condition.question or "")
        number = f"Number(getValue({place}))"
        held = sign + _between((number, condition.least), (number, condition.most))
        return held if self.enabling else f"({answered([place])} && {held})"

    def _compared(self, condition: Condition, sign: str) -> str:
        (one,), (other,) = self.places(condition.question or ""), self.places(condition.other or "")
        if self.kinds.get(condition.question or "") is QuestionType.INTEGER:
            compared = f"Number(getValue({one})) {sign} Number(getValue({other}))"
        else:
            compared = f"getValue({one}) {sign} getValue({other})"  # days as text, in their order
        return f"({answered([one])} && {answered([other])} && {compared})"

    def _counts(self, condition: Condition) -> tuple[str, str]:
        """How many members surely meet it, and how many may."""
        if self.row_places is None:
            raise ValueError("members are counted in checks alone")
        row = f"r{self.depth}"
        inside = replace(self, places=self.row_places(row), depth=self.depth + 1)
        return (
            f"{ROWS}.filter({row} => {inside.holds(condition)}).length",
            f"{ROWS}.filter({row} => !{inside.fails(condition)}).length",
        )


OPPOSITES = {
    Comparison.EQUAL: Comparison.OTHER,
    Comparison.OTHER: Comparison.EQUAL,
    Comparison.LESS: Comparison.AT_LEAST,
    Comparison.AT_LEAST: Comparison.LESS,
    Comparison.MORE: Comparison.AT_MOST,
    Comparison.AT_MOST: Comparison.MORE,
}
# the list begins with an entry of FormGear's own, whose value is 0
ROWS = "[].concat(getValue('visit-members')).filter(r => Number(r.value) > 0)"


def among(places: Sequence[str], answers: Sequence[str]) -> str:
    """True where a chosen answer is one of these."""
    wanted = orjson.dumps(list(answers)).decode()
    return f"{_given(places)}.some(a => {wanted}.includes(String(a.value)))"


def answered(places: Sequence[str]) -> str:
    """True where something was answered."""
    return f"{_given(places)}.some(a => a !== '')"


def keys_in(script: str) -> list[str]:
    """The keys that an expression asks for, as often and in the order as it does.

    FormGear puts a row into an expression key by key, the first place that is left each time (`createComponent`).
    """
    return KEY.findall(script)


def quoted(text: str) -> str:
    """A key as a literal; it is made of our own names."""
    return f"'{text}'"


def _given(places: Sequence[str]) -> str:
    return "[].concat(" + ", ".join(f"getValue({place})" for place in places) + ")"


def _between(least: tuple[str, int | None], most: tuple[str, int | None]) -> str:
    parts = [] if least[1] is None else [f"{least[0]} >= {least[1]}"]
    parts += [] if most[1] is None else [f"{most[0]} <= {most[1]}"]
    return "(" + " && ".join(parts) + ")"


def _joined(sign: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else "(" + f" {sign} ".join(parts) + ")"
