"""Bodies of questionnaires, and the form itself: sections of questions with declarative relevance.

Nothing in a form is evaluated as code: what is relevant when is a question and a list of its answers.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from api.core.paging import Paging
from api.core.schema import In, NoNul, Out
from api.tables import QuestionnaireStatus

Title = Annotated[str, Field(min_length=1, max_length=160)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$", examples=["floor"])]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Answer = Annotated[NoNul, Field(min_length=1, max_length=60)]


class QuestionType(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    INTEGER = "integer"
    DATE = "date"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"


class DataClass(StrEnum):
    """How sensitive an answer is (UU 27/2022 article 4): health, children and finances are specific."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SPECIFIC = "specific"


class QuestionSubject(StrEnum):
    """Whom a section is asked about: the household once, or each member."""

    HOUSEHOLD = "household"
    MEMBER = "member"


class Label(In):
    """What people read."""

    id: Text
    en: Text


class Relevance(In):
    """Asked only where an earlier question was answered with one of these."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    question: Word
    answers: Annotated[list[Answer], Field(alias="in", min_length=1, max_length=100)]


class Question(In):
    """One question. `list` names the code list of its answers, `bdt_column` where the BDT file keeps them."""

    name: Word
    type: QuestionType
    label: Label
    list: Annotated[Word | None, Field(description="Code list of the answers (`/v1/code-lists/{name}`).")] = None
    required: bool = True
    relevant: Relevance | None = None
    data_class: DataClass
    minimum: Annotated[int | None, Field(ge=-(10**12), le=10**12)] = None
    maximum: Annotated[int | None, Field(ge=-(10**12), le=10**12)] = None
    bdt_column: Annotated[str | None, Field(max_length=60)] = None
    criterion: Annotated[str | None, Field(max_length=20, description="Which criterion it informs.")] = None


class Section(In):
    """Questions that belong together, about the household or about each member."""

    name: Word
    label: Label
    subject: QuestionSubject
    questions: Annotated[list[Question], Field(min_length=1, max_length=300)]


class Form(In):
    """The whole form."""

    sections: Annotated[list[Section], Field(min_length=1, max_length=50)]


class QuestionnaireIn(In):
    """A form by name; its content comes in versions."""

    code: Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["malang-2022"])]
    title: Title


class VersionIn(In):
    """A draft: it gets the next number."""

    content: Form


class VersionPatch(In):
    """Publishing is the only change of a version, and there is no way back."""

    status: Literal[QuestionnaireStatus.PUBLISHED]


class VersionFilter(Paging):
    """Which versions to list."""

    status: QuestionnaireStatus | None = None


class QuestionnaireOut(Out):
    """A form by name; `latest_version` is the highest that is published, or null."""

    id: UUID
    code: str
    title: str
    latest_version: int | None
    created_at: datetime


class VersionSummaryOut(Out):
    """A version without its content."""

    questionnaire_id: UUID
    version: int
    status: QuestionnaireStatus
    created_at: datetime


class VersionOut(VersionSummaryOut):
    """A version with its form."""

    content: Form
