"""`GET /v1/questionnaires/{id}/versions/{n}.xml` and `.xlsx`: the form as ODK Collect and form writers read it."""

import io
from uuid import uuid4

import openpyxl
import pytest
from defusedxml import ElementTree
from pyxform.xls2xform import convert

from tests.questionnaires.forms import FORM
from tests.questionnaires.test_versions import FLOOR, HOUSING, MEMBERS, add, make
from tests.support.house import House

XF, H = "{http://www.w3.org/2002/xforms}", "{http://www.w3.org/1999/xhtml}"


@pytest.mark.parametrize("kind", ["xml", "xlsx"])
async def test_a_form_that_does_not_exist_is_no_file(house: House, kind: str) -> None:
    team = await house.make.team(await house.make.campaign())
    siti, nobody = await house.as_(team.siti), await house.as_(None)
    (pilot,) = (await siti.get("/v1/questionnaires")).json()["items"][:1]
    url = f"/v1/questionnaires/{pilot['id']}/versions"

    assert (await nobody.get(f"{url}/1.{kind}")).status_code == 401
    assert (await siti.get(f"{url}/99.{kind}")).status_code == 404
    assert (await siti.get(f"/v1/questionnaires/{uuid4()}/versions/1.{kind}")).status_code == 404
    assert (await siti.get(f"{url}/0.{kind}")).status_code == 422


async def test_every_published_form_becomes_an_xform_with_all_its_questions(house: House) -> None:
    siti = await house.as_((await house.make.team(await house.make.campaign())).siti)
    forms = (await siti.get("/v1/questionnaires")).json()["items"]

    for form in forms:
        url = f"/v1/questionnaires/{form['id']}/versions/{form['latest_version']}"
        answer, content = await siti.get(f"{url}.xml"), (await siti.get(url)).json()["content"]
        read = ElementTree.fromstring(answer.content)

        (root,) = read.iterfind(f".//{XF}model/{XF}instance/*[@id='{form['code']}']")
        assert root.get("version") == str(form["latest_version"])
        bound = {bind.get("nodeset") for bind in read.iter(f"{XF}bind")}
        for section in content["sections"]:
            repeat = "/each-member" if section["subject"] == "member" else ""
            for question in section["questions"]:
                assert f"/data/answers{repeat}/{section['name']}/{question['name']}" in bound
        assert {"/data/visit/assignment_id", "/data/visit/outcome", "/data/verdict/eligibility"} <= bound
        again = await siti.get(f"{url}.xml", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_relevance_and_bounds_are_held_by_the_phone(house: House) -> None:
    siti = await house.as_((await house.make.team(await house.make.campaign())).siti)
    (pilot,) = (await siti.get("/v1/questionnaires")).json()["items"][:1]

    read = ElementTree.fromstring((await siti.get(f"/v1/questionnaires/{pilot['id']}/versions/1.xml")).content)

    binds = {bind.get("nodeset"): bind for bind in read.iter(f"{XF}bind")}
    area = binds["/data/answers/housing/floor_area"]
    assert area.get("relevant") == "selected( /data/answers/housing/shelter , 'yes')"
    assert (area.get("constraint"), area.get("required")) == (". >= 0 and . <= 9999", "true()")
    hours = binds["/data/answers/each-member/members/hours"]
    assert hours.get("relevant") == "selected( ../works , '1')", "a member's own answer, not another's"


async def test_a_workbook_is_an_xlsform_that_pyxform_takes_and_holds_no_formula(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    label = {"id": "=1+1", "en": "Don't"}
    url = (await add(dewi, await make(dewi), HOUSING | {"questions": [FLOOR | {"label": label}]}, MEMBERS)).headers[
        "Location"
    ]

    answer = await dewi.get(f"{url}.xlsx")

    survey = list(openpyxl.load_workbook(io.BytesIO(answer.content))["survey"].iter_rows(values_only=True))
    kinds = [(row[0], row[1]) for row in survey[1:]]
    assert kinds[:4] == [
        ("begin_group", "housing"),
        ("select_one bdt_lantai", "floor"),
        ("end_group", "housing"),
        ("begin_repeat", "each-member"),
    ]
    assert survey[2][2:4] == ("=1+1", "Don't")
    assert {cell.data_type for row in openpyxl.load_workbook(io.BytesIO(answer.content))["survey"] for cell in row} <= {
        "s",
        "n",
    }
    assert "malang-2023" in convert(io.BytesIO(answer.content), file_type=".xlsx").xform


async def test_a_phone_holds_the_checks_that_it_can_and_asks_only_who_lives_there(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    url = f"/v1/questionnaires/{await make(dewi)}/versions"
    url = (await dewi.post(url, json={"content": FORM})).headers["Location"]

    read = ElementTree.fromstring((await dewi.get(f"{url}.xml")).content)

    binds = {str(bind.get("nodeset")): bind for bind in read.iter(f"{XF}bind")}
    house_, people = "/data/answers/housing", "/data/answers/each-member/members"
    assert binds[f"{house_}/fridge"].get("constraint") == (
        f"not((selected(., 'yes') and selected( {house_}/light , '4')))"
    )
    assert binds[f"{house_}/check-sleeps_in_rooms"].get("relevant") == (
        f"( {house_}/sleeping  != '' and  {house_}/rooms  != '' and  {house_}/sleeping  >  {house_}/rooms )"
    )
    assert binds[f"{people}/check-child_works"].get("readonly") == "true()"
    assert not [name for name in binds if name.endswith(("check-fridge_needs_power", "check-one_head"))]
    assert binds[f"{people}/works"].get("constraint") is None, "a warning holds nobody up"
    living = "selected( ../member-whereabouts , 'new') or selected( ../member-whereabouts , 'present')"
    assert binds[people].get("relevant") == living
    shown = {str(text.get("id")): text for text in read.iter(f"{XF}text")}
    assert f"{house_}/fridge:jr:constraintMsg" in shown


async def test_a_workbook_asks_by_itself_what_a_visit_knows_of_a_member(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    url = f"/v1/questionnaires/{await make(dewi)}/versions"
    url = (await dewi.post(url, json={"content": FORM})).headers["Location"]

    book = openpyxl.load_workbook(io.BytesIO((await dewi.get(f"{url}.xlsx")).content))

    names = [row[1] for row in book["survey"].iter_rows(values_only=True)]
    begin = names.index("each-member")
    assert names[begin + 1 : begin + 5] == [f"member-{fact}" for fact in ("whereabouts", "sex", "relation", "age")]
    assert {"whereabouts", "sex", "relation"} <= {row[0] for row in book["choices"].iter_rows(values_only=True)}
    checks = list(book["checks"].iter_rows(values_only=True))
    assert [row[0] for row in checks[1:]] == ["fridge_needs_power", "sleeps_in_rooms", "one_head", "child_works"]
    assert checks[3][4] == '{"members":{"question":"relation","in":["head"]},"least":1,"most":1}'
