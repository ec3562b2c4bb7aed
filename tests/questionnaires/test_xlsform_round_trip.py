"""Any small form comes back from its workbook the same, and pyxform takes it; the phone agrees with the server."""

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from api.core.problems import Invalid
from api.questionnaires.checks import FACTS
from api.questionnaires.conditions import holds
from api.questionnaires.form import examine
from api.questionnaires.problems import CellTooLong
from api.questionnaires.schemas import Check, Condition, Form, QuestionType
from api.questionnaires.xform import xform
from api.questionnaires.xlsform import workbook
from api.questionnaires.xlsform_reading import read_xlsform
from api.questionnaires.xlsform_rows import answer_to
from api.questionnaires.xpath import broken
from api.questionnaires.xpath_reading import NotReadable, read_expression

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20).filter(str.strip)
LABEL = st.fixed_dictionaries({"id": TEXT, "en": TEXT})
KINDS = {"n1": "integer", "n2": "integer", "d": "date", "t": "text", "one": "select_one", "some": "select_multiple"}
NAMES = [*KINDS, "m1", "m2", "age", "sex"]
LISTS = {"one": "reg_307a", "some": "bdt_kartu_identitas", "m2": "yes_no"}
CODES = {"one": ["1", "2", "3", "4"], "some": ["0", "1", "2", "4", "8"], "m2": ["yes", "no"], "sex": ["male", "female"]}
TYPES = KINDS | {"m1": "integer", "m2": "select_one"}
KNOWN = FACTS | {name: QuestionType(kind) for name, kind in TYPES.items()}
NUMBER = st.integers(-5, 5)


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    """A condition about one question."""
    shape = draw(st.sampled_from(["in", "range", "least", "most", "compare", "present"]))
    if shape == "in":
        name = draw(st.sampled_from(sorted(CODES)))
        return {"question": name, "in": draw(st.lists(st.sampled_from(CODES[name]), min_size=1, max_size=3))}
    if shape == "present":
        return {"present": draw(st.sampled_from(NAMES))}
    name = draw(st.sampled_from(["n1", "n2", "m1", "age"]))
    if shape == "compare":
        sign = draw(st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]))
        return {"question": name, "compare": sign, "with": draw(st.sampled_from(["n1", "n2", "m1", "age"]))}
    ends = {"range": ("least", "most"), "least": ("least",), "most": ("most",)}[shape]
    return {"question": name} | {end: draw(NUMBER) for end in ends}


def nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions of conditions."""
    several = st.lists(inner, min_size=1, max_size=3)
    counted = st.builds(lambda one, least: {"members": one, "least": least}, inner, NUMBER)
    return st.one_of(
        several.map(lambda found: {"all": found}), several.map(lambda found: {"any": found}),
        inner.map(lambda found: {"not": found}), counted,
    )  # fmt: skip


CONDITIONS = st.recursive(leaves(), nested, max_leaves=5)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form with a section of each subject, or one of them; each question may be relevant or not."""

    def asked(name: str, kind: str) -> dict[str, Any]:
        question: dict[str, Any] = {"name": name, "type": kind, "label": draw(LABEL), "list": LISTS.get(name)}
        question |= {"data_class": draw(st.sampled_from(["public", "personal", "specific"]))}
        question["required"] = draw(st.booleans())
        question["relevant"] = draw(st.none() | CONDITIONS)
        if kind == "integer":
            question["minimum"] = draw(st.none() | st.integers(-9, 0))
            question["maximum"] = draw(st.none() | st.integers(1, 9))
        return question | {"criterion": draw(st.none() | st.just("K1"))}

    first = [asked(name, kind) for name, kind in KINDS.items()]
    second = [asked("m1", "integer"), asked("m2", "select_one")]
    checks = [
        {
            "name": f"check_{place}",
            "level": draw(st.sampled_from(["warning", "blocking"])),
            "about": draw(st.none() | st.sampled_from(NAMES)),
            "when": draw(st.none() | CONDITIONS),
            "require": draw(CONDITIONS),
            "message": draw(LABEL),
            "source": draw(st.none() | TEXT),
        }
        for place in range(draw(st.integers(0, 3)))
    ]
    sections: list[dict[str, Any]] = [
        {"name": "house", "label": draw(LABEL), "subject": "household", "questions": first},
        {"name": "people", "label": draw(LABEL), "subject": "member", "questions": second},
    ]
    form: dict[str, Any] = {"sections": sections, "checks": []}
    for question in first + second:  # what does not hang together is left out, so that every example counts
        if not _hangs_together(form):
            question["relevant"] = None
    for check in checks:
        if _hangs_together(form | {"checks": [*form["checks"], check]}):
            form["checks"] = [*form["checks"], check]
    assume(_hangs_together(form))
    return Form.model_validate(form)


def _hangs_together(form: dict[str, Any]) -> bool:
    try:
        examine(Form.model_validate(form))
    except Invalid:
        return False
    return True


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms())
def test_any_form_comes_back_the_same_and_is_an_xform(form: Form) -> None:
    data = workbook("coba", "Coba", 1, form)

    assert read_xlsform(data, "coba", "Coba") == form
    assert "coba" in convert(io.BytesIO(data), file_type=".xlsx").xform
    assert xform("coba", "Coba", 1, form)


def test_what_no_cell_can_hold_is_refused_by_its_cell_and_never_left_out() -> None:
    label = {"id": "Coba", "en": "Coba"}
    chosen: dict[str, Any] = {"all": [{"question": "one", "in": ["1"] * 100}] * 20}
    asked = [
        {"name": "one", "type": "select_one", "list": LISTS["one"], "label": label, "data_class": "public"},
        {"name": "t", "type": "text", "label": label, "data_class": "public", "relevant": chosen},
    ]
    section = {"name": "house", "label": label, "subject": "household", "questions": asked}

    with pytest.raises(CellTooLong) as refused:
        workbook("coba", "Coba", 1, Form.model_validate({"sections": [section], "checks": []}))

    assert refused.value.extra == {"cell": "/survey/4/relevant"}


ANSWERS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("n1", "n2", "m1", "age"), NUMBER),
        **{name: st.sampled_from(CODES[name]) for name in ("one", "m2", "sex")},
        "some": st.lists(st.sampled_from(CODES["some"]), min_size=1, max_size=2),
        "t": st.just("x"),
        "d": st.just("2022-11-02"),
    },
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(CONDITIONS, st.none() | CONDITIONS, ANSWERS)
def test_a_phone_finds_a_check_broken_exactly_where_the_server_does(
    require: dict[str, Any], when: dict[str, Any] | None, answers: dict[str, Any]
) -> None:
    message = {"id": "Salah", "en": "Wrong"}
    check = Check.model_validate(
        {"name": "c", "level": "blocking", "require": require, "when": when, "message": message}
    )
    applies = check.when is None or holds(check.when, answers, []) is True
    server = applies and holds(check.require, answers, []) is False

    said = broken(check, answer_to)

    assert (said is None) is ("members" in str(require) + str(when))
    if said is not None:
        try:
            read = Condition.model_validate(read_expression(said, KNOWN))
        except NotReadable:  # nested deeper than what is read back
            reject()
        assert (holds(read, answers, []) is True) is server, said


@pytest.mark.parametrize(
    ("require", "when", "said"),
    [
        ({"question": "n1", "least": 1}, None, "(${n1} != '' and ${n1} < 1)"),
        ({"question": "n1", "most": 5}, None, "(${n1} != '' and ${n1} > 5)"),
        ({"not": {"question": "n1", "least": 1, "most": 5}}, None, "(${n1} != '' and ${n1} >= 1 and ${n1} <= 5)"),
        ({"question": "one", "in": ["1"]}, None, "(${one} != '' and not(selected(${one}, '1')))"),
        (
            {"question": "n1", "compare": "eq", "with": "age"},
            {"present": "t"},
            "(${t} != '' and (${n1} != '' and ${member-age} != '' and ${n1} != ${member-age}))",
        ),
    ],
)
def test_a_missing_answer_breaks_nothing_on_a_phone(
    require: dict[str, Any], when: dict[str, Any] | None, said: str
) -> None:
    given = {"name": "c", "level": "blocking", "require": require, "when": when}

    assert broken(Check.model_validate(given | {"message": {"id": "Salah", "en": "Wrong"}}), answer_to) == said


@pytest.mark.parametrize(
    ("turned", "plain"),
    [
        ("3 <= ${n1}", "${n1} >= 3"), ("3 < ${n1}", "${n1} > 3"), ("3 >= ${n1}", "${n1} <= 3"),
        ("3 > ${n1}", "${n1} < 3"), ("3 = ${n1}", "${n1} = 3"), ("3 != ${n1}", "${n1} != 3"),
    ],
)  # fmt: skip
def test_a_number_may_stand_before_the_question(turned: str, plain: str) -> None:
    assert read_expression(turned, KNOWN) == read_expression(plain, KNOWN)


@pytest.mark.parametrize(
    ("sign", "broken_by"),
    [("eq", "!="), ("ne", "="), ("lt", ">="), ("le", ">"), ("gt", "<="), ("ge", "<")],
)
def test_each_comparison_is_broken_by_its_opposite(sign: str, broken_by: str) -> None:
    require = {"question": "n1", "compare": sign, "with": "n2"}
    given = {"name": "c", "level": "blocking", "require": require, "message": {"id": "Salah", "en": "Wrong"}}

    assert f"${{n1}} {broken_by} ${{n2}})" in str(broken(Check.model_validate(given), answer_to))
