"""A form is tried with answers that somebody makes up: what it finds in them, as in those of a finished visit."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from api.core import clock
from api.core.schema import In, Out
from api.questionnaires.checks import FormChecker, Person, age
from api.questionnaires.schemas import CheckLevel, FindingOut, Form, Label, Word
from api.tables import Sex, Whereabouts


class TrialMemberIn(In):
    """A member as a visit would meet it: what is known of the person, and the person's answers."""

    whereabouts: Whereabouts = Whereabouts.PRESENT
    sex: Sex | None = None
    born_on: date | None = None
    relation: Annotated[Word | None, Field(description="`head, spouse, child, …`")] = None
    answers: Annotated[dict[str, Any], Field(default_factory=dict, max_length=300)]


class TrialIn(In):
    """A finished visit made up to try a form; ages are counted on the day `on`, today if it is not said."""

    on: date | None = None
    answers: Annotated[dict[str, Any], Field(default_factory=dict, max_length=500)]
    members: Annotated[list[TrialMemberIn], Field(default_factory=list, max_length=50)]


class TrialFindingOut(FindingOut):
    """A finding with what its check says to people; null where no check but the question itself found it."""

    message: Label | None


class TrialOut(Out):
    """What a form finds; `blocked`: a visit with these answers would not be taken in."""

    findings: list[TrialFindingOut]
    blocked: bool


def try_form(form: Form, body: TrialIn) -> TrialOut:
    """What this form finds in these answers, and whether it would keep the visit out."""
    day = body.on or clock.working_day(clock.now())
    people = [_person(place, member, day) for place, member in enumerate(body.members)]
    messages = {check.name: check.message for check in form.checks}
    found = [
        TrialFindingOut(pointer=one.pointer, code=one.code, level=one.level, message=messages.get(one.code))
        for one in FormChecker(form).findings(body.answers, people)
    ]
    return TrialOut(findings=found, blocked=any(one.level is CheckLevel.BLOCKING for one in found))


def _person(place: int, member: TrialMemberIn, day: date) -> Person:
    facts = member.model_dump(mode="json", include={"sex", "relation", "whereabouts"})
    return Person(place, facts | {"age": age(member.born_on, day)}, member.answers)
