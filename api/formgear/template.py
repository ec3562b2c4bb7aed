"""A version of a questionnaire as FormGear's `template` and `validation`.

Its questions stand inside a visit: what makes it one before them, the people of the household in a nested part whose
rows are the people of the list, the verdict behind. FormGear writes labels into the page as HTML, so they are escaped.
A `required` number of 0 is no answer to FormGear (`revalidateQ` in `src/Form.tsx`), so one that may be 0 is not
required there; ours is the last word (`missing`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import groupby
from typing import Any, TypeAlias

from api.formgear import keys
from api.formgear.javascript import Places, Script, among, answered, keys_in, quoted
from api.questionnaires.checks import FACTS, LIVES_THERE
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
from api.regions.service import read_code_list

Component: TypeAlias = dict[str, Any]
SECTION, NESTED, VARIABLE, DATE, LIST, TEXT, RADIO, NUMBER, CHECKBOX, LONG_TEXT, PHOTO, GPS = (
    1, 2, 4, 11, 21, 25, 26, 28, 29, 30, 32, 33,
)  # fmt: skip  # ControlType of `src/FormType.tsx`
TYPES = {
    QuestionType.TEXT: TEXT,
    QuestionType.INTEGER: NUMBER,
    QuestionType.DATE: DATE,
    QuestionType.SELECT_ONE: RADIO,
    QuestionType.SELECT_MULTIPLE: CHECKBOX,
}
GRAVITY = {CheckLevel.WARNING: 1, CheckLevel.BLOCKING: 2}
NOBODY = [{"label": "lastId#0", "value": "0"}]  # how a list of FormGear begins
ASKED = among([quoted(keys.OUTCOME)], ["completed", "partial"])
# partial and appointment bring no verdict; an absent household's comes with the third day
UNFINISHED = among([quoted(keys.OUTCOME)], ["partial", "appointment"])
JUDGED = f"({answered([quoted(keys.OUTCOME)])} && !{UNFINISHED})"
SAME_ROW = "@$ROW$"
THIS_ROW = "getRowIndex(0)"
YEAR_MS = 31_557_600_000
BOUNDS = Label(id="Di luar batas yang wajar", en="Outside what is possible")


def options(name: str, language: str) -> list[dict[str, str]]:
    """A code list whole, as options to choose from."""
    return [{"label": escape(getattr(one.label, language), quote=False), "value": one.code}
            for one in read_code_list(name).codes]  # fmt: skip


def option(name: str, code: str, language: str) -> list[dict[str, str]]:
    """One chosen answer of a code list, as an answer of FormGear; a code that is not on the list is its own label."""
    known = next((one for one in options(name, language) if one["value"] == code), None)
    return [known or {"label": escape(code, quote=False), "value": code}]


@dataclass(frozen=True)
class Gear:
    """One version of a questionnaire, told in FormGear's words."""

    code: str
    title: str
    version: int
    form: Form
    language: str

    @property
    def semantic_version(self) -> str:
        """The version as FormGear compares it (`semver-compare`)."""
        return f"{self.version}.0.0"

    @cached_property
    def personal(self) -> frozenset[str]:
        """The names of questions about each member."""
        about_members = (one for one in self.form.sections if one.subject is QuestionSubject.MEMBER)
        return frozenset(question.name for section in about_members for question in section.questions)

    @cached_property
    def kinds(self) -> dict[str, QuestionType]:
        """How each question and each fact of a member is answered."""
        return FACTS | {one.name: one.type for section in self.form.sections for one in section.questions}

    def places(self, row: str) -> Places:
        """The keys, as expressions, of an answer; `row` says how FormGear is told which member is meant."""

        def found(name: str) -> list[str]:
            if name in FACTS:
                return [_in_row(key, row) for key in keys.facts(name)]
            return [_in_row(keys.ANSWER + name, row)] if name in self.personal else [quoted(name)]

        return found

    def template(self) -> dict[str, Any]:
        """The `template` document."""
        return {
            "description": escape(self.title, quote=False),
            "dataKey": self.code,
            "title": escape(self.title, quote=False),
            "acronym": self.code,
            "version": self.semantic_version,
            "components": [list(self._sections())],
        }

    def validation(self) -> dict[str, Any]:
        """The `validation` document: a `test` is the condition under which something is wrong."""
        tests = [*self._bounds(), *map(self._test, self.form.checks)]
        tests.sort(key=lambda one: str(one[0]))
        functions = []
        for key, several in groupby(tests, key=lambda one: one[0]):
            validations = [one[1] for one in several]
            asked = dict.fromkeys([key, *(part for one in validations for part in keys_in(one["test"]))])
            functions.append({"dataKey": key, "componentValidation": list(asked), "validations": validations})
        return {
            "description": escape(self.title, quote=False),
            "dataKey": self.code,
            "version": self.semantic_version,
            "testFunctions": functions,
        }

    def _sections(self) -> Iterator[Component]:
        yield self._section("section-visit", Label(id="Kunjungan", en="Visit"), self._door())
        nested = False
        for subject, sections in groupby(self.form.sections, key=lambda one: one.subject):
            if subject is QuestionSubject.MEMBER:
                nested = True
                yield self._people([question for section in sections for question in section.questions])
                continue
            for section in sections:
                inside = [self._question(one, one.name) for one in section.questions]
                yield self._section(f"section-{section.name}", section.label, inside, ASKED)
        if not nested:
            yield self._people([])
        yield self._section("section-verdict", Label(id="Putusan", en="Verdict"), self._verdict(), JUDGED)

    def _door(self) -> list[Component]:
        only_asked = _enabled(ASKED)
        return [
            self._component(keys.BASED_ON, TEXT, Label(id="Revisi penugasan", en="Revision of the work"), **KNOWN),
            self._component(keys.ADDRESS, TEXT, Label(id="Alamat", en="Address"), **KNOWN),
            self._choice(keys.OUTCOME, "visit_outcome", Label(id="Hasil kunjungan", en="Outcome of the visit"),
                         required=True, principal=1, columnName="outcome"),
            self._choice(keys.NOTICE_GIVEN, "yes_no", Label(id="Maksud dan tujuan sudah dijelaskan (UU 27/2022)",
                                                            en="Purpose was explained (UU 27/2022)"),
                         required=True, **only_asked),
            self._component(keys.LOCATION, GPS, Label(id="Letak rumah", en="Where the house is")),
            self._component(keys.RESPONDENT, TEXT, Label(id="Nama responden", en="Name of the respondent"),
                            principal=2, columnName="respondent", **only_asked),
            self._component(keys.PHOTO, PHOTO, Label(id="Foto rumah tampak depan",
                                                     en="Photo of the house from the front")),
        ]  # fmt: skip

    def _verdict(self) -> list[Component]:
        return [
            self._choice(keys.ELIGIBILITY, "eligibility", Label(id="Kelayakan", en="Eligibility"), required=True,
                         principal=3, columnName="eligibility"),
            self._choice(keys.REGISTRY_ACTION, "registry_action", Label(id="Tindakan atas data",
                                                                        en="Registry action"), required=True),
            self._component(keys.COMMENT, LONG_TEXT, Label(id="Catatan", en="Comment"), rows=3),
        ]  # fmt: skip

    def _people(self, questions: Sequence[Question]) -> Component:
        """The people of the household: a list of names, and for each name what is known and what is asked."""
        names = self._component(
            keys.MEMBERS,
            LIST,
            Label(id="Anggota keluarga", en="Members of the family"),
            answer=NOBODY,
            presetMaster=True,
        )
        there = among([_in_row(keys.WHEREABOUTS, SAME_ROW)], sorted(LIVES_THERE))
        asked = [self._question(one, keys.ANSWER + one.name, there) for one in questions]
        each = self._component(keys.EACH_MEMBER, NESTED, Label(id="Anggota", en="Member"))
        each |= {"description": each["label"], "sourceQuestion": keys.MEMBERS}
        each["components"] = [[*self._person(), *asked]]
        label = Label(id="Anggota keluarga", en="Members of the family")
        return self._section("section-members", label, [names, each], ASKED)

    def _person(self) -> Iterator[Component]:
        yield self._component(keys.MEMBER_ID, TEXT, Label(id="Nomor anggota", en="Member id"), **KNOWN)
        yield self._component(keys.MEMBER_NAME, TEXT, Label(id="Nama di daftar", en="Name on the list"), **KNOWN)
        yield self._choice("member-sex", "sex", Label(id="Jenis kelamin di daftar", en="Sex on the list"), **KNOWN)
        relation = Label(id="Hubungan di daftar", en="Relation on the list")
        yield self._choice("member-relation", "relation", relation, **KNOWN)
        born_on = Label(id="Tanggal lahir di daftar", en="Date of birth on the list")
        yield self._component(keys.MEMBER_BORN_ON, DATE, born_on, **KNOWN)
        yield self._choice(keys.WHEREABOUTS, "whereabouts", Label(id="Keberadaan", en="Whereabouts"), required=True)
        new = _enabled(among([_in_row(keys.WHEREABOUTS, SAME_ROW)], ["new"]))
        yield self._choice(f"{keys.NEW}sex", "sex", Label(id="Jenis kelamin", en="Sex"), required=True, **new)
        relation = Label(id="Hubungan dengan kepala keluarga", en="Relation to the head")
        yield self._choice(f"{keys.NEW}relation", "relation", relation, **new)
        yield self._component(f"{keys.NEW}born_on", DATE, Label(id="Tanggal lahir", en="Date of birth"), **new)
        born = [f"getValue({_in_row(key, SAME_ROW)})" for key in (keys.MEMBER_BORN_ON, f"{keys.NEW}born_on")]
        # what is not answered is '' to FormGear, and [] in a new row
        years = f"Math.floor((Date.now() - Date.parse(d)) / {YEAR_MS})"
        age = f"[{', '.join(born)}].filter(d => d.length > 0).map(d => {years})[0]"
        # with the row for FormGear to fill in, without it for FormGear to notice a change (`hasComponentVar`)
        told = [*keys_in(age), *(key.removesuffix(SAME_ROW) for key in keys_in(age))]
        computed = {"expression": age, "componentVar": told, "render": True, "renderType": 1}
        yield self._component("member-age", VARIABLE, Label(id="Umur (tahun)", en="Age (years)"), **computed)

    def _section(self, key: str, label: Label, inside: Sequence[Component], enabled: str | None = None) -> Component:
        made = self._component(key, SECTION, label, **(_enabled(enabled) if enabled else {}))
        return made | {"description": made["label"], "components": [list(inside)]}

    def _question(self, question: Question, key: str, also: str | None = None) -> Component:
        more: dict[str, Any] = {}
        conditions = [also] if also else []
        if question.relevant is not None:
            script = Script(self.places(SAME_ROW), self.kinds, enabling=True)
            conditions.append(script.holds(question.relevant))
        if conditions:
            more |= _enabled(" && ".join(conditions))
        may_be_0 = question.type is QuestionType.INTEGER and (question.minimum is None or question.minimum <= 0)
        more["required"] = question.required and not may_be_0
        if question.list is not None:
            more["options"] = options(question.list, self.language)
        return self._component(key, TYPES[question.type], question.label, **more)

    def _choice(self, key: str, list_name: str, label: Label, **more: Any) -> Component:
        return self._component(key, RADIO, label, options=options(list_name, self.language), **more)

    def _component(self, key: str, kind: int, label: Label, **more: Any) -> Component:
        return {"label": self._told(label), "dataKey": key, "name": key, "type": kind} | more

    def _told(self, label: Label) -> str:
        return escape(getattr(label, self.language), quote=False)

    def _bounds(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Warnings only: FormGear's own `rangeInput` would keep a phone from sending."""
        for section in self.form.sections:
            of_member = section.subject is QuestionSubject.MEMBER
            for question in section.questions:
                if question.minimum is None and question.maximum is None:
                    continue
                within = Condition(question=question.name, least=question.minimum, most=question.maximum)
                test = self._script().fails(within)
                yield (keys.ANSWER if of_member else "") + question.name, self._validation(test, BOUNDS, 1)

    def _test(self, check: Check) -> tuple[str, dict[str, Any]]:
        about, script = check.about, self._script()
        key = keys.MEMBERS if about is None else keys.WHEREABOUTS if about in FACTS else about
        parts = [] if check.when is None else [script.holds(check.when)]
        if about in self.personal or about in FACTS:
            key = keys.ANSWER + about if about in self.personal else key
            parts.insert(0, among([_in_row(keys.WHEREABOUTS, THIS_ROW)], sorted(LIVES_THERE)))
        test = " && ".join([*parts, script.fails(check.require)])
        return key, self._validation(test, check.message, GRAVITY[check.level])

    def _script(self) -> Script:
        return Script(self.places(THIS_ROW), self.kinds, row_places=lambda row: self.places(f"{row}.value"))

    def _validation(self, test: str, message: Label, gravity: int) -> dict[str, Any]:
        return {"test": test, "message": self._told(message), "type": gravity}


KNOWN: dict[str, Any] = {"disableInput": True, "presetMaster": True}


def _in_row(key: str, row: str) -> str:
    """FormGear fills in the row of `key@$ROW$`; elsewhere the expression says it."""
    return quoted(key + row) if row == SAME_ROW else f"'{key}#' + {row}"


def _enabled(script: str) -> dict[str, Any]:
    return {"enableCondition": script, "componentEnable": keys_in(script)}
