"""What another version of a form asks otherwise, by the names of its questions and checks."""

from collections.abc import Iterator, Mapping
from typing import Any

from api.core.schema import Out
from api.questionnaires.schemas import Form


class ChangedOut(Out):
    """A question or check that is there in both versions, and what of it is different."""

    name: str
    fields: list[str]


class DifferencesOut(Out):
    """What a version asks otherwise than the one before, by the names of its questions and checks."""

    questions_added: list[str]
    questions_removed: list[str]
    questions_changed: list[ChangedOut]
    code_lists_added: list[str]
    code_lists_removed: list[str]
    checks_added: list[str]
    checks_removed: list[str]
    checks_changed: list[ChangedOut]


def differences(before: Form | None, after: Form) -> DifferencesOut:
    """What is new, gone or different in `after`; everything is new where there was nothing before."""
    old, new = _questions(before), _questions(after)
    old_checks, new_checks = _checks(before), _checks(after)
    old_lists, new_lists = _lists(old), _lists(new)
    return DifferencesOut(
        questions_added=[name for name in new if name not in old],
        questions_removed=[name for name in old if name not in new],
        questions_changed=list(_changed(old, new)),
        code_lists_added=sorted(new_lists - old_lists),
        code_lists_removed=sorted(old_lists - new_lists),
        checks_added=[name for name in new_checks if name not in old_checks],
        checks_removed=[name for name in old_checks if name not in new_checks],
        checks_changed=list(_changed(old_checks, new_checks)),
    )


def _questions(form: Form | None) -> dict[str, dict[str, Any]]:
    """Each question by its name, with the section that it stands in and whom that asks about."""
    return {
        question.name: question.model_dump(mode="json") | {"section": section.name, "subject": section.subject.value}
        for section in (form.sections if form else ())
        for question in section.questions
    }


def _checks(form: Form | None) -> dict[str, dict[str, Any]]:
    return {check.name: check.model_dump(mode="json") for check in (form.checks if form else ())}


def _lists(questions: Mapping[str, dict[str, Any]]) -> set[str]:
    return {question["list"] for question in questions.values()} - {None}


def _changed(old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]) -> Iterator[ChangedOut]:
    for name in (name for name in new if name in old):
        if fields := [field for field, value in new[name].items() if value != old[name][field]]:
            yield ChangedOut(name=name, fields=fields)
