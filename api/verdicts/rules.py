"""Which verdicts agree with themselves: the rules of contract section 5, as pure functions.

Source: dossier 10.4. A rule refuses a contradiction; it never makes a verdict, a person does.
"""

from dataclasses import dataclass
from functools import cache

from api.core.problems import Invalid
from api.regions.code_lists import CODE_LISTS
from api.tables import Eligibility, FieldResult, RegistryAction
from api.verdicts.schemas import VerdictIn

# criteria of which one alone makes a household eligible: K0 is to have no shelter (Kepmensos 262/HUK/2022)
SUFFICIENT = {"kriteria_fakir_miskin_262": frozenset({"K0"})}
# results that say nothing about the people behind the door
ABSENT = frozenset({FieldResult.REFUSED, FieldResult.NO_RESPONDENT, FieldResult.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict is weighed against."""

    criteria_set: str | None
    all_deceased: bool = False
    deliberated: bool = False


@cache
def codes_of(criteria_set: str) -> frozenset[str]:
    """The codes of a criteria set; none when there is no such list."""
    found = CODE_LISTS.get(criteria_set)
    return frozenset(code.code for code in found.codes) if found else frozenset()


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
    if completed and not eligible and SUFFICIENT.get(known.criteria_set or "", frozenset()) & set(content.criteria):
        raise Invalid(f"{pointer}/eligibility", "criterion_suffices")
    _demand_fitting_action(content, known, pointer)


def _demand_known_criteria(content: VerdictIn, known: Circumstances, pointer: str) -> None:
    codes = codes_of(known.criteria_set) if known.criteria_set else frozenset()
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
