"""Does a form hang together: names once, lists that exist, conditions about questions that are there."""

from typing import TypeAlias

from api.core.problems import Invalid
from api.questionnaires.checks import FACT_LISTS, FACTS
from api.questionnaires.schemas import Condition, Form, Question, QuestionSubject, QuestionType, Section
from api.regions.service import codes_of

CHOICES = (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE)
ORDERED = (QuestionType.INTEGER, QuestionType.DATE)
Earlier: TypeAlias = dict[str, tuple[Section, Question]]  # by the name of the question


def examine(form: Form) -> None:
    """Refuse a form that a phone could not show, naming the place; the body is `{"content": form}`."""
    earlier: Earlier = {}
    sections: set[str] = set()
    subjects: set[QuestionSubject] = set()
    for place, section in enumerate(form.sections):
        pointer = f"/content/sections/{place}"
        if section.name in sections:
            raise Invalid(f"{pointer}/name", "repeated")
        sections.add(section.name)
        last = form.sections[place - 1].subject if place else None
        if section.subject is QuestionSubject.MEMBER is not last and QuestionSubject.MEMBER in subjects:
            raise Invalid(f"{pointer}/subject", "members_apart")  # a phone goes through the family once
        subjects.add(section.subject)
        for number, question in enumerate(section.questions):
            _examine_question(f"{pointer}/questions/{number}", section, question, earlier)
            earlier[question.name] = (section, question)
    _examine_checks(form, earlier)


def _examine_question(pointer: str, section: Section, question: Question, earlier: Earlier) -> None:
    if question.name in earlier:
        raise Invalid(f"{pointer}/name", "repeated")
    if question.name in FACTS:
        raise Invalid(f"{pointer}/name", "reserved")
    if question.type in CHOICES and not codes_of(question.list or ""):
        raise Invalid(f"{pointer}/list", "unknown_code_list")
    if question.type not in CHOICES and question.list is not None:
        raise Invalid(f"{pointer}/list", "only_for_choices")
    _examine_bounds(pointer, question)
    if question.relevant is not None:
        of_member = section.subject is QuestionSubject.MEMBER
        _examine_condition(f"{pointer}/relevant", question.relevant, earlier, of_member, "not_an_earlier_question")


def _examine_bounds(pointer: str, question: Question) -> None:
    for name in ("minimum", "maximum"):
        if getattr(question, name) is not None and question.type is not QuestionType.INTEGER:
            raise Invalid(f"{pointer}/{name}", "only_for_numbers")
    if question.minimum is not None and question.maximum is not None and question.maximum < question.minimum:
        raise Invalid(f"{pointer}/maximum", "less_than_minimum")


def _examine_checks(form: Form, asked: Earlier) -> None:
    names: set[str] = set()
    for place, check in enumerate(form.checks):
        pointer = f"/content/checks/{place}"
        if check.name in names:
            raise Invalid(f"{pointer}/name", "repeated")
        names.add(check.name)
        if check.about is not None and check.about not in asked.keys() | FACTS.keys():
            raise Invalid(f"{pointer}/about", "unknown_question")
        of_member = check.about in FACTS or _is_personal(asked.get(check.about or ""))
        for name, condition in (("when", check.when), ("require", check.require)):
            if condition is not None:
                _examine_condition(f"{pointer}/{name}", condition, asked, of_member, "unknown_question")


def _is_personal(asked: tuple[Section, Question] | None) -> bool:
    return asked is not None and asked[0].subject is QuestionSubject.MEMBER


def _examine_condition(pointer: str, condition: Condition, asked: Earlier, of_member: bool, unknown: str) -> None:
    """`of_member`: one member is meant, so that its facts and answers can be asked for."""
    for name, inner in (("not", condition.no), ("members", condition.members)):
        if inner is not None:
            _examine_condition(f"{pointer}/{name}", inner, asked, of_member or name == "members", unknown)
    for name, several in (("all", condition.every), ("any", condition.some)):
        for place, inner in enumerate(several or ()):
            _examine_condition(f"{pointer}/{name}/{place}", inner, asked, of_member, unknown)
    for name, question in (("question", condition.question), ("with", condition.other), ("present", condition.present)):
        if question is not None:
            _examine_named(f"{pointer}/{name}", question, asked, of_member, unknown)
    if condition.members is not None and unknown == "not_an_earlier_question":
        raise Invalid(f"{pointer}/members", "only_for_checks")  # a phone in the midst of the family cannot count it
    if condition.question is not None:
        _examine_kind(pointer, condition, asked)


def _examine_kind(pointer: str, condition: Condition, asked: Earlier) -> None:
    kind, codes = _kind(condition.question, asked)
    if condition.answers is not None and kind not in CHOICES:
        raise Invalid(f"{pointer}/question", "not_a_choice")
    for place, answer in enumerate(condition.answers or ()):
        if answer not in codes:
            raise Invalid(f"{pointer}/in/{place}", "not_an_answer")
    if condition.answers is None and kind not in (ORDERED if condition.compare else (QuestionType.INTEGER,)):
        raise Invalid(f"{pointer}/question", "only_for_numbers")
    if condition.other is not None and _kind(condition.other, asked)[0] is not kind:
        raise Invalid(f"{pointer}/with", "of_another_kind")


def _examine_named(pointer: str, name: str, asked: Earlier, of_member: bool, unknown: str) -> None:
    if name not in asked and name not in FACTS:
        raise Invalid(pointer, unknown)
    # a household's question cannot hang on the answer of one of its members: which one?
    if (name in FACTS or _is_personal(asked.get(name))) and not of_member:
        raise Invalid(pointer, unknown)


def _kind(name: str | None, asked: Earlier) -> tuple[QuestionType | None, frozenset[str]]:
    if name in FACTS:
        return FACTS[name], codes_of(FACT_LISTS.get(name, ""))
    question = asked[name][1] if name in asked else None
    return (question.type, codes_of(question.list or "")) if question else (None, frozenset())
