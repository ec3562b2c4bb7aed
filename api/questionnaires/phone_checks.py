"""What a phone can hold of a form's checks: a blocking one as a constraint of its question, any other as a note.

A phone finds no more than the server: a check that hangs on a missing answer is not broken, and one that counts the
members of the household is the server's alone.
"""

from collections.abc import Sequence

from api.questionnaires import xpath
from api.questionnaires.checks import FACTS
from api.questionnaires.schemas import (
    Check,
    CheckLevel,
    Condition,
    Form,
    Label,
    Question,
    QuestionSubject,
    QuestionType,
)
from api.questionnaires.xlsform_rows import BOUNDS, Row, answer_to, labelled, told


def constrained(question: Question, checks: Sequence[Check]) -> Row:
    """The constraint of a question and what it says when it is broken; nothing where there is none."""
    held = xpath.bounds(question)
    parts, labels = ([held], [BOUNDS]) if held is not None else ([], [])
    for check in checks:
        if check.about == question.name and check.level is CheckLevel.BLOCKING:
            broken = xpath.broken(check, lambda name: "." if name == question.name else answer_to(name))
            if broken is not None:
                parts.append(f"not({broken})")
                labels.append(check.message)
    if not parts:
        return {}
    message = Label(id="; ".join(one.id for one in labels), en="; ".join(one.en for one in labels))
    return {"constraint": " and ".join(parts)} | labelled("constraint_message", message)


def notes(form: Form) -> dict[str, list[Row]]:
    """By section, the notes at its end: each shows when its check is broken, behind the last answer it hangs on."""
    places = {question.name: section for section in form.sections for question in section.questions}
    found: dict[str, list[Row]] = {}
    for check in form.checks:
        broken = xpath.broken(check, answer_to)
        held = check.about in places and check.level is CheckLevel.BLOCKING
        if broken is None or held:
            continue
        about = places.get(check.about or "")
        personal = check.about in FACTS or (about is not None and about.subject is QuestionSubject.MEMBER)
        subject = QuestionSubject.MEMBER if personal else QuestionSubject.HOUSEHOLD
        named = names_in(check.require) | (names_in(check.when) if check.when else set()) | {check.about}
        scope = [section for section in form.sections if section.subject is subject]
        behind = [section for section in scope if named & {question.name for question in section.questions}]
        if last := (behind or scope)[-1:]:
            row: Row = {"type": "note", "name": f"check-{check.name}", "relevant": broken}
            found.setdefault(last[0].name, []).append(row | labelled("label", check.message))
    return found


def names_in(condition: Condition) -> set[str | None]:
    """The questions that a condition asks about."""
    inner = [*(condition.every or ()), *(condition.some or ())]
    inner += [one for one in (condition.no, condition.members) if one is not None]
    here = {condition.question, condition.other, condition.present} - {None}
    return here.union(*(names_in(one) for one in inner))


def check_row(check: Check, kinds: dict[str, QuestionType]) -> Row:
    """A check as a row of the sheet `checks`, which is ours; its conditions read like `relevant`, or are JSON."""
    row: Row = {"name": check.name, "level": check.level.value, "about": check.about or ""}
    row |= {"when": told(check.when, kinds) if check.when else "", "require": told(check.require, kinds)}
    return row | labelled("message", check.message) | {"source": check.source or ""}
