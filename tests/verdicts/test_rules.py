"""Which verdicts contradict themselves (contract section 5, "Rules")."""

from typing import Any

import pytest

from api.core.problems import Invalid
from api.verdicts.rules import Circumstances, demand_agreement
from api.verdicts.schemas import VerdictIn

SET = "kriteria_fakir_miskin_262"
KNOWN = Circumstances(SET)
DECEASED = Circumstances(SET, all_deceased=True)
DELIBERATED = Circumstances(SET, deliberated=True)


def verdict(field_result: str, eligibility: str, action: str, **more: Any) -> VerdictIn:
    return VerdictIn.model_validate(
        {"field_result": field_result, "eligibility": eligibility, "registry_action": action} | more
    )


@pytest.mark.parametrize(
    ("content", "known", "pointer", "code"),
    [
        (verdict("refused", "eligible", "keep"), KNOWN, "/eligibility", "eligible_without_interview"),
        (verdict("moved", "eligible", "transfer"), KNOWN, "/eligibility", "eligible_without_interview"),
        (verdict("refused", "not_eligible", "deactivate"), KNOWN, "/registry_action", "needs_deliberation"),
        (verdict("no_respondent", "undetermined", "deactivate"), KNOWN, "/registry_action", "needs_deliberation"),
        (verdict("not_found", "not_eligible", "deactivate"), KNOWN, "/registry_action", "needs_deliberation"),
        (verdict("moved", "not_eligible", "deactivate"), KNOWN, "/registry_action", "moved_within_city"),
        (
            verdict("moved", "undetermined", "keep", reasons=["moved_within_city"]),
            KNOWN,
            "/registry_action",
            "moved_within_city",
        ),
        (verdict("completed", "not_eligible", "keep"), DECEASED, "/registry_action", "all_members_deceased"),
        (
            verdict("completed", "not_eligible", "keep", criteria=["K1", "K0"]),
            KNOWN,
            "/eligibility",
            "criterion_suffices",
        ),
        (verdict("completed", "eligible", "keep", criteria=["K1", "K9"]), KNOWN, "/criteria/1", "unknown_criterion"),
        (
            verdict("completed", "eligible", "keep", criteria=["K1"]),
            Circumstances(None),
            "/criteria/0",
            "unknown_criterion",
        ),
    ],
)
def test_a_contradiction_is_refused_at_its_field(
    content: VerdictIn, known: Circumstances, pointer: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        demand_agreement(content, known)

    assert (refused.value.pointer, refused.value.field_code) == ("/verdict" + pointer, code)


@pytest.mark.parametrize(
    ("content", "known"),
    [
        (verdict("completed", "eligible", "keep", criteria=["K0"]), KNOWN),
        (verdict("completed", "not_eligible", "keep", criteria=["K1", "K2"]), KNOWN),
        (verdict("completed", "not_eligible", "deactivate", reasons=["well_off"]), KNOWN),
        (verdict("refused", "to_deliberation", "keep"), KNOWN),
        (verdict("refused", "not_eligible", "deactivate"), DELIBERATED),
        (verdict("moved", "undetermined", "transfer", reasons=["moved_within_city"]), KNOWN),
        (verdict("moved", "not_eligible", "deactivate", reasons=["moved_out_of_city"]), KNOWN),
        (verdict("duplicate", "not_eligible", "merge"), KNOWN),
        (verdict("completed", "not_eligible", "deactivate"), DECEASED),
        (verdict("not_found", "not_eligible", "deactivate"), DECEASED),
    ],
)
def test_what_agrees_with_itself_passes(content: VerdictIn, known: Circumstances) -> None:
    demand_agreement(content, known)
