"""A workbook of XLSForm as a form: ours comes back as it went out, a stranger's comes in as far as a form can say it.

Nothing is dropped: every cell is read, or is what our own writer makes of the rest of the form, or is refused by its
place. Expressions are read by `xpath_reading`. A constraint that is more than a number's bounds becomes a blocking
check; a question without `data_class` is `specific`, the best kept; one label serves both languages; questions outside
of any group make a section of their own.
"""

from typing import Any, Final

from pydantic import ValidationError

from api.core.problems import Invalid
from api.questionnaires.checks import FACTS
from api.questionnaires.form import examine
from api.questionnaires.schemas import Condition, Form, QuestionType
from api.questionnaires.xlsform_beside import LABELS, Fault, Kept, beside, not_the_same, only
from api.questionnaires.xlsform_rows import BOUNDS, EACH_MEMBER, answer_to
from api.questionnaires.xlsx import Line, WorkbookRefused, read_workbook
from api.questionnaires.xpath import expression
from api.questionnaires.xpath_reading import NotReadable, Read, conjuncts, read_expression

MESSAGES: Final = frozenset({"constraint_message", "constraint_message::id", "constraint_message::en"})
QUESTION: Final = frozenset({"type", "name", "required", "relevant", "relevant_condition", "constraint", "data_class",
                             "bdt_column", "criterion"}) | LABELS | MESSAGES  # fmt: skip
GROUP: Final = frozenset({"type", "name", "relevant"}) | LABELS
IN_COLUMNS: Final = {"list": "type", "minimum": "constraint", "maximum": "constraint"}
YES, NO = ("yes", "true", "true()"), ("", "no", "false", "false()")
END = {"least": "minimum", "most": "maximum"}
TIGHTEST: Final = {"least": max, "most": min}


def read_xlsform(data: bytes, code: str, title: str) -> Form:
    """The form that a workbook holds, for the questionnaire of this code; raises `WorkbookRefused`."""
    return _Reader(read_workbook(data), code, title).read()


class _Reader:
    """One workbook on its way to a form."""

    def __init__(self, found: dict[str, list[Line]], code: str, title: str) -> None:
        self.found, self.code, self.title = found, code, title
        self.faults: list[Fault] = list(beside(found, code, title))
        self.lines: dict[tuple[Any, ...], Line] = {}  # which row a place in the form came from
        self.kept: list[Kept] = []
        self.sections: list[dict[str, Any]] = []
        self.checks: list[dict[str, Any]] = []
        self.survey = found.get("survey", [])
        asked = ((line.get("name"), line.get("type").partition(" ")[0]) for line in self.survey)
        self.kinds = FACTS | {name: QuestionType(kind) for name, kind in asked if kind in list(QuestionType)}

    def read(self) -> Form:
        """The form; raises `WorkbookRefused` with everything that is wrong."""
        if not self.survey:
            self.faults.append(("/survey", "missing"))
        for line in self.found.get("checks", ()):
            self._read_check(line)
        self._read_survey()
        self._refuse()
        form = self._form()
        self.faults += not_the_same(self.kept, form, self.code, self.title, self.kinds)
        self._refuse()
        return form

    def _refuse(self) -> None:
        if self.faults:
            raise WorkbookRefused(self.faults)

    def _read_check(self, line: Line) -> None:
        self.lines["checks", len(self.checks)] = line
        check: dict[str, Any] = {"name": line.get("name"), "level": line.get("level")}
        check |= {"about": line.get("about") or None, "source": line.get("source") or None}
        check |= {"message": _label(line, "message"), "require": self._condition(line, "require")}
        if line.get("when"):
            check["when"] = self._condition(line, "when")
        self.checks.append(check)

    def _condition(self, line: Line, column: str, me: str | None = None) -> Read | None:
        """A condition: an expression, or the JSON of one."""
        text = line.get(column)
        try:
            if text.startswith("{"):
                return Condition.model_validate_json(text).model_dump(mode="json")
            return read_expression(text, self.kinds, me)
        except (NotReadable, ValidationError):
            self.faults.append((line.place(column), "not_a_condition"))
            return None

    def _read_survey(self) -> None:
        inside: list[Line] = []  # the repeat and the group that are open
        apart = True  # a question outside of a group begins a section
        for line in self.survey:
            kind, name = line.get("type").lower().replace(" ", "_"), line.get("name")
            of_member = any(_kind(one) == "begin_repeat" for one in inside)
            if kind in ("begin_group", "begin_repeat"):
                self._open(line, kind, name, inside)
                inside.append(line)
                apart = True
            elif kind in ("end_group", "end_repeat"):
                self.faults += only(line, frozenset({"type", "name"}))
                begun = inside.pop() if inside else line
                if _kind(begun) != f"begin_{kind[4:]}" or name not in ("", begun.get("name")):
                    self.faults.append((line.place("type"), "not_closed"))
                apart = True
            elif _is_ours(kind, name, of_member):
                self.kept.append(Kept(line))
            else:
                if apart and not (inside and _kind(inside[-1]) == "begin_group"):
                    self._begin_unnamed(line, of_member)
                apart = False
                self._read_question(line)
        self.faults += [(line.place("type"), "not_closed") for line in inside]

    def _open(self, line: Line, kind: str, name: str, inside: list[Line]) -> None:
        """A group is a section and holds no group; the one repeat is the members' and holds their groups."""
        self.faults += only(line, GROUP)
        of_member = bool(inside) and _kind(inside[-1]) == "begin_repeat"
        if inside and not (of_member and kind == "begin_group" and len(inside) == 1):
            self.faults.append((line.place("type"), "not_supported"))
        if kind == "begin_repeat":
            if name != EACH_MEMBER:
                self.faults.append((line.place("name"), "not_supported"))
            self.kept.append(Kept(line))
        else:
            self.kept.append(Kept(line, frozenset({"relevant"})))
            self._begin(line, name, _label(line, "label"), of_member)

    def _begin(self, line: Line, name: str, label: dict[str, str], of_member: bool) -> None:
        self.lines["sections", len(self.sections)] = line
        subject = "member" if of_member else "household"
        self.sections.append({"name": name, "label": label, "subject": subject, "questions": []})

    def _begin_unnamed(self, line: Line, of_member: bool) -> None:
        number = 1 + sum(one["name"].startswith("questions") for one in self.sections)
        name = "questions" if number == 1 else f"questions_{number}"
        self._begin(line, name, {"id": "Pertanyaan", "en": "Questions"}, of_member)

    def _read_question(self, line: Line) -> None:
        self.faults += only(line, QUESTION)
        kind, *lists = line.get("type").split() or [""]
        if kind not in list(QuestionType) or len(lists) > kind.startswith("select"):
            self.faults.append((line.place("type"), "not_supported"))
            return
        question: dict[str, Any] = {"type": kind, "name": line.get("name"), "label": _label(line, "label")}
        question |= {"list": lists[0] if lists else None, "required": line.get("required").lower() in YES}
        if line.get("required").lower() not in (*YES, *NO):
            self.faults.append((line.place("required"), "not_supported"))
        question["data_class"] = line.get("data_class") or "specific"
        question |= {column: line.get(column) or None for column in ("bdt_column", "criterion")}
        if line.get("relevant") or line.get("relevant_condition"):
            question["relevant"] = self._relevant(line)
        question |= self._constraint(line, question["name"])
        section = self.sections[-1]
        self.lines["sections", len(self.sections) - 1, "questions", len(section["questions"])] = line
        section["questions"].append(question)

    def _relevant(self, line: Line) -> Read | None:
        """JSON beside an expression counts where it says the same in more words."""
        whole = line.get("relevant_condition")
        found = self._condition(line, "relevant_condition" if whole else "relevant")
        if whole and found and expression(Condition.model_validate(found), answer_to) != line.get("relevant"):
            self.faults.append((line.place("relevant_condition"), "differs"))
        return found

    def _constraint(self, line: Line, name: str) -> dict[str, int]:
        """The bounds of a number. What is more must be the sheet's checks about it; without any it becomes one."""
        found = self._condition(line, "constraint", name) if line.get("constraint") else None
        if found is None:
            self.kept.append(Kept(line, MESSAGES))
            return {}
        parts = conjuncts(found)
        ends = [one for one in parts if one.keys() <= {"question", *END} and one["question"] == name]
        stated = {end: [one[end] for one in ends if end in one] for end in END}
        bounds = {END[end]: TIGHTEST[end](numbers) for end, numbers in stated.items() if numbers}
        message = _label(line, "constraint_message")
        if any((check["about"], check["level"]) == (name, "blocking") for check in self.checks):
            self.kept.append(Kept(line, MESSAGES | {"constraint"} if len(ends) < len(parts) else frozenset()))
            return bounds
        if len(ends) == len(parts) and message in (_label(line, ""), BOUNDS.model_dump()):
            return bounds
        self.lines["checks", len(self.checks)] = line
        check = {"name": f"{name}_constraint", "level": "blocking", "about": name, "require": found}
        self.checks.append(check | {"message": message if message["id"] else BOUNDS.model_dump()})
        return {}

    def _form(self) -> Form:
        """The form, if it hangs together; its faults by cell."""
        try:
            form = Form.model_validate({"sections": self.sections, "checks": self.checks})
            examine(form)
        except ValidationError as refused:
            wrong = refused.errors(include_input=False, include_url=False)
            raise WorkbookRefused([(self._cell(one["loc"]), one["type"]) for one in wrong]) from refused
        except Invalid as refused:
            steps = [int(step) if step.isdigit() else step for step in refused.pointer.split("/")[2:]]
            raise WorkbookRefused([(self._cell(tuple(steps)), refused.field_code)]) from refused
        return form

    def _cell(self, steps: tuple[Any, ...]) -> str:
        """The cell that a place in the form came from."""
        for length in (4, 2):
            line = self.lines.get(steps[:length])
            if line is not None:
                column = str(steps[length]) if len(steps) > length else "type"
                made = steps[0] == "checks" and line.sheet == "survey"
                return line.place("constraint" if made else IN_COLUMNS.get(column, column))
        return "/survey"


def _kind(line: Line) -> str:
    return line.get("type").lower().replace(" ", "_")


def _is_ours(kind: str, name: str, of_member: bool) -> bool:
    """A row that our writer puts in: what a workbook asks of a member, and the notes of checks."""
    asked = of_member and name.startswith("member-") and name.removeprefix("member-") in FACTS
    return asked or (kind == "note" and name.startswith("check-"))


def _label(line: Line, column: str) -> dict[str, str]:
    """A text in both languages; one that names no language, or stands alone, serves both."""
    alone = line.get(column)
    indonesian, english = line.get(f"{column}::id") or alone, line.get(f"{column}::en") or alone
    return {"id": indonesian or english, "en": english or indonesian}
