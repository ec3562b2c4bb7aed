"""The answers of a visit against the form that it names: the form's own checks, by JSON pointer into the visit.

Only a finished visit is checked: an unfinished one has gaps because it has gaps. A version that the phone does not name
is not guessed. Facts of a member are those of the list, corrected by what the visit says.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from api.core import clock
from api.core.database import Connection
from api.core.problems import Invalid
from api.questionnaires.checks import CORRECTABLE, FormChecker, Found, Person, age
from api.questionnaires.schemas import CheckLevel, Form
from api.tables import VisitOutcome
from api.visits import queries
from api.visits.schemas import VisitIn

# A version's row and the transaction that wrote it: a published one never changes, and a changed row is another one.
Written: TypeAlias = tuple[UUID, str]
MOST_KNOWN = 64
_known: dict[Written, FormChecker] = {}


class AnswersContradict(Invalid):
    """A blocking check of the form found the answers of a finished visit wrong; `errors` names each place."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(found[0].pointer, found[0].code)
        self.found = found

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Every place with the name of the check that it breaks."""
        return [(one.pointer, one.code) for one in self.found]


async def read_forms(connection: Connection, published: Collection[Written]) -> dict[Written, FormChecker]:
    """These published forms; what this process has read before is not read again."""
    forms = {one: _known[one] for one in published if one in _known}
    if unread := {one[0]: one for one in published if one not in forms}:
        for row in await connection.fetch(queries.FORM_CONTENTS, list(unread)):
            forms[unread[row["id"]]] = FormChecker(Form.model_validate_json(row["content"]))
        if len(_known) > MOST_KNOWN:
            _known.clear()
        _known.update(forms)
    return forms


def check_answers(
    visit: VisitIn, forms: Mapping[int, FormChecker], people: Mapping[UUID, Mapping[str, Any]]
) -> tuple[Found, ...]:
    """What the form finds wrong with a finished visit; nothing when the visit names no form."""
    form = forms.get(visit.questionnaire_version or 0)
    if form is None or visit.outcome is not VisitOutcome.COMPLETED:
        return ()
    day = clock.working_day(visit.started_at)
    met = {member.id: place for place, member in enumerate(visit.members)}
    persons = []
    for member_id in dict.fromkeys([*people, *met]):
        facts, place, answers = dict(people.get(member_id, {})), met.get(member_id), {}
        if place is not None:
            said = visit.members[place]
            corrected = said.model_dump(include=set(CORRECTABLE), mode="json", exclude_none=True)
            facts, answers = facts | corrected, said.answers
        born_on = facts.pop("born_on", None)
        facts["age"] = age(date.fromisoformat(born_on) if born_on else None, day)
        persons.append(Person(place, facts, answers))
    return tuple(form.findings(visit.answers, persons))


def demand_unblocked(found: Sequence[Found]) -> None:
    """Raise `AnswersContradict` when one of the findings blocks."""
    if blocking := [one for one in found if one.level is CheckLevel.BLOCKING]:
        raise AnswersContradict(blocking)
