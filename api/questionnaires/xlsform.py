"""A form as the sheets of XLSForm (https://xlsform.org/en/ref-table/): `survey`, `choices`, `settings`.

A section is a group; the sections about members stand in one repeat, `each-member`, whose name no question can have.
What XLSForm does not know (data class, BDT column, criterion) stands in columns of its own, and the form's checks in a
sheet of their own, which its readers skip. Where an expression cannot say a condition whole, the condition stands
beside it as JSON.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain, groupby
from typing import TypeAlias

import xlsxwriter

from api.questionnaires import xpath
from api.questionnaires.checks import FACT_LISTS
from api.questionnaires.phone_checks import check_row, constrained, notes
from api.questionnaires.problems import CellTooLong
from api.questionnaires.schemas import Form, Label, Question, QuestionSubject, QuestionType, Section
from api.questionnaires.xlsform_rows import (
    EACH_MEMBER,
    INDONESIAN,
    LIVING,
    MEMBERS,
    Row,
    answer_to,
    facts,
    kinds_of,
    labelled,
    told,
    wrapped,
)
from api.questionnaires.xlsx import LONGEST_CELL
from api.regions.service import read_code_list

Sheets: TypeAlias = dict[str, list[Row]]


def survey(form: Form) -> Iterator[Row]:
    """The rows of the survey sheet, in the order of the form."""
    noted, kinds = notes(form), kinds_of(form)

    def group(section: Section) -> Iterator[Row]:
        asked = (_question(question, form, kinds) for question in section.questions)
        only = {"relevant": LIVING} if section.subject is QuestionSubject.MEMBER else {}
        return wrapped("group", section.name, section.label, chain(asked, noted.get(section.name, [])), **only)

    for subject, sections in groupby(form.sections, key=lambda section: section.subject):
        inside = chain.from_iterable(map(group, sections))
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


def lists_of(form: Form) -> list[str]:
    """The names of the code lists that a form asks by, each once."""
    asked = (question.list for section in form.sections for question in section.questions)
    return list(dict.fromkeys(name for name in asked if name is not None))


def settings(code: str, title: str, version: int) -> Row:
    """The one row of the settings sheet: which form this is."""
    return {"form_title": title, "form_id": code, "version": str(version), "default_language": INDONESIAN}


def sheets(code: str, title: str, version: int, form: Form) -> Sheets:
    """The sheets of a workbook, which can be tried by itself: it asks what a visit knows of a member."""
    asked = [row for begun in survey(form) for row in (begun, *facts(begun))]
    personal = FACT_LISTS.values() if any(row["name"] == EACH_MEMBER for row in asked) else ()
    made: Sheets = {
        "survey": asked,
        "choices": list(choices([*lists_of(form), *personal])),
        "settings": [settings(code, title, version)],
    }
    kinds = kinds_of(form)
    return made | ({"checks": [check_row(check, kinds) for check in form.checks]} if form.checks else {})


def workbook(code: str, title: str, version: int, form: Form) -> bytes:
    """The form as an `.xlsx` of XLSForm; every cell is text: codes keep their zeros, nothing is a formula.

    Raises `CellTooLong` (409).
    """
    made = BytesIO()
    as_text = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, as_text) as book:
        for name, rows in sheets(code, title, version, form).items():
            sheet = book.add_worksheet(name)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows, start=1):
                for column, text in row.items():
                    if len(text) > LONGEST_CELL:  # it would be left out
                        raise CellTooLong(cell=f"/{name}/{number + 1}/{column}")
                sheet.write_row(number, 0, [row.get(column, "") for column in columns])
            sheet.autofit()
    return made.getvalue()


def _question(question: Question, form: Form, kinds: dict[str, QuestionType]) -> Row:
    row: Row = {"type": question.type.value, "name": question.name} | labelled("label", question.label)
    if question.type in (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE):
        row["type"] += f" {question.list}"
    if question.required:
        row["required"] = "yes"
    if question.relevant is not None:
        row["relevant"] = xpath.expression(question.relevant, answer_to)
        if (whole := told(question.relevant, kinds)) != row["relevant"]:
            row["relevant_condition"] = whole
    row |= constrained(question, form.checks)
    row["data_class"] = question.data_class.value
    return row | question.model_dump(include={"bdt_column", "criterion"}, exclude_none=True)
