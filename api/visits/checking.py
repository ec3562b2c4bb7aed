"""The answers of a visit against the form that it names: the form's own checks, by JSON pointer into the visit.

Only a finished visit is checked: an unfinished one has gaps because it has gaps. A version that the phone does not name
is not guessed. Facts of a member are those of the list, corrected by what the visit says.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from api.core import clock
from api.core.database import Connection
from api.core.problems import Invalid
from api.questionnaires.checks import CORRECTABLE, FormChecker, Found, Person, age
from api.questionnaires.schemas import CheckLevel, Form
from api.tables import VisitOutcome
from api.visits import queries
from api.visits.schemas import VisitIn

MOST_KNOWN = 64
# by row and by the transaction that wrote it: a published version never changes, and a changed row is another one
_known: dict[tuple[UUID, int], FormChecker] = {}


class AnswersContradict(Invalid):
    """A blocking check of the form found the answers of a finished visit wrong; `errors` names each place."""

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(found[0].pointer, found[0].code)
        self.found = found

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Every place with the name of the check that it breaks."""
        return [(one.pointer, one.code) for one in self.found]


async def read_forms(connection: Connection, questionnaire_ids: Collection[UUID]) -> dict[UUID, dict[int, FormChecker]]:
    """The published forms of these questionnaires by version; what this process has read before is not read again."""
    forms: dict[UUID, dict[int, FormChecker]] = {}
    if not questionnaire_ids:
        return forms
    published = await connection.fetch(queries.PUBLISHED_FORMS, questionnaire_ids)
    keys = {row["id"]: (row["id"], row["written"]) for row in published}
    if len(_known) > MOST_KNOWN:
        _known.clear()
    if unknown := [version_id for version_id, key in keys.items() if key not in _known]:
        for row in await connection.fetch(queries.FORM_CONTENTS, unknown):
            _known[keys[row["id"]]] = FormChecker(Form.model_validate_json(row["content"]))
    for row in published:
        forms.setdefault(row["questionnaire_id"], {})[row["version"]] = _known[keys[row["id"]]]
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
