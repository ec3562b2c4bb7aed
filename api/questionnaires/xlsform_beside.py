"""What stands in a workbook beside its questions: code lists, settings, and what our own writer put there.

The house's code lists cannot be changed by a workbook, and what is derived from the form is not read from it: both are
held against what they should be, cell by cell, so that nothing that somebody wrote there is dropped.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.questionnaires.schemas import Form, QuestionType
from api.questionnaires.xlsform import sheets
from api.questionnaires.xlsx import Line, plain
from api.questionnaires.xpath_reading import NotReadable, read_expression
from api.regions.service import codes_of, read_code_list

Fault = tuple[str, str]
LABELS: Final = frozenset({"label", "label::id", "label::en"})
COLUMNS: Final = {
    "choices": frozenset({"list_name", "name"}) | LABELS,
    "settings": frozenset({"form_title", "form_id", "version", "default_language"}),
    "checks": frozenset(
        {"name", "level", "about", "when", "require", "source", "message", "message::id", "message::en"}
    ),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Cells that must be as our writer makes them of the form: these columns of a row, or all where none is named."""

    line: Line
    columns: frozenset[str] | None = None


def only(line: Line, columns: frozenset[str]) -> Iterator[Fault]:
    """Cells in columns that say nothing a form can keep."""
    return ((line.place(name), "not_supported") for name in line.texts if name not in columns)


def beside(found: Mapping[str, Sequence[Line]], code: str, title: str) -> Iterator[Fault]:
    """What is wrong with the sheets beside the survey."""
    for name in found.keys() - {"survey", *COLUMNS}:
        yield f"/{name}", "not_supported"
    for name, columns in COLUMNS.items():
        for line in found.get(name, ()):
            yield from only(line, columns)
    yield from _lists(found.get("choices", ()))
    for place, line in enumerate(found.get("settings", ())):
        if place:
            yield f"/settings/{line.number}", "repeated"
        for column, ours in (("form_id", code), ("form_title", title)):
            if line.get(column) not in ("", ours):
                yield line.place(column), "of_another_questionnaire"


def _lists(lines: Sequence[Line]) -> Iterator[Fault]:
    shown: dict[str, list[Line]] = {}
    for line in lines:
        shown.setdefault(line.get("list_name"), []).append(line)
    for name, of_list in shown.items():
        if not codes_of(name):
            yield of_list[0].place("list_name"), "unknown_code_list"
            continue
        ours = {code.code: code.label.model_dump() for code in read_code_list(name).codes}
        for line in of_list:
            label = ours.pop(line.get("name"), None)
            if label is None:
                yield line.place("name"), "repeated" if line.get("name") in codes_of(name) else "not_an_answer"
                continue
            for column in LABELS & line.texts.keys():
                if line.get(column) not in ([label[column[-2:]]] if "::" in column else label.values()):
                    yield line.place(column), "differs"
        if ours:
            yield of_list[0].place("list_name"), "not_the_whole_list"


def not_the_same(
    kept: Sequence[Kept], form: Form, code: str, title: str, kinds: Mapping[str, QuestionType]
) -> Iterator[Fault]:
    """Derived cells that say something else than what our writer makes of the form."""
    made = {_key(row): row for row in sheets(code, title, 1, form)["survey"]}
    for one in kept:
        row = made.get(_key(one.line.texts), {})
        ours = {plain(column): str(text) for column, text in row.items()}
        for column, text in one.line.texts.items():
            if column in (one.columns if one.columns is not None else one.line.texts.keys() - {"name", "type"}):
                shown = {value for name, value in ours.items() if name.partition("::")[0] == column}
                if text not in {ours.get(column), *shown} and not _reads_as(text, ours.get(column), kinds, one.line):
                    yield one.line.place(column), "differs" if row else "not_supported"
        if _type(one.line.texts) != _type(row):
            yield one.line.place("type"), "not_supported"


def _type(row: Mapping[str, str]) -> str:
    return row.get("type", "").lower().replace(" ", "_")


def _key(row: Mapping[str, str]) -> tuple[str, str]:
    kind = row.get("type", "").lower().replace(" ", "_")
    return kind if kind.startswith(("begin_", "end_")) else "question", row.get("name", "")


def _reads_as(text: str, ours: str | None, kinds: Mapping[str, QuestionType], line: Line) -> bool:
    """The same condition, spelled otherwise."""
    try:
        me = line.get("name")
        return ours is not None and read_expression(text, kinds, me) == read_expression(ours, kinds, me)
    except NotReadable:
        return False
