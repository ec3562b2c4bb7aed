"""Does a form hang together: names once, lists that exist, relevance that leads to an earlier question's answers."""

from typing import TypeAlias

from api.core.problems import Invalid
from api.questionnaires.schemas import Form, Question, QuestionSubject, QuestionType, Relevance, Section
from api.regions.service import codes_of

CHOICES = (QuestionType.SELECT_ONE, QuestionType.SELECT_MULTIPLE)
Earlier: TypeAlias = dict[str, tuple[Section, Question]]  # by the name of the question


def examine(form: Form) -> None:
    """Refuse a form that a phone could not show, naming the place; the body is `{"content": form}`."""
    earlier: Earlier = {}
    sections: set[str] = set()
    for place, section in enumerate(form.sections):
        pointer = f"/content/sections/{place}"
        if section.name in sections:
            raise Invalid(f"{pointer}/name", "repeated")
        sections.add(section.name)
        for number, question in enumerate(section.questions):
            _examine_question(f"{pointer}/questions/{number}", section, question, earlier)
            earlier[question.name] = (section, question)


def _examine_question(pointer: str, section: Section, question: Question, earlier: Earlier) -> None:
    if question.name in earlier:
        raise Invalid(f"{pointer}/name", "repeated")
    if question.type in CHOICES and not codes_of(question.list or ""):
        raise Invalid(f"{pointer}/list", "unknown_code_list")
    if question.type not in CHOICES and question.list is not None:
        raise Invalid(f"{pointer}/list", "only_for_choices")
    _examine_bounds(pointer, question)
    if question.relevant is not None:
        _examine_relevance(f"{pointer}/relevant", section, question.relevant, earlier)


def _examine_bounds(pointer: str, question: Question) -> None:
    for name in ("minimum", "maximum"):
        if getattr(question, name) is not None and question.type is not QuestionType.INTEGER:
            raise Invalid(f"{pointer}/{name}", "only_for_numbers")
    if question.minimum is not None and question.maximum is not None and question.maximum < question.minimum:
        raise Invalid(f"{pointer}/maximum", "less_than_minimum")


def _examine_relevance(pointer: str, section: Section, relevant: Relevance, earlier: Earlier) -> None:
    if relevant.question not in earlier:
        raise Invalid(f"{pointer}/question", "not_an_earlier_question")
    asked_in, asked = earlier[relevant.question]
    # a household's question cannot hang on the answer of one of its members: which one?
    if asked_in.subject is QuestionSubject.MEMBER and section.subject is QuestionSubject.HOUSEHOLD:
        raise Invalid(f"{pointer}/question", "not_an_earlier_question")
    if asked.type not in CHOICES:
        raise Invalid(f"{pointer}/question", "not_a_choice")
    for place, answer in enumerate(relevant.answers):
        if answer not in codes_of(asked.list or ""):
            raise Invalid(f"{pointer}/in/{place}", "not_an_answer")
