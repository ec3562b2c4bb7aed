"""A form as an XForm for ODK Collect, made by pyxform: the form's sections inside a visit to one door.

What is asked stands in `/data/answers`; around it stands what makes it a visit (contract section 5): `/data/visit` with
the assignment, the outcome and the place, `/data/answers/each-member` with the person of each repeat, and
`/data/verdict`. Whom to visit comes from two lists of the person's own work that Collect gets with the form:
`assignments.csv` (`name` = assignment id, `label`, `household_id`, `revision`) and `members.csv` (`name` = member id,
`label`, `household_id`, `sex`, `born_on`, `relation`).
"""

from collections.abc import Iterator
from functools import lru_cache

from pyxform.xls2xform import convert

from api.questionnaires.schemas import Form, Label
from api.questionnaires.xlsform import choices, lists_of, settings, survey
from api.questionnaires.xlsform_rows import EACH_MEMBER, Row, labelled, wrapped

ROOT = "data"
OUTCOME = f"/{ROOT}/visit/outcome"
ASKED = f"{OUTCOME} = 'completed' or {OUTCOME} = 'partial'"
# partial and appointment bring no verdict; an absent household's comes with the third day
JUDGED = f"{OUTCOME} != '' and {OUTCOME} != 'partial' and {OUTCOME} != 'appointment'"
MINE = "instance('assignments')/root/item[name = /data/visit/assignment_id]"
PERSON = "instance('members')/root/item[name = ${member-id}]"
AGE = "if(${member-born-on} = '', '', int((today() - date(${member-born-on})) div 365.25))"
# how the form was filled, for supervision; Collect also writes answers there, which are let go (openrosa/auditing.py)
LOGGED = "location-priority=balanced location-min-interval=60 location-max-age=60 track-changes=true"
FRAME_LISTS = ("visit_outcome", "whereabouts", "sex", "yes_no", "eligibility", "registry_action")


def xform(code: str, title: str, version: int, form: Form) -> bytes:
    """The XForm of this version, in UTF-8; `form_id` is the questionnaire's code, `version` the number as text."""
    return _converted(code, title, version, form.model_dump_json(by_alias=True))


@lru_cache(maxsize=16)  # a published version never changes, and a hundred phones ask for it in the same morning
def _converted(code: str, title: str, version: int, content: str) -> bytes:
    form = Form.model_validate_json(content)
    sheets = {
        "survey": list(_visit(form)),
        "choices": list(choices([*FRAME_LISTS, *lists_of(form)])),
        "settings": [settings(code, title, version)],
    }
    made: str = convert(xlsform=sheets, form_name=ROOT, warnings=[]).xform
    return made.encode()


def _visit(form: Form) -> Iterator[Row]:
    yield {"type": "start", "name": "started_at"}
    yield {"type": "end", "name": "ended_at"}
    yield {"type": "deviceid", "name": "device_id"}
    yield {"type": "audit", "name": "audit", "parameters": LOGGED}
    yield from wrapped("group", "visit", Label(id="Kunjungan", en="Visit"), _door())
    inside = (row for asked in survey(form) for row in (asked, *_person(asked)))
    yield from wrapped("group", "answers", Label(id="Pertanyaan", en="Questions"), inside, relevant=ASKED)
    yield from wrapped("group", "verdict", Label(id="Putusan", en="Verdict"), _verdict(), relevant=JUDGED)


def _door() -> Iterator[Row]:
    door = Label(id="Rumah tangga yang dikunjungi", en="Household visited")
    yield _asked("select_one_from_file assignments.csv", "assignment_id", door, appearance="minimal autocomplete")
    yield {"type": "calculate", "name": "based_on", "calculation": f"{MINE}/revision"}
    yield {"type": "calculate", "name": "household_id", "calculation": f"{MINE}/household_id"}
    yield _asked("select_one visit_outcome", "outcome", Label(id="Hasil kunjungan", en="Outcome of the visit"))
    notice = Label(id="Maksud dan tujuan sudah dijelaskan (UU 27/2022)", en="Purpose was explained (UU 27/2022)")
    yield _asked("select_one yes_no", "notice_given", notice, relevant=ASKED)
    place = Label(id="Letak rumah", en="Where the house is")
    yield {"type": "geopoint", "name": "location"} | labelled("label", place)
    respondent = Label(id="Nama responden", en="Name of the respondent")
    yield {"type": "text", "name": "respondent_name", "relevant": ASKED} | labelled("label", respondent)
    photo = Label(id="Foto rumah tampak depan", en="Photo of the house from the front")
    yield {"type": "image", "name": "house_photo", "parameters": "max-pixels=1600"} | labelled("label", photo)


def _person(row: Row) -> Iterator[Row]:
    """Who a repeat is about, right behind the row that begins it: one of the list, or somebody new."""
    if (row["type"], row["name"]) != ("begin_repeat", EACH_MEMBER):
        return
    here = "${member-whereabouts}"
    yield _asked("select_one whereabouts", "member-whereabouts", Label(id="Keberadaan", en="Whereabouts"))
    mine = "household_id = /data/visit/household_id"
    whom = Label(id="Anggota keluarga", en="Member of the family")
    listed, new = f"{here} != 'new'", f"{here} = 'new'"
    yield _asked("select_one_from_file members.csv", "member-id", whom, relevant=listed, choice_filter=mine)
    yield _asked("text", "member-name", Label(id="Nama lengkap", en="Full name"), relevant=new)
    yield _asked("select_one sex", "member-new-sex", Label(id="Jenis kelamin", en="Sex"), relevant=new)
    yield _asked("date", "member-new-born-on", Label(id="Tanggal lahir", en="Date of birth"), relevant=new)
    for name in ("sex", "born-on"):
        known = f"if({new}, ${{member-new-{name}}}, {PERSON}/{name.replace('-', '_')})"
        yield {"type": "calculate", "name": f"member-{name}", "calculation": known}
    yield {"type": "calculate", "name": "member-relation", "calculation": f"{PERSON}/relation"}
    yield {"type": "calculate", "name": "member-age", "calculation": AGE}


def _verdict() -> Iterator[Row]:
    yield _asked("select_one eligibility", "eligibility", Label(id="Kelayakan", en="Eligibility"))
    yield _asked("select_one registry_action", "registry_action", Label(id="Tindakan atas data", en="Registry action"))
    comment = Label(id="Catatan", en="Comment")
    yield {"type": "text", "name": "comment", "appearance": "multiline"} | labelled("label", comment)


def _asked(kind: str, name: str, label: Label, **more: str) -> Row:
    return {"type": kind, "name": name, "required": "yes"} | labelled("label", label) | more
