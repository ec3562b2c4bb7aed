"""Bodies of questionnaires, and the form itself: sections of questions with declarative relevance.

Nothing in a form is evaluated as code: what is relevant when, and what contradicts what, is a `Condition`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer, model_validator
from pydantic_core import PydanticCustomError

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


class Comparison(StrEnum):
    """How an answer stands to another one."""

    EQUAL = "eq"
    OTHER = "ne"
    LESS = "lt"
    AT_MOST = "le"
    MORE = "gt"
    AT_LEAST = "ge"


Bound = Annotated[int | None, Field(ge=-(10**12), le=10**12)]


class Condition(In):
    """Something that answers can be held against; the whole vocabulary, nothing is evaluated as code.

    Exactly one of these shapes: `{question, in}` a choice is one of these · `{question, least, most}` a number lies
    between (either end may be open) · `{question, compare, with}` it stands so to another number or date · `{present}`
    a question is answered · `{all}`, `{any}`, `{not}` of conditions · `{members, least, most}` so many members of the
    household meet a condition. Beside a form's questions, `age` (full years on the day of the visit), `sex`, `relation`
    and `whereabouts` are known of every member. What depends on a missing answer is unknown, neither true nor false.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    question: Word | None = None
    answers: Annotated[list[Answer] | None, Field(alias="in", min_length=1, max_length=100)] = None
    compare: Comparison | None = None
    other: Annotated[Word | None, Field(alias="with")] = None
    present: Word | None = None
    every: Annotated[list["Condition"] | None, Field(alias="all", min_length=1, max_length=20)] = None
    some: Annotated[list["Condition"] | None, Field(alias="any", min_length=1, max_length=20)] = None
    no: Annotated["Condition | None", Field(alias="not")] = None
    members: "Condition | None" = None
    least: Bound = None
    most: Bound = None

    @model_validator(mode="after")
    def one_shape(self) -> Self:
        """Refuse a condition that is none or several."""
        given = self.model_fields_set - {name for name in type(self).model_fields if getattr(self, name) is None}
        if given - {"least", "most"} in ({"question"}, {"members"}) and given & {"least", "most"}:
            return self
        if given not in ({"question", "answers"}, {"question", "compare", "other"}, *({one} for one in ALONE)):
            raise PydanticCustomError("not_a_condition", "is not exactly one of the known conditions")
        return self

    @model_serializer(mode="wrap")
    def only_its_shape(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A condition is told without the words of other shapes."""
        return {name: value for name, value in dump(self).items() if value is not None}


ALONE = ("present", "every", "some", "no")


class Question(In):
    """One question. `list` names the code list of its answers, `bdt_column` where the BDT file keeps them."""

    name: Word
    type: QuestionType
    label: Label
    list: Annotated[Word | None, Field(description="Code list of the answers (`/v1/code-lists/{name}`).")] = None
    required: bool = True
    relevant: Condition | None = None
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


class CheckLevel(StrEnum):
    """`warning` is shown and kept with the visit; `blocking` keeps a finished visit from being taken in as it is."""

    WARNING = "warning"
    BLOCKING = "blocking"


class Check(In):
    """A rule over several answers: where `when` holds, `require` must not be false.

    `about` is the question that the finding points at: a member's question is checked for each member. Null is about
    the members together.
    """

    name: Word
    level: CheckLevel
    about: Word | None = None
    when: Condition | None = None
    require: Condition
    message: Label
    source: Annotated[str | None, Field(max_length=300, description="Where the rule comes from.")] = None


class Form(In):
    """The whole form."""

    sections: Annotated[list[Section], Field(min_length=1, max_length=50)]
    checks: Annotated[list[Check], Field(default_factory=list, max_length=300)]


class FindingOut(Out):
    """Something wrong with answers: where (never what was said), and how grave it is.

    `missing, not_asked, unknown_question`, why a value does not fit (`not_an_answer`, …), or the name of a check.
    """

    pointer: str
    code: str
    level: CheckLevel


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
