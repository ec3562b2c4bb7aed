"""FormGear's documents as a client hands them in, and what it is told.

The shapes are those of FormGear's README and of `src/stores/{Response,Media,Remark,Principal}Store.tsx`; their field
names are FormGear's. What the engine keeps for itself (`summary`, `counter`, …) may stand in them and is not read.
"""

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from api.core.problems import ItemProblem
from api.core.schema import In, Out
from api.core.types import DeviceId
from api.questionnaires.schemas import FindingOut
from api.sync.push_schemas import PushStatus

PhotoStatus: TypeAlias = Literal["held", "missing", "refused"]
MOST_ANSWERS = 20_000  # 50 members with 300 questions each, and the household's


def _no_object(answer: Any) -> Any:
    """Refuse what the engine of FASIH at times stores for an answer: the text of a JavaScript object."""
    inside = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
    for part in inside:
        _no_object(part)
    if answer == "[object Object]":
        raise PydanticCustomError("object_as_text", "is the text of an object, not an answer")
    return answer


class Document(BaseModel):
    """A document of FormGear; fields that are not read are let pass."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class Answered(Document):
    """One answer: a text, a number, chosen options `[{label, value}]`, a photo or a place, as its control gives it."""

    data_key: Annotated[str, Field(min_length=1, max_length=200)]
    answer: Annotated[Any, AfterValidator(_no_object)] = None


class Response(Document):
    """`response`: what was filled in. `createdAt` and `updatedAt` are begin and end of the visit."""

    template_data_key: Annotated[str, Field(max_length=80, description="The code of the questionnaire.")]
    template_version: Annotated[str, Field(max_length=40, examples=["2.0.0"])]
    gear_version: Annotated[str | None, Field(max_length=30)] = None
    answers: Annotated[list[Answered], Field(max_length=MOST_ANSWERS)]
    created_at: Annotated[str, Field(max_length=40, examples=["2022-11-03 09:00:00"])]
    created_at_gmt: Annotated[float, Field(alias="createdAtGMT", ge=-12, le=14, description="Hours.")] = 7
    updated_at: Annotated[str | None, Field(max_length=40)] = None
    updated_at_gmt: Annotated[float | None, Field(alias="updatedAtGMT", ge=-12, le=14)] = None


class Media(Document):
    """`media`: the photos again, for engines that keep them out of the response."""

    media: Annotated[list[Answered], Field(default_factory=list, max_length=500)]


class Comment(Document):
    """What somebody said of a field."""

    sender: Annotated[str | None, Field(max_length=120)] = None
    datetime: Annotated[str | None, Field(max_length=40)] = None
    comment: Annotated[str, Field(max_length=5000)]


class Note(Document):
    """What was said of one field."""

    data_key: Annotated[str, Field(min_length=1, max_length=120)]
    comments: Annotated[list[Comment], Field(default_factory=list, max_length=100)]


class RemarkDocument(Document):
    """`remark`: notes on fields; those that we handed out ourselves are not taken for new ones."""

    notes: Annotated[list[Note], Field(default_factory=list, max_length=1000)]


class Principal(Document):
    """`principal`: copies of a few answers for lists. The response counts."""

    principals: Annotated[list[Answered], Field(default_factory=list, max_length=100)]


class SubmissionIn(In):
    """What was filled in for one assignment: FormGear's documents, and an id of the client's own."""

    id: Annotated[UUID, Field(description="The client's own; the same submission again has no second effect.")]
    device_id: DeviceId
    response: Response
    media: Media | None = None
    remark: RemarkDocument | None = None
    principal: Principal | None = None


class PhotoOut(Out):
    """A photo of the submission: `held`, `missing` (send it to `PUT /v1/visits/{id}/attachments/{name}`), `refused`."""

    data_key: str
    name: str
    status: PhotoStatus
    problem: ItemProblem | None


class PlaceOut(Out):
    """Where a pointer of `problem` or `findings` points, in the template's words."""

    pointer: str
    data_key: str


class SubmittedOut(Out):
    """What became of a submission, as `POST /v1/sync/push` says it of a visit, and of its photos."""

    id: UUID
    status: PushStatus
    receipt: Annotated[UUID, Field(description="We hold the visit under this number: the first one, on a retry.")]
    problem: ItemProblem | None
    findings: list[FindingOut]
    places: list[PlaceOut]
    photos: list[PhotoOut]
