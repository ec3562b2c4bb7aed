"""Bodies of the visits room: what a phone tells about one knock on one door, and what we answer."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.core.paging import Paging
from api.core.schema import In, Out
from api.core.strict_json import MOST_LEVELS, deeper_than
from api.core.types import DeviceId, Instant, MaskedNumber, Nik
from api.questionnaires.paradata import ParadataIn
from api.questionnaires.schemas import FindingOut
from api.tables import Sex, VisitOutcome, Whereabouts
from api.verdicts.schemas import Remark, VerdictIn, Word

Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]


def _storable(answers: dict[str, Any]) -> dict[str, Any]:
    """Refuse what JSON cannot carry back: NaN, lone surrogates, integers beyond 64 bits, bottomless nesting."""
    try:
        written = orjson.dumps(answers)
    except (TypeError, RecursionError) as refused:
        raise PydanticCustomError("unstorable", "holds a value that JSON cannot carry") from refused
    if b"null" in written and orjson.loads(written) != answers:  # it writes NaN and the infinities as null
        raise PydanticCustomError("unstorable", "holds a value that JSON cannot carry")
    most = MOST_LEVELS - 2  # as deep as a body may be when a push carries them
    if written.count(b"{") + written.count(b"[") > most and deeper_than(answers, most):
        raise PydanticCustomError("too_deep", "nested too deeply")
    return answers


MOST_ATTACHMENTS = 20


class LocationIn(In):
    """Where the phone was, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float | None, Field(ge=0, le=100_000)] = None
    mock: Annotated[bool, Field(description="The phone says that the location was made up.")] = False


class RespondentIn(In):
    """Who opened the door."""

    name: Annotated[str | None, Field(max_length=120)] = None
    relation: Word | None = None


class MemberIn(In):
    """Where a member was found to be, and what the list has wrong about the person.

    Whereabouts act at once; corrections stay in the sealed content until Bappeda applies them. A `new` member whose id
    is not known yet is added to the household and needs a name.
    """

    id: UUID
    whereabouts: Whereabouts
    name: Annotated[str | None, Field(min_length=1, max_length=120)] = None
    nik: Nik | None = None
    nik_missing_reason: Word | None = None
    sex: Sex | None = None
    born_on: date | None = None
    born_at: Annotated[str | None, Field(max_length=80)] = None
    relation: Annotated[Word | None, Field(description="`head, spouse, child, …`")] = None
    occupation: Annotated[str | None, Field(max_length=80)] = None
    mother_name: Annotated[str | None, Field(max_length=120)] = None
    family_no: Annotated[int | None, Field(ge=1, le=50)] = None
    answers: Annotated[
        dict[str, Any],
        Field(default_factory=dict, max_length=300, description="To the form's sections about each member."),
        AfterValidator(_storable),
    ]


class AttachmentIn(In):
    """A photo that follows on its own way: announced here, so that nobody can swap it later."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(ge=1, le=5 * 1024 * 1024)]


class DeviceIn(In):
    """The phone, and what its clock said when it sent this."""

    id: DeviceId
    app_version: Annotated[str | None, Field(max_length=40)] = None
    clock_at: Instant | None = None


class VisitIn(In):
    """One knock on one door, in the words of the phone that was there. The id is the phone's."""

    id: UUID
    assignment_id: UUID
    based_on: Annotated[int, Field(ge=1, lt=2**31, description="The revision of the assignment that the phone held.")]
    corrects: Annotated[UUID | None, Field(description="An earlier visit that this one replaces.")] = None
    started_at: Instant
    ended_at: Instant
    outcome: VisitOutcome
    location: LocationIn | None = None
    respondent: RespondentIn | None = None
    notice_given: Annotated[
        bool, Field(description="The respondent was told who asks, why, and what becomes of the answers (UU 27/2022).")
    ] = False
    questionnaire_version: Annotated[int | None, Field(ge=1, lt=2**31)] = None
    answers: Annotated[dict[str, Any], Field(default_factory=dict, max_length=500), AfterValidator(_storable)]
    members: Annotated[list[MemberIn], Field(default_factory=list, max_length=50)]
    attachments: Annotated[list[AttachmentIn], Field(default_factory=list, max_length=MOST_ATTACHMENTS)]
    verdict: VerdictIn | None = None
    device: DeviceIn | None = None
    remarks: Annotated[
        list[Remark], Field(default_factory=list, max_length=200, description="What the enumerator notes on fields.")
    ]
    paradata: Annotated[
        ParadataIn | None,
        Field(description="How the form was filled; read by supervision alone, `GET /v1/visits/{id}/paradata`."),
    ] = None

    def canonical(self) -> bytes:
        """What the phone said as canonical JSON: sorted keys, no blanks; fields it did not send are not there.

        So a retry stays the same visit even when a later version of this body has learnt new fields.
        """
        return orjson.dumps(self.model_dump(mode="json", exclude_unset=True), option=orjson.OPT_SORT_KEYS)


class LocationOut(Out):
    """Where the phone was."""

    lat: float
    lon: float
    accuracy_m: float | None
    mock: bool


class VisitOut(Out):
    """A visit without what was said at the door: the answer to recording it, and a line of a list."""

    id: UUID
    assignment_id: UUID
    household_id: UUID
    enumerator_id: UUID
    sequence: Annotated[int, Field(description="The order in which visits came in.")]
    corrects: UUID | None
    based_on: int
    started_at: datetime
    ended_at: datetime
    outcome: VisitOutcome
    location: LocationOut | None
    questionnaire_version: int | None
    submits: Annotated[bool, Field(description="It submitted the assignment, with a verdict.")]
    flags: Annotated[
        list[str],
        Field(
            description="For people to look at, never a punishment: `stale, clock_skew, future, before_campaign, "
            "mock_location, no_notice, answers_to_check` (see `findings`); `adopted` and `kept_beside` say how it came "
            "out of quarantine."
        ),
    ]
    findings: Annotated[
        list[FindingOut], Field(description="What the form's checks found, by JSON pointer into the visit.")
    ]
    clock_skew_s: Annotated[float | None, Field(description="How far the phone's clock runs ahead of ours.")]
    distance_m: Annotated[float | None, Field(description="From where the household was known to be.")]
    receipt: UUID
    received_at: datetime


class VisitReceivedOut(Out):
    """A visit that was taken in and is out of its sender's sight by now: we hold it, under its first receipt."""

    id: UUID
    status: Annotated[Literal["duplicate"], Field(description="As `POST /v1/sync/push` says it.")]
    receipt: UUID


class MemberSeen(Out):
    """What a visit said about a member; a corrected NIK is masked."""

    id: UUID
    whereabouts: Whereabouts
    name: str | None
    nik: MaskedNumber | None
    nik_missing_reason: str | None
    sex: Sex | None
    born_on: date | None
    born_at: str | None
    relation: str | None
    occupation: str | None
    mother_name: str | None
    family_no: int | None
    answers: dict[str, Any]


class VisitContentOut(VisitOut):
    """A visit whole, opened from its seal."""

    respondent: RespondentIn | None
    notice_given: bool
    answers: dict[str, Any]
    members: list[MemberSeen]
    attachments: list[AttachmentIn]
    verdict: VerdictIn | None
    device: DeviceIn | None
    remarks: list[Remark]


class VisitFilter(Paging):
    """Which visits to list; `from` and `to` are working days in Malang (WIB), both inclusive, of the knock."""

    assignment_id: UUID | None = None
    household_id: UUID | None = None
    enumerator_id: UUID | None = None
    outcome: VisitOutcome | None = None
    first_day: Annotated[Day | None, Field(alias="from")] = None
    last_day: Annotated[Day | None, Field(alias="to")] = None
