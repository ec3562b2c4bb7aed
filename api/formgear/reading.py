"""A submission of FormGear as a visit: pure, and the same documents always give the same visit.

Nothing here refuses: what fits no question stays an answer under its key, what is missing stays missing, and the door
of push says what it thinks of it, with all of it kept. Only the published form is asked, never the household, so that
a submission sent again is the same one whatever has changed meanwhile.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from api.attachments.arriving import MOST_BYTES
from api.formgear import keys
from api.formgear.presetting import REVIEWER
from api.formgear.schemas import RemarkDocument, SubmissionIn
from api.questionnaires.schemas import Form, Question, QuestionType
from api.tables import VisitOutcome
from api.visits.judging import ABSENT, UNFINISHED
from api.visits.schemas import MOST_ATTACHMENTS

WRITTEN_AT = "%Y-%m-%d %H:%M:%S"
WHOLE_NUMBER = re.compile(r"-?\d{1,15}")
LONGEST_REMARK = 500
DATA = "data:image/"


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a submission under its name in the visit; without bytes it is only spoken of."""

    key: str
    name: str
    data: bytes | None

    @property
    def sendable(self) -> bool:
        """Whether it can be announced: there is something, and not too much of it."""
        return bool(self.data) and len(self.data or b"") <= MOST_BYTES


@dataclass(frozen=True, slots=True)
class Reading:
    """The visit that a submission tells, and the row of each of its members."""

    visit: dict[str, Any]
    rows: tuple[int, ...]


def photos_of(submission: SubmissionIn) -> list[Photo]:
    """The photos of a submission, each once: of its media, else of its response."""
    given: dict[str, Photo] = {}
    for one in [*(submission.media.media if submission.media else []), *submission.response.answers]:
        value = _first(one.answer).get("value")
        name = re.sub(r"[^A-Za-z0-9._-]+", ".", one.data_key).lstrip("._-")[:80] or "photo"
        if isinstance(value, str) and value.startswith(DATA):
            if (known := given.get(name)) is None or known.data is None:
                given[name] = Photo(one.data_key, name, _decoded(value))
        elif one.data_key == keys.PHOTO and one.answer:
            given.setdefault(name, Photo(one.data_key, name, None))
    return list(given.values())


def read_submission(submission: SubmissionIn, assignment_id: UUID, photos: Sequence[Photo], version: int | None,
                    form: Form | None) -> Reading:  # fmt: skip
    """The visit in these documents; `version` is that of the questionnaire, if it is the campaign's."""
    response = submission.response
    said = {one.data_key: one.answer for one in response.answers if one.answer not in (None, "", [])}
    questions = {one.name: one for section in form.sections for one in section.questions} if form else {}
    outcome = _chosen(said.get(keys.OUTCOME))
    rows, members = _members(said, questions, submission.id)
    began = _instant(response.created_at, response.created_at_gmt)
    ended_gmt = response.created_at_gmt if response.updated_at_gmt is None else response.updated_at_gmt
    notice, respondent = _chosen(said.get(keys.NOTICE_GIVEN)), said.get(keys.RESPONDENT)
    visit = {
        "id": str(submission.id),
        "assignment_id": str(assignment_id),
        "based_on": _whole(said.get(keys.BASED_ON)),
        "started_at": began,
        "ended_at": _instant(response.updated_at, ended_gmt) if response.updated_at else began,
        "outcome": outcome,
        "location": _place(said.get(keys.LOCATION)),
        "respondent": {"name": respondent} if respondent is not None else None,
        "notice_given": notice == "yes" if notice is not None else None,
        "questionnaire_version": version,
        "answers": dict(_household(said, questions)),
        "members": members,
        "attachments": [_announced(one) for one in photos if one.sendable][:MOST_ATTACHMENTS],
        "verdict": _verdict(said, outcome),
        "device": {"id": submission.device_id, "app_version": f"FormGear {response.gear_version or '?'}"[:40]},
        "remarks": list(_remarks(submission.remark, rows)),
    }
    return Reading({name: value for name, value in visit.items() if value not in (None, [])}, rows)


def version_of(written: str) -> int | None:
    """The number of a questionnaire's version in FormGear's `templateVersion`."""
    first = written.partition(".")[0]
    return int(first) if first.isdecimal() and len(first) < 10 and int(first) > 0 else None


def _household(said: Mapping[str, Any], questions: Mapping[str, Question]) -> Iterator[tuple[str, Any]]:
    """The answers about the household, and whatever else stands in no known place."""
    for key, answer in said.items():
        name, row = keys.row_of(key) or (key, 0)
        if (row and name.startswith(("member-", keys.ANSWER))) or key in keys.PLACES or key in keys.ECHOED:
            continue
        if not _is_photo(answer):
            yield key, _answer(questions.get(key), answer)


def _members(
    said: Mapping[str, Any], questions: Mapping[str, Question], visit_id: UUID
) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
    """The people of whom something was said, in the order of their rows."""
    names = {_whole(one.get("value")): one.get("label") for one in _options(said.get(keys.MEMBERS))}
    told: dict[int, dict[str, Any]] = {}
    for key, answer in said.items():
        name, row = keys.row_of(key) or ("", 0)
        if row and name.startswith(("member-", keys.ANSWER)):
            told.setdefault(row, {})[name] = answer
    for listed in names:
        if listed is not None and listed > 0:
            told.setdefault(listed, {})
    people = []
    for row in sorted(told):
        person = _person(row, told[row], names.get(row), questions, visit_id)
        if person.keys() - {"id", "name"}:
            people.append((row, person))
    return tuple(row for row, _ in people), [person for _, person in people]


def _person(
    row: int, told: Mapping[str, Any], name: Any, questions: Mapping[str, Question], visit_id: UUID
) -> dict[str, Any]:
    known = told.get(keys.MEMBER_ID)
    person: dict[str, Any] = {"id": str(uuid5(visit_id, str(row))) if known is None else known}
    whereabouts = _chosen(told.get(keys.WHEREABOUTS))
    if name is not None and name != told.get(keys.MEMBER_NAME):
        person["name"] = name  # somebody new, or a name that was put right
    if known is None:
        person |= {part: value for part in ("sex", "relation") if (value := _chosen(told.get(keys.NEW + part)))}
        person |= {"born_on": born_on} if (born_on := told.get(f"{keys.NEW}born_on")) else {}
        whereabouts = whereabouts or "new"
    answers = {
        (name := key.removeprefix(keys.ANSWER)): _answer(questions.get(name), answer)
        for key, answer in told.items()
        if key.startswith(keys.ANSWER)
    }
    return person | ({"whereabouts": whereabouts} if whereabouts else {}) | ({"answers": answers} if answers else {})


def _answer(question: Question | None, answer: Any) -> Any:
    """An answer as our form has it; one that is of another kind stays as it came, for the form's check to find."""
    kind = question.type if question else None
    if kind is QuestionType.INTEGER:
        whole = _whole(answer)
        return answer if whole is None else whole
    options = _options(answer)
    if not options or kind in (QuestionType.TEXT, QuestionType.DATE):
        return answer
    values = [one.get("value") for one in options]
    if kind is QuestionType.SELECT_MULTIPLE:
        return values
    return values[0] if len(values) == 1 else values


def _options(answer: Any) -> list[dict[str, Any]]:
    """The options in an answer, without the entry with which FormGear begins its lists; none when it has no options."""
    several = answer if isinstance(answer, list) else [answer]
    if not all(isinstance(one, dict) and "value" in one for one in several):
        return []
    return [one for one in several if not (str(one["value"]) == "0" and str(one.get("label")).startswith("lastId#"))]


def _first(answer: Any) -> Mapping[str, Any]:
    return next(iter(_options(answer)), {})


def _chosen(answer: Any) -> Any:
    """The value of a single choice; as it came when it is none."""
    options = _options(answer)
    return options[0]["value"] if len(options) == 1 else answer


def _whole(answer: Any) -> int | None:
    """A whole number, however it was written."""
    if isinstance(answer, int) and not isinstance(answer, bool):
        return answer
    if isinstance(answer, float) and answer.is_integer():
        return int(answer)
    return int(answer) if isinstance(answer, str) and WHOLE_NUMBER.fullmatch(answer.strip()) else None


def _instant(written: str, hours: float) -> str:
    """FormGear writes the clock on the wall and, apart from it, how far it is from UTC; as it came if it is no time."""
    try:
        wall = datetime.strptime(written, WRITTEN_AT)  # noqa: DTZ007  # the zone follows
    except ValueError:
        return written
    return wall.replace(tzinfo=timezone(timedelta(hours=hours))).isoformat()


def _place(answer: Any) -> dict[str, float] | None:
    where = _first(answer).get("value")
    try:
        found = {"lat": float(where["latitude"]), "lon": float(where["longitude"])}  # type: ignore[index]
    except (TypeError, ValueError, KeyError, OverflowError):
        return None
    return found if abs(found["lat"]) <= 90 and abs(found["lon"]) <= 180 else None


def _verdict(said: Mapping[str, Any], outcome: Any) -> dict[str, Any] | None:
    if not isinstance(outcome, str):
        return None
    parts = {
        "eligibility": _chosen(said.get(keys.ELIGIBILITY)),
        "registry_action": _chosen(said.get(keys.REGISTRY_ACTION)),
        "comment": said.get(keys.COMMENT),
    }
    given = {name: value for name, value in parts.items() if value is not None}
    if outcome in UNFINISHED or (outcome in ABSENT and not given):
        return None
    return {"field_result": outcome} | given if outcome in set(VisitOutcome) else None


def _remarks(remark: RemarkDocument | None, rows: Sequence[int]) -> Iterator[dict[str, str]]:
    said = [(note.data_key, one.comment.strip()) for note in remark.notes for one in note.comments
            if one.sender != REVIEWER] if remark else []  # fmt: skip
    for key, comment in said:
        for start in range(0, len(comment), LONGEST_REMARK):
            yield {"pointer": keys.place_of(key, rows), "comment": comment[start : start + LONGEST_REMARK]}


def _is_photo(answer: Any) -> bool:
    value = _first(answer).get("value")
    return isinstance(value, str) and value.startswith(DATA)


def _decoded(address: str) -> bytes:
    """The bytes of a `data:` address; none when it is torn."""
    try:
        return base64.b64decode(address.partition(",")[2])
    except (binascii.Error, ValueError):
        return b""


def _announced(photo: Photo) -> dict[str, Any]:
    data = photo.data or b""
    return {"name": photo.name, "sha256": sha256(data).hexdigest(), "bytes": len(data)}
