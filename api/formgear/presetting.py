"""An assignment in FormGear's words: what its phone knows beforehand, and what came back with returned work."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final
from uuid import UUID

from api.core.clock import WIB
from api.formgear import keys
from api.formgear.template import NOBODY, Gear, option
from api.questionnaires.schemas import QuestionType
from api.visits.schemas import VisitIn
from api.visits.service import OpenedVisit

REVIEWER: Final = "sambang"  # the sender of remarks that we hand out, so that they are told apart when they come back


def preset(gear: Gear, revision: int, household: Mapping[str, Any]) -> dict[str, Any]:
    """The `preset` document: revision, address, and the people of the list, each with the row they stand in."""
    where = " ".join(str(part) for part in (household["address"], _rt_rw(household)) if part)
    people = household["members"]
    told = [
        (keys.BASED_ON, str(revision)),
        (keys.ADDRESS, escape(where, quote=False)),
        (keys.MEMBERS, _listed([member["name"] for member in people])),
    ]
    for row, member in enumerate(people, start=1):
        told += [(f"{key}#{row}", answer) for key, answer in _known(member, gear) if answer]
    return _headed(gear) | {"predata": [_answer(key, answer) for key, answer in told]}


def response(gear: Gear, people: Sequence[UUID], visit: OpenedVisit | None) -> dict[str, Any]:
    """The `response` document to begin with: empty, or with the answers of the visit that was returned."""
    return _headed(gear) | {"answers": [] if visit is None else list(_said(gear, people, visit.said))}


def remark(
    gear: Gear, people: Sequence[UUID], visit: OpenedVisit | None, returned: Mapping[str, Any]
) -> dict[str, Any]:
    """The `remark` document: what reviewers said of the returned verdict, field by field."""
    notes: dict[str, list[dict[str, str]]] = {}
    for one in returned.get("remarks", ()):
        rows = [] if visit is None else [_row(people, member_id) for member_id in visit.member_ids]
        key = keys.key_of(one["pointer"], rows)
        if key is None or key.endswith("#0"):
            key = keys.OUTCOME  # what no field of the form is for
        at = datetime.fromisoformat(returned["returned_at"]).astimezone(WIB)
        said = escape(one["comment"], quote=False)
        comment = {"sender": REVIEWER, "datetime": f"{at:%Y-%m-%d %H:%M:%S}", "comment": said}
        notes.setdefault(key, []).append(comment)
    told = [{"dataKey": key, "name": key.partition("#")[0], "comments": comments} for key, comments in notes.items()]
    return {"dataKey": gear.code, "notes": told}


def _headed(gear: Gear) -> dict[str, Any]:
    return {"description": escape(gear.title, quote=False), "dataKey": gear.code}


def _answer(key: str, answer: Any) -> dict[str, Any]:
    return {"dataKey": key, "name": key, "answer": answer}


def _rt_rw(household: Mapping[str, Any]) -> str | None:
    return f"RT {household['rt']} RW {household['rw']}" if household["rt"] and household["rw"] else None


def _listed(names: Sequence[str]) -> list[dict[str, str]]:
    """A list of FormGear: its first entry says which number was given last."""
    first = NOBODY[0] | {"label": f"lastId#{len(names)}"}
    return [first, *({"label": escape(name, quote=False), "value": str(row)} for row, name in enumerate(names, 1))]


def _known(member: Mapping[str, Any], gear: Gear) -> Iterator[tuple[str, Any]]:
    yield keys.MEMBER_ID, str(member["id"])
    yield keys.MEMBER_NAME, escape(member["name"], quote=False)
    for fact in ("sex", "relation"):
        yield f"member-{fact}", member[fact] and option(fact, member[fact], gear.language)
    yield keys.MEMBER_BORN_ON, member["born_on"] and str(member["born_on"])


def _said(gear: Gear, people: Sequence[UUID], visit: VisitIn) -> Iterator[dict[str, Any]]:
    """The answers of a visit; where it was, who was met and what was judged is told anew."""
    yield _answer(keys.OUTCOME, option("visit_outcome", visit.outcome, gear.language))
    for name, answer in visit.answers.items():
        yield _answer(name, _told(gear, name, answer))
    for member in visit.members:
        if (row := _row(people, member.id)) == 0:
            continue
        yield _answer(f"{keys.WHEREABOUTS}#{row}", option("whereabouts", member.whereabouts, gear.language))
        for name, answer in member.answers.items():
            yield _answer(f"{keys.ANSWER}{name}#{row}", _told(gear, name, answer))


def _told(gear: Gear, name: str, answer: Any) -> Any:
    question = next((one for section in gear.form.sections for one in section.questions if one.name == name), None)
    if question is None or question.list is None:
        return answer
    chosen = answer if question.type is QuestionType.SELECT_MULTIPLE and isinstance(answer, list) else [answer]
    return [one for code in chosen for one in option(question.list, str(code), gear.language)]


def _row(people: Sequence[UUID], member_id: UUID) -> int:
    """The row that somebody stands in; 0, which is nobody's, when the household does not have them any more."""
    return people.index(member_id) + 1 if member_id in people else 0
