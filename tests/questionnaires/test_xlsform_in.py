"""`POST /v1/questionnaires/{id}/versions.xlsx`: a workbook becomes a draft, or each cell that cannot is named."""

# ruff: noqa: E501  # tables, read across
import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from api.questionnaires.xlsform_reading import read_xlsform
from api.questionnaires.xlsform_rows import as_json
from api.questionnaires.xlsx import WorkbookRefused, read_workbook
from tests.questionnaires.forms import FORM
from tests.questionnaires.test_versions import make
from tests.questionnaires.workbooks import PLAIN, XLSX, changed, repacked, send, written
from tests.support.house import House

HEAD = ["type", "name", "label"]
STRINGS = (
    '<Override PartName="/xl/sharedStrings.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


async def test_only_who_writes_forms_sends_one_and_only_to_a_questionnaire(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi = await house.as_(await house.make.dewi())
    questionnaire, data = await make(dewi), written(survey=PLAIN)

    for person in (team.ratna, team.siti, await house.make.arif(), await house.make.observer()):
        assert (await send(await house.as_(person), questionnaire, data)).status_code == 403, person.name
    assert (await send(await house.as_(None), questionnaire, data)).status_code == 401
    assert (await send(dewi, str(uuid4()), data)).status_code == 404


async def test_what_is_no_workbook_or_far_too_large_is_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    bomb, many = io.BytesIO(written(survey=PLAIN)), io.BytesIO(written(survey=PLAIN))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/more.bin", bytes(40 * 1024 * 1024))
    with zipfile.ZipFile(many, "a") as packed:
        for number in range(300):
            packed.writestr(f"xl/media/{number}", b"")

    wide = written(survey=[[f"column{number}" for number in range(101)]])
    json = await dewi.post(f"/v1/questionnaires/{questionnaire}/versions.xlsx", json={})
    assert (json.status_code, json.json()["code"]) == (415, "not_xlsx")
    for data in (b"", b"type,name\n", b"PK\x03\x04nothing", written(data=[])[:-40]):
        answer = await send(dewi, questionnaire, data)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_a_workbook")
    for data in (bomb.getvalue(), many.getvalue(), written(survey=[HEAD, *[["text", "a", "A"]] * 5001]), wide):
        assert (await send(dewi, questionnaire, data)).json()["errors"][0]["code"] == "too_long"
    assert (await send(dewi, questionnaire, bytes(2 * 1024 * 1024))).status_code == 413
    assert (await dewi.get(f"/v1/questionnaires/{questionnaire}/versions")).json()["items"] == []


@pytest.mark.parametrize(
    ("rows", "columns", "refused"),
    [(5000, 2, None), (5001, 2, "/survey/5001"), (3, 100, None), (3, 101, "/survey/1")],
)
def test_a_sheet_has_as_many_rows_and_columns_as_the_guide_says(rows: int, columns: int, refused: str | None) -> None:
    sheet: list[list[str]] = [[f"c{number}" for number in range(columns)], *[["a"]] * (rows - 1)]

    if refused is None:
        assert len(read_workbook(written(survey=sheet))["survey"]) == rows - 1
        return
    with pytest.raises(WorkbookRefused) as told:
        read_workbook(written(survey=sheet))
    assert told.value.fields == [(refused, "too_long")]


def test_a_cell_holds_what_a_cell_of_excel_holds() -> None:
    said = read_workbook(written(survey=[["type"], ["x" * 32_767]]))
    longer = repacked(  # no library of ours would write it
        written(survey=[["type"], ["text"]]),
        {"xl/worksheets/sheet1.xml": lambda old: old.replace(">text<", f">{'x' * 32_768}<")},
    )

    assert len(said["survey"][0].get("type")) == 32_767
    with pytest.raises(WorkbookRefused) as told:
        read_workbook(longer)
    assert told.value.fields == [("/survey/2/A", "too_long")]


@pytest.mark.parametrize("kind", ["formats", "one long text", "one text everywhere", "a row without end"])
async def test_a_small_workbook_that_would_fill_the_memory_is_refused(house: House, kind: str) -> None:
    """One text of a megabyte shown by twenty rows took 2 GB, out of 6 kB."""
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    shown = {"one long text": (40_000, 1), "one text everywhere": (30_000, 10), "a row without end": (1, 1)}
    length, rows = shown.get(kind, (1, 0))
    line = "<row>{}</row>".format('<c t="s"><v>0</v></c>' * 100)
    swollen = {
        "xl/worksheets/sheet1.xml": lambda old: old.replace(
            "</sheetData>",
            (line * rows if kind != "a row without end" else f"<row>{'<c/>' * 1_200_000}</row>") + "</sheetData>",
        ),
        "xl/styles.xml": lambda old: old.replace(
            "</cellXfs>", "<xf/>" * (250_000 if kind == "formats" else 0) + "</cellXfs>"
        ),
        "[Content_Types].xml": lambda old: old.replace("</Types>", f"{STRINGS}</Types>"),
        "xl/sharedStrings.xml": lambda old: f'<sst xmlns="{MAIN}"><si><t>{"a" * length}</t></si></sst>',
    }

    answer = await send(dewi, questionnaire, repacked(written(survey=PLAIN), swollen))

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_long")


async def test_a_workbook_on_a_slow_line_holds_no_connection(house: House, owner: asyncpg.Connection) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    held: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        yield b"PK"
        await asyncio.sleep(0.2)
        held.append(
            await owner.fetchval(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and state = 'idle in transaction'"
            )
        )
        yield b"nothing"

    path = f"/v1/questionnaires/{questionnaire}/versions.xlsx"
    answer = await dewi.post(path, content=slowly(), headers={"Content-Type": XLSX})

    assert (answer.status_code, held) == (422, [0])


async def test_a_form_written_in_plain_excel_comes_in(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    lists = [["list_name", "name", "label"], ["yes_no", "yes", "Ya"], ["yes_no", "no", "No"]]

    part = await send(dewi, await make(dewi, "malang-2024"), written(survey=PLAIN, choices=lists[:2]))
    answer = await send(dewi, await make(dewi), written(survey=PLAIN, choices=lists))

    (refused,) = part.json()["errors"]
    assert (refused["pointer"], refused["code"]) == ("/choices/2/list_name", "not_the_whole_list")

    assert answer.status_code == 201, answer.text
    assert (answer.json()["version"], answer.json()["status"]) == (1, "draft")
    content = answer.json()["content"]
    (section,) = content["sections"]
    works, hours, rest = section["questions"]
    assert (section["name"], section["subject"]) == ("questions", "household")
    assert works["label"] == {"id": "Apakah bekerja?", "en": "Apakah bekerja?"}
    assert (works["list"], works["required"], works["data_class"]) == ("yes_no", False, "specific")
    assert (hours["minimum"], hours["maximum"], hours["relevant"]) == (0, 168, {"question": "works", "in": ["yes"]})
    assert rest["relevant"] == {"all": [hours["relevant"], {"question": "hours", "least": 9}]}
    (check,) = content["checks"]
    assert (check["name"], check["level"], check["about"]) == ("rest_constraint", "blocking", "rest")
    assert check["require"] == {"question": "rest", "compare": "lt", "with": "hours"}
    assert check["message"]["id"] == "Lebih dari kerja"


@pytest.mark.parametrize(
    ("constraint", "message", "bounds", "require"),
    [
        (". >= 1 and . <= 9", None, (1, 9), None),
        (". >= 3 and . <= 5 and . <= 10 and . >= 1", None, (3, 5), None),
        ("${rooms} >= 1", None, (None, None), {"question": "rooms", "least": 1}),
        (". >= 1", "Paling sedikit satu", (None, None), {"question": "beds", "least": 1}),
        (
            ". >= 1 and . <= ${rooms}",
            None,
            (None, None),
            {"all": [{"question": "beds", "least": 1}, {"question": "beds", "compare": "le", "with": "rooms"}]},
        ),
    ],
    ids=["its own bounds", "the tighter of two", "of another answer", "with words of its own", "bounds and more"],
)
def test_a_constraint_is_the_bounds_of_its_own_number_or_a_blocking_check(
    constraint: str, message: str | None, bounds: tuple[int | None, int | None], require: dict[str, Any] | None
) -> None:
    head = [*HEAD, "constraint", "constraint_message"]
    rows: list[list[Any]] = [
        head,
        ["integer", "rooms", "Kamar"],
        ["integer", "beds", "Tempat tidur", constraint, message],
    ]

    form = read_xlsform(written(survey=rows), "coba", "Coba")

    beds = form.sections[0].questions[1]
    assert (beds.minimum, beds.maximum) == bounds
    told = [(check.name, check.level, check.about, as_json(check.require)) for check in form.checks]
    assert told == ([] if require is None else [("beds_constraint", "blocking", "beds", require)])


async def test_every_form_comes_back_as_it_went_out(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    own = await make(dewi)
    assert (await dewi.post(f"/v1/questionnaires/{own}/versions", json={"content": FORM})).status_code == 201
    seen = 0

    for form in (await dewi.get("/v1/questionnaires")).json()["items"]:
        url = f"/v1/questionnaires/{form['id']}/versions"
        for version in (await dewi.get(url)).json()["items"]:
            there = f"{url}/{version['version']}"
            back = await send(dewi, form["id"], (await dewi.get(f"{there}.xlsx")).content)
            assert back.status_code == 201, back.text
            assert back.json()["content"] == (await dewi.get(there)).json()["content"]
            seen += 1
    assert seen >= 2


RELEVANT = [*HEAD, "relevant"]
WORKS = ["select_one yes_no", "works", "Bekerja?"]


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([HEAD], [("/survey", "missing")]),
        ([HEAD, ["geopoint", "a", "A"]], [("/survey/2/type", "not_supported")]),
        ([HEAD, ["calculate", "a", None], ["start", "b", None]], [("/survey/2/type", "not_supported"), ("/survey/3/type", "not_supported")]),
        ([HEAD, ["note", "a", "Salam"]], [("/survey/2/type", "not_supported")]),
        ([HEAD, ["select_one yn", "a", "A"]], [("/survey/2/type", "unknown_code_list")]),
        ([HEAD, ["select_one yes_no or_other", "a", "A"]], [("/survey/2/type", "not_supported")]),
        ([HEAD, ["integer yes_no", "a", "A"]], [("/survey/2/type", "not_supported")]),
        ([HEAD, ["text", "Nama!", "A"]], [("/survey/2/name", "string_pattern_mismatch")]),
        ([HEAD, ["text", "a", None]], [("/survey/2/label", "string_too_short"), ("/survey/2/label", "string_too_short")]),
        ([HEAD, ["text", "a", "A"], ["text", "a", "A"]], [("/survey/3/name", "repeated")]),
        ([HEAD, ["text", "age", "A"]], [("/survey/2/name", "reserved")]),
        ([[*HEAD, "hint"], ["text", "a", "A", "Tulis"]], [("/survey/2/hint", "not_supported")]),
        ([[*HEAD, "Label::Basa Jawa"], ["text", "a", "A", "A"]], [("/survey/2/Label::Basa Jawa", "not_supported")]),
        ([[*HEAD, "required"], ["text", "a", "A", "${b} = 'c'"]], [("/survey/2/required", "not_supported")]),
        ([[*HEAD, None], ["text", "a", "A", "catatan"]], [("/survey/2/D", "not_supported")]),
        ([[*HEAD, "name"], ["text", "a", "A", "b"]], [("/survey/1/name", "repeated")]),
        ([HEAD, ["text", "a", "=1+1"]], [("/survey/2/C", "formula")]),
        ([[*HEAD, "data_class"], ["text", "a", "A", "secret"]], [("/survey/2/data_class", "enum")]),
        ([RELEVANT, [*WORKS, "today() > '2022'"]], [("/survey/2/relevant", "not_a_condition")]),
        ([RELEVANT, WORKS, ["text", "b", "B", "count(${works}) > 1"]], [("/survey/3/relevant", "not_a_condition")]),
        ([RELEVANT, WORKS, ["text", "b", "B", "${works} = 'maybe'"]], [("/survey/3/relevant", "not_an_answer")]),
        ([RELEVANT, WORKS, ["text", "b", "B", "not(" * 12 + "${works} = 'yes'" + ")" * 12]], [("/survey/3/relevant", "not_a_condition")]),
        ([RELEVANT, WORKS, ["text", "b", "B", "${c} = 'yes'"]], [("/survey/3/relevant", "not_an_earlier_question")]),
        ([RELEVANT, WORKS, ["text", "b", "B", "${works} < 'yes'"]], [("/survey/3/relevant", "not_a_condition")]),
        ([RELEVANT, ["select_multiple bdt_kartu_identitas", "a", "A"], ["text", "b", "B", "${a} = '1'"]], [("/survey/3/relevant", "not_a_condition")]),
        ([[*HEAD, "constraint"], ["text", "a", "A", "regex(., '[0-9]+')"]], [("/survey/2/constraint", "not_a_condition")]),
        ([[*HEAD, "constraint"], ["text", "a", "A", ". > 3"]], [("/survey/2/constraint", "only_for_numbers")]),
        ([[*HEAD, "constraint"], ["integer", "a", "A", ". < ${b}"]], [("/survey/2/constraint", "unknown_question")]),
        ([[*HEAD, "constraint_message"], ["integer", "a", "A", "Salah"]], [("/survey/2/constraint_message", "differs")]),
        ([HEAD, ["begin group", "g", "G"], ["text", "a", "A"]], [("/survey/2/type", "not_closed")]),
        ([HEAD, ["begin group", "g", "G"], ["text", "a", "A"], ["end repeat", None, None]], [("/survey/4/type", "not_closed")]),
        ([HEAD, ["begin_group", "g", "G"], ["text", "a", "A"], ["end_group", "h"]], [("/survey/4/type", "not_closed")]),
        ([HEAD, ["begin_group", "g", "G"], ["begin_group", "h", "H"], ["text", "a", "A"], ["end_group"], ["end_group"]], [("/survey/3/type", "not_supported")]),
        ([RELEVANT, WORKS, ["begin_group", "g", "G", "${works} = 'yes'"], ["text", "a", "A"], ["end_group"]], [("/survey/3/relevant", "differs")]),
        ([HEAD, ["begin_repeat", "plots", "Plots"], ["text", "a", "A"], ["end_repeat"]], [("/survey/2/name", "not_supported")]),
        ([HEAD, ["begin_repeat", "each-member", None], ["begin_repeat", "each-member", None], ["text", "a", "A"], ["end_repeat"], ["end_repeat"]], [("/survey/3/type", "not_supported")]),
        ([HEAD, ["begin_repeat", "each-member", "Tamu"], ["text", "a", "A"], ["end_repeat"]], [("/survey/2/label", "differs")]),
        ([HEAD, ["begin_repeat", "each-member", None], ["text", "member-age", "Umur"], ["text", "a", "A"], ["end_repeat"]], [("/survey/3/label", "differs"), ("/survey/3/type", "not_supported")]),
    ],
)  # fmt: skip
async def test_what_a_form_cannot_say_is_refused_by_its_cell(
    house: House, rows: list[list[Any]], places: list[tuple[str, str]]
) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)

    answer = await send(dewi, questionnaire, written(survey=rows))

    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == places
    assert (await dewi.get(f"/v1/questionnaires/{questionnaire}/versions")).json()["items"] == []


@pytest.mark.parametrize(
    ("sheet", "row", "column", "value", "code"),
    [
        ("choices", 2, "list_name", "my_list", "unknown_code_list"),
        ("choices", 2, "name", "99", "not_an_answer"),
        ("choices", 3, "name", "1", "repeated"),
        ("choices", 2, "label::English (en)", "Grid", "differs"),
        ("choices", 2, "name", None, "not_an_answer"),
        ("settings", 2, "form_id", "other", "of_another_questionnaire"),
        ("settings", 2, "form_title", "Lain", "of_another_questionnaire"),
        ("settings", 2, "style", "pages", "not_supported"),
        ("settings", 3, "version", "9", "repeated"),
        ("survey", 3, "relevant_condition", '{"present": "light"}', "differs"),
        ("survey", 4, "relevant_condition", '{"present": "light"}', "differs"),
        ("survey", 4, "relevant_condition", "{}", "not_a_condition"),
        ("survey", 5, "constraint", "not(selected(., 'no'))", "differs"),
        ("survey", 5, "constraint_message::English (en)", "No!", "differs"),
        ("survey", 8, "label::English (en)", "Something", "differs"),
        ("survey", 8, "relevant", "${sleeping} > 3", "differs"),
        ("survey", 8, "name", "check-of_nothing", "not_supported"),
        ("survey", 11, "type", "text", "not_supported"),
        ("checks", 2, "require", "true()", "not_a_condition"),
        ("checks", 2, "level", "fatal", "enum"),
        ("checks", 2, "about", "nothing", "unknown_question"),
        ("checks", 4, "require", '{"members": 1}', "not_a_condition"),
        ("checks", 2, "weight", "3", "not_supported"),
        ("entities", 2, "list_name", "households", "not_supported"),
    ],
)
async def test_a_downloaded_form_that_was_changed_where_it_says_nothing_is_refused(
    house: House, sheet: str, row: int, column: str, value: str | None, code: str
) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    url = f"/v1/questionnaires/{questionnaire}/versions"
    await dewi.post(url, json={"content": FORM})
    data = (await dewi.get(f"{url}/1.xlsx")).content

    answer = await send(dewi, questionnaire, changed(data, sheet, row, column, value))

    assert answer.status_code == 422, answer.text
    told = [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert told[0][1] == code, told
    assert told[0][0].startswith(f"/{sheet}"), told


async def test_what_was_changed_where_it_counts_comes_in_changed(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    questionnaire = await make(dewi)
    url = f"/v1/questionnaires/{questionnaire}/versions"
    await dewi.post(url, json={"content": FORM})
    data = (await dewi.get(f"{url}/1.xlsx")).content
    data = changed(data, "survey", 6, "constraint", ". <= 12 and .>=1")
    data = changed(data, "survey", 3, "label::English (en)", "Light of the house")
    data = changed(data, "survey", 4, "relevant", '${light}="2"')
    data = changed(data, "checks", 5, "require", "${member-age} > 17")

    answer = await send(dewi, questionnaire, data)

    assert answer.status_code == 422, "the note of the check still says what the check said before"
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/survey/18/relevant"]
    answer = await send(dewi, questionnaire, changed(data, "survey", 18, "relevant", None))
    assert answer.status_code == 201, answer.text
    content = answer.json()["content"]
    light, power, _, rooms, _ = content["sections"][0]["questions"]
    assert (rooms["minimum"], rooms["maximum"]) == (1, 12)
    assert light["label"]["en"] == "Light of the house"
    assert power["relevant"] == {"question": "light", "in": ["2"]}
    assert content["checks"][3]["require"] == {"question": "age", "least": 18}
    assert XLSX in answer.request.headers["content-type"]
