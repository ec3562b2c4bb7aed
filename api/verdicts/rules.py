"""Which verdicts agree with themselves: the rules of contract section 5, as pure functions.

Source: dossier 10.4. A rule refuses a contradiction; it never makes a verdict, a person does.
"""

from dataclasses import dataclass

from api.core.problems import Invalid
from api.regions.service import criteria_of, sufficient_criteria
from api.tables import Eligibility, FieldResult, RegistryAction
from api.verdicts.schemas import VerdictIn

# results that say nothing about the people behind the door
ABSENT = frozenset({FieldResult.REFUSED, FieldResult.NO_RESPONDENT, FieldResult.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict is weighed against."""

    criteria_set: str | None
    all_deceased: bool = False
    deliberated: bool = False


def demand_agreement(content: VerdictIn, known: Circumstances, pointer: str = "/verdict") -> None:
    """Raise 422 at the first field of the verdict that contradicts the others or the circumstances."""
    _demand_known_criteria(content, known, pointer)
    completed = content.field_result is FieldResult.COMPLETED
    eligible = content.eligibility is Eligibility.ELIGIBLE
    if eligible and not completed:
        raise Invalid(f"{pointer}/eligibility", "eligible_without_interview")
    if known.all_deceased:
        if content.registry_action is not RegistryAction.DEACTIVATE:
            raise Invalid(f"{pointer}/registry_action", "all_members_deceased")
        return
    if completed and not eligible and sufficient_criteria(known.criteria_set) & set(content.criteria):
        raise Invalid(f"{pointer}/eligibility", "criterion_suffices")
    _demand_fitting_action(content, known, pointer)


def _demand_known_criteria(content: VerdictIn, known: Circumstances, pointer: str) -> None:
    codes = criteria_of(known.criteria_set)
    for place, criterion in enumerate(content.criteria):
        if criterion not in codes:
            raise Invalid(f"{pointer}/criteria/{place}", "unknown_criterion")


def _demand_fitting_action(content: VerdictIn, known: Circumstances, pointer: str) -> None:
    deactivates = content.registry_action is RegistryAction.DEACTIVATE
    if deactivates and content.field_result in ABSENT and not known.deliberated:
        raise Invalid(f"{pointer}/registry_action", "needs_deliberation")
    if content.field_result is FieldResult.MOVED:
        within = "moved_within_city" in content.reasons
        if within and content.registry_action is not RegistryAction.TRANSFER:
            raise Invalid(f"{pointer}/registry_action", "moved_within_city")
        if deactivates and "moved_out_of_city" not in content.reasons:
            raise Invalid(f"{pointer}/registry_action", "moved_within_city")
