"""A form as the sheets of XLSForm (https://xlsform.org/en/ref-table/): `survey`, `choices`, `settings`.

A section is a group; the sections about members stand in one repeat, `each-member`, whose name no question can have.
What XLSForm does not know (data class, BDT column, criterion) stands in columns of its own, which its readers skip.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import groupby
from typing import Any, TypeAlias

import xlsxwriter

from api.questionnaires import xpath
from api.questionnaires.checks import FACTS
from api.questionnaires.schemas import Form, Label, Question, QuestionSubject, QuestionType, Section
from api.regions.service import read_code_list

Row: TypeAlias = dict[str, Any]
Sheets: TypeAlias = dict[str, list[Row]]

INDONESIAN, ENGLISH = "Bahasa Indonesia (id)", "English (en)"
EACH_MEMBER = "each-member"
MEMBERS = Label(id="Anggota keluarga", en="Members of the family")
BOUNDS = Label(id="Di luar batas yang wajar", en="Outside what is possible")


def survey(form: Form) -> Iterator[Row]:
    """The rows of the survey sheet, in the order of the form."""
    for subject, sections in groupby(form.sections, key=lambda section: section.subject):
        inside = (row for section in sections for row in _section(section))
        if subject is QuestionSubject.MEMBER:
            yield from wrapped("repeat", EACH_MEMBER, MEMBERS, inside)
        else:
            yield from inside


def choices(lists: Iterable[str]) -> Iterator[Row]:
    """The rows of the choices sheet: these code lists whole, by name."""
    for name in dict.fromkeys(lists):
        for code in read_code_list(name).codes:
            label = Label(id=code.label.id, en=code.label.en)
            yield {"list_name": name, "name": code.code} | labelled("label", label)


def answer_to(name: str) -> str:
    """Where an answer stands, as XLSForm writes it; what is known of a member stands beside the member."""
    return f"${{member-{name}}}" if name in FACTS else f"${{{name}}}"


def lists_of(form: Form) -> list[str]:
    """The names of the code lists that a form asks by, each once."""
    asked = (question.list for section in form.sections for question in section.questions)
    return list(dict.fromkeys(name for name in asked if name is not None))


def settings(code: str, title: str, version: int) -> Row:
    """The one row of the settings sheet: which form this is."""
    return {"form_title": title, "form_id": code, "version": str(version), "default_language": INDONESIAN}


def wrapped(kind: str, name: str, label: Label, inside: Iterable[Row], **more: str) -> Iterator[Row]:
    """Rows between the beginning and the end of a group or repeat."""
    yield {"type": f"begin_{kind}", "name": name} | labelled("label", label) | more
    yield from inside
    yield {"type": f"end_{kind}", "name": name}


def labelled(column: str, label: Label) -> Row:
    """A text in both languages, as columns of XLSForm name them."""
    return {f"{column}::{INDONESIAN}": label.id, f"{column}::{ENGLISH}": label.en}


def _section(section: Section) -> Iterator[Row]:
    return wrapped("group", section.name, section.label, map(_question, section.questions))


def _question(question: Question) -> Row:
    row: Row = {"type": question.type.value, "name": question.name} | labelled("label", question.label)
    if question.type in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE):
        row["type"] += f" {question.list}"
    if question.required:
        row["required"] = "yes"
    if question.relevant is not None:
        row["relevant"] = xpath.expression(question.relevant, answer_to)
    if (held := xpath.bounds(question)) is not None:
        row |= {"constraint": held} | labelled("constraint_message", BOUNDS)
    row["data_class"] = question.data_class.value
    return row | question.model_dump(include={"bdt_column", "criterion"}, exclude_none=True)


def workbook(code: str, title: str, version: int, form: Form) -> bytes:
    """The form as an `.xlsx` of XLSForm; every cell is text: codes keep their zeros, nothing is a formula."""
    sheets: Sheets = {
        "survey": list(survey(form)),
        "choices": list(choices(lists_of(form))),
        "settings": [settings(code, title, version)],
    }
    made = BytesIO()
    as_text = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, as_text) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows, start=1):
                sheet.write_row(number, 0, [row.get(column, "") for column in columns])
            sheet.autofit()
    return made.getvalue()
