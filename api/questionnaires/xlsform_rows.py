"""Rows of XLSForm: texts in both languages, groups and repeats, and what is known of a member beside the questions."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import orjson

from api.questionnaires.checks import FACT_LISTS, FACTS, LIVES_THERE
from api.questionnaires.schemas import Condition, Form, Label, QuestionType
from api.questionnaires.xpath import expression
from api.questionnaires.xpath_reading import NotReadable, read_expression

Row: TypeAlias = dict[str, Any]

INDONESIAN, ENGLISH = "Bahasa Indonesia (id)", "English (en)"
EACH_MEMBER = "each-member"
MEMBERS = Label(id="Anggota keluarga", en="Members of the family")
BOUNDS = Label(id="Di luar batas yang wajar", en="Outside what is possible")
ABOUT_THEM = {
    "whereabouts": Label(id="Keberadaan", en="Whereabouts"),
    "sex": Label(id="Jenis kelamin", en="Sex"),
    "relation": Label(id="Hubungan dengan kepala keluarga", en="Relation to the head of the family"),
    "age": Label(id="Umur (tahun)", en="Age (years)"),
}


def labelled(column: str, label: Label) -> Row:
    """A text in both languages, as columns of XLSForm name them."""
    return {f"{column}::{INDONESIAN}": label.id, f"{column}::{ENGLISH}": label.en}


def wrapped(kind: str, name: str, label: Label, inside: Iterable[Row], **more: str) -> Iterator[Row]:
    """Rows between the beginning and the end of a group or repeat."""
    yield {"type": f"begin_{kind}", "name": name} | labelled("label", label) | more
    yield from inside
    yield {"type": f"end_{kind}", "name": name}


def answer_to(name: str) -> str:
    """Where an answer stands, as XLSForm writes it; what is known of a member stands beside the member."""
    return f"${{member-{name}}}" if name in FACTS else f"${{{name}}}"


LIVING = " or ".join(f"selected({answer_to('whereabouts')}, '{one}')" for one in sorted(LIVES_THERE))


def facts(row: Row) -> Iterator[Row]:
    """What a workbook by itself has to ask of each member, right behind the row that begins the repeat."""
    if (row["type"], row["name"]) == ("begin_repeat", EACH_MEMBER):
        for fact, label in ABOUT_THEM.items():
            kind = f"select_one {FACT_LISTS[fact]}" if fact in FACT_LISTS else FACTS[fact].value
            yield {"type": kind, "name": f"member-{fact}"} | labelled("label", label)


def kinds_of(form: Form) -> dict[str, QuestionType]:
    """How each question is answered, and each fact about a member."""
    return FACTS | {question.name: question.type for section in form.sections for question in section.questions}


def told(condition: Condition, kinds: dict[str, QuestionType]) -> str:
    """A condition as an expression where that reads back as the same condition, else as JSON: nothing is lost."""
    try:
        said = expression(condition, answer_to)
        if read_expression(said, kinds) == as_json(condition):
            return said
    except (ValueError, NotReadable):  # it counts members, or the answers of a list cannot be told apart
        pass
    return orjson.dumps(as_json(condition)).decode()


def as_json(condition: Condition) -> dict[str, Any]:
    """A condition as the body of a form has it."""
    return condition.model_dump(mode="json")
