"""A filled form becomes a visit as a phone of ours would push it. Nothing is judged here, and nothing is made up.

Our own XForm (`questionnaires/xform.py`) has the visit in `visit`, what was asked in `answers` with the repeat
`each-member`, the judgement in `verdict`. A form that somebody made elsewhere has no group `visit`: there a field is
found by its name wherever it stands, and every other answer is an answer. What is no text where a number belongs stays
text, so that it is named, kept, and mended by a person.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element  # read by `reading.py`

from api.core.types import is_personal_number
from api.openrosa.reading import PHOTO, FilledForm, leaves, text_of
from api.questionnaires.schemas import Form, QuestionType
from api.questionnaires.xlsform_rows import EACH_MEMBER

WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
UNFINISHED: Final = frozenset({"partial", "appointment"})
# what makes a visit of a form, by group
FRAME: Final = {
    "": ("started_at", "ended_at", "device_id", "start", "end", "deviceid"),
    "visit": (
        "assignment_id", "based_on", "household_id", "outcome", "notice_given", "location", "respondent_name",
        "respondent_relation",
    ),
    "verdict": ("eligibility", "registry_action", "comment", "reasons", "criteria"),
}  # fmt: skip
NAMES: Final = frozenset(name for names in FRAME.values() for name in names)
OF_MEMBER: Final = "member-"


def visit_of(filled: FilledForm, form: Form, root_id: UUID, phone: str, app: str | None) -> dict[str, Any]:
    """The body of a visit. `root_id` is the first version of what this one edits: new members keep their ids."""
    told = _Told(filled.root)
    kinds = {question.name: question.type for section in form.sections for question in section.questions}
    asked = filled.root if told.is_free else filled.root.find("answers")
    outcome, meta = told.text("visit", "outcome"), filled.root.find("meta")
    device = told.text("", "device_id") or told.text("", "deviceid")
    visit: dict[str, Any] = {
        "id": str(filled.instance_id),
        "assignment_id": told.text("visit", "assignment_id"),
        # one that does not say what it rests on rests on the first revision: where more has happened it moves nothing
        "based_on": _number(told.text("visit", "based_on") or "1"),
        "started_at": told.text("", "started_at") or told.text("", "start") or text_of(_in(meta, "timeStart")),
        "ended_at": told.text("", "ended_at") or told.text("", "end") or text_of(_in(meta, "timeEnd")),
        "outcome": outcome,
        "notice_given": told.text("visit", "notice_given") == "yes",
        "questionnaire_version": _number(filled.version),
        "answers": _answers(asked, kinds, NAMES if told.is_free else frozenset()),
        "members": list(_members(filled.root, kinds, root_id)),
        "device": {"id": device if 0 < len(device) <= 80 and not is_personal_number(device) else phone},
    }
    if app:
        visit["device"]["app_version"] = app[:40]
    if filled.edits is not None:
        visit["corrects"] = str(filled.edits)
    if where := told.text("visit", "location"):
        visit["location"] = _place(where)
    who = {name: told.text("visit", f"respondent_{name}") for name in ("name", "relation")}
    if any(who.values()):
        visit["respondent"] = {name: said for name, said in who.items() if said}
    if (eligibility := told.text("verdict", "eligibility")) and outcome not in UNFINISHED:
        visit["verdict"] = {
            "field_result": outcome,
            "eligibility": eligibility,
            "registry_action": told.text("verdict", "registry_action") or "keep",
            "comment": told.text("verdict", "comment") or None,
            "reasons": told.text("verdict", "reasons").split(),
            "criteria": told.text("verdict", "criteria").split(),
        }
    return visit


class _Told:
    """Fields of the frame by group and name; of a free form by name alone, outside members."""

    def __init__(self, root: Element) -> None:
        self.root, self.is_free = root, root.find("visit") is None
        self.free = {one.tag: one for one in reversed(list(_outside_members(root)))} if self.is_free else {}

    def text(self, group: str, name: str) -> str:
        """What stands there, or nothing."""
        if self.is_free:
            return text_of(self.free.get(name))
        return text_of(self.root.find(f"{group}/{name}" if group else name))


def _in(element: Element | None, name: str) -> Element | None:
    return None if element is None else element.find(name)


def _is_member(element: Element) -> bool:
    return element.tag == EACH_MEMBER or any(one.tag.startswith(OF_MEMBER) for one in element)


def _outside_members(element: Element) -> Iterator[Element]:
    """The answers that are about the household."""
    for one in element:
        if one.tag == "meta" or _is_member(one):
            continue
        if len(one):
            yield from _outside_members(one)
        else:
            yield one


def _answers(asked: Element | None, kinds: dict[str, QuestionType], frame: frozenset[str]) -> dict[str, Any]:
    return {} if asked is None else _typed(_outside_members(asked), kinds, frame)


def _typed(found: Iterator[Element], kinds: dict[str, QuestionType], frame: frozenset[str]) -> dict[str, Any]:
    """Answers by the names of their questions, as JSON has them; photos go their own way."""
    answers: dict[str, Any] = {}
    for one in found:
        text = text_of(one)
        if not text or one.tag in frame or PHOTO.fullmatch(text):
            continue
        kind = kinds.get(one.tag)
        if kind is QuestionType.INTEGER:
            answers.setdefault(one.tag, _number(text))
        elif kind is QuestionType.SELECT_MULTIPLE:
            answers.setdefault(one.tag, text.split())
        else:
            answers.setdefault(one.tag, text)
    return answers


def _members(root: Element, kinds: dict[str, QuestionType], root_id: UUID) -> Iterator[dict[str, Any]]:
    new = 0
    for repeat in (one for one in root.iter() if _is_member(one)):
        known = {one.tag.removeprefix(OF_MEMBER): text_of(one) for one in repeat if one.tag.startswith(OF_MEMBER)}
        whereabouts = known.get("whereabouts", "")
        if not (whereabouts or known.get("id") or known.get("name")):
            continue  # a repeat that was opened and not filled
        member: dict[str, Any] = {"id": known.get("id", ""), "whereabouts": whereabouts}
        if whereabouts == "new":
            new += 1
            told = {"name": known.get("name"), "sex": known.get("new-sex"), "born_on": known.get("new-born-on")}
            member |= {"id": str(uuid5(root_id, f"member {new}"))} | {key: said for key, said in told.items() if said}
        asked = (one for one in leaves(repeat) if not one.tag.startswith(OF_MEMBER))
        yield member | {"answers": _typed(asked, kinds, frozenset())}


def _number(text: str) -> int | str:
    return int(text) if WHOLE.fullmatch(text) else text


def _place(text: str) -> dict[str, Any] | str:
    """A geopoint: latitude, longitude, altitude, accuracy in metres."""
    try:
        lat, lon, *rest = map(float, text.split())
    except ValueError:
        return text
    return {"lat": lat, "lon": lon} | ({"accuracy_m": rest[1]} if len(rest) > 1 else {})
