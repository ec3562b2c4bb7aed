"""The questionnaires in every new database: the pilot's, complete, its draft with checks, and Regsosek 2022 K."""

from typing import Any

import orjson
import pytest

from api.questionnaires.differences import differences
from api.questionnaires.form import examine
from api.questionnaires.schemas import Form
from api.questionnaires.service import version_exists
from api.questionnaires.trials import TrialIn, try_form
from tests.support.house import House

BDT = (
    "Sta_bangunan Sta_lahan Luas_lantai Lantai Dinding Kondisi_dinding Atap Kondisi_atap Jumlah_kamar Sumber_airminum"
    " Nomor_meter_air cara_peroleh_airminum Sumber_penerangan Daya Nomor_PLN bb_masak nomor_gas fasbab kloset"
    " buang_tinja"
    " ada_tabung_gas ada_lemari_es ada_ac ada_pemanas ada_telepon ada_tv ada_emas ada_laptop ada_sepeda ada_motor"
    " ada_mobil ada_perahu ada_motor_tempel ada_perahu_motor ada_kapal aset_tak_bergerak luas_atb rumah_lain"
    " jumlah_sapi"
    " jumlah_kerbau jumlah_kuda jumlah_babi jumlah_kambing sta_art_usaha sta_kks sta_kip sta_kis sta_bpjs_mandiri"
    " sta_jamsostek sta_asuransi sta_pkh sta_raskin/rastra sta_kur"
)
EVEN = (
    "ada_lemari_es ada_pemanas ada_tv ada_laptop ada_motor ada_perahu ada_perahu_motor rumah_lain sta_kip"
    " sta_bpjs_mandiri sta_asuransi sta_raskin/rastra"
)


async def stored(house: House) -> Form:
    return await seeded(house, "malang-2022", 1)


async def seeded(house: House, code: str, version: int) -> Form:
    """A form that comes with the software."""
    content = await house.owner.fetchval(
        "select v.content from questionnaire_versions v join questionnaires q on q.id = v.questionnaire_id"
        " where q.code = $1 and v.version = $2",
        code,
        version,
    )
    return Form.model_validate(orjson.loads(content))


async def test_the_pilot_asks_every_housing_asset_and_programme_item_of_the_bdt(house: House) -> None:
    form = await stored(house)

    asked = {question.bdt_column for section in form.sections for question in section.questions}
    assert set(BDT.split()) <= asked


async def test_every_criterion_of_262_has_its_question(house: House) -> None:
    form = await stored(house)

    asked = {question.criterion for section in form.sections for question in section.questions} - {None}
    assert asked == {f"K{number}" for number in range(9)}


async def test_even_items_are_answered_by_3_and_4_as_the_bdt_wants(house: House) -> None:
    form = await stored(house)

    even = {
        question.bdt_column
        for section in form.sections
        for question in section.questions
        if question.list == "bdt_ya_tidak_genap"
    }
    assert even == set(EVEN.split())


async def test_health_is_specific_personal_data(house: House) -> None:
    form = await stored(house)

    classes = {question.name: question.data_class for section in form.sections for question in section.questions}
    assert {classes[name] for name in ("pregnant", "disability", "chronic_illness")} == {"specific"}


async def test_the_pilot_passes_its_own_rules_and_is_published(house: House) -> None:
    examine(await stored(house))

    pilot, regsosek = (await (await house.as_(await house.make.dewi())).get("/v1/questionnaires")).json()["items"]
    assert (regsosek["code"], regsosek["latest_version"]) == ("regsosek-2022-k", 1)
    assert (pilot["code"], pilot["latest_version"]) == ("malang-2022", 1)
    assert await version_exists(house.owner, pilot["id"], 1)
    assert not await version_exists(house.owner, pilot["id"], 2), "a draft, for a person to publish"
    assert not await version_exists(house.owner, pilot["id"], 2**40)


def found(form: Form, answers: dict[str, Any], *members: dict[str, Any]) -> set[str]:
    """What the form finds, without the answers that are missing."""
    told = try_form(form, TrialIn.model_validate({"on": "2022-11-02", "answers": answers, "members": members}))
    return {f"{one.pointer} {one.code}" for one in told.findings if one.code != "missing"}


def missing(form: Form, answers: dict[str, Any], *members: dict[str, Any]) -> set[str]:
    """The questions that wait for an answer."""
    told = try_form(form, TrialIn.model_validate({"on": "2022-11-02", "answers": answers, "members": members}))
    return {one.pointer.rpartition("/")[2] for one in told.findings if one.code == "missing"}


async def test_the_second_version_asks_more_of_walls_and_holds_answers_against_each_other(house: House) -> None:
    first, second = await stored(house), await seeded(house, "malang-2022", 2)
    examine(second)
    told = differences(first, second)

    assert (told.questions_added, told.questions_removed) == (["wall_plastered", "wall_makeshift"], [])
    assert {one.name for one in told.questions_changed} == {"floor_area", "pregnant"}
    assert "wall_plastered" in missing(second, {"shelter": "yes", "wall": "1"})
    assert "wall_plastered" not in missing(second, {"shelter": "yes", "wall": "3"})
    head = {"sex": "female", "relation": "head", "born_on": "1990-01-01"}
    dark = {"lighting": "3", "has_refrigerator": "3", "has_air_conditioner": "2"}
    assert found(second, dark, head) == {"/answers/has_refrigerator has_refrigerator_needs_power"}
    assert found(second, {}, head | {"relation": "child"}) == {"/members some_head"}
    gas = {"has_gas_cylinder": "1", "fuel": "3"}
    assert found(second, gas, head | {"whereabouts": "deceased"}) == {
        "/answers/has_gas_cylinder gas_cylinder_used",
        "/members some_head",
    }


HEAD = {"sex": "male", "relation": "head", "born_on": "1980-01-01"}


@pytest.mark.parametrize(
    ("answers", "asked", "left_out"),
    [
        ({"r301a": "1"}, {"r301b"}, set()),
        ({"r301a": "2"}, set(), {"r301b"}),
        ({"r306a": "4"}, {"r306b"}, set()),
        ({"r306a": "9"}, set(), {"r306b"}),
        ({"r307a": "1", "r309a": "3"}, {"r307b1", "r309b", "r310"}, {"r307b2"}),
        ({"r307a": "2", "r309a": "4"}, set(), {"r307b1", "r309b", "r310"}),
        ({"r501b": "1"}, {"r501b_month", "r501b_year"}, {"r501c_month"}),
    ],
)
async def test_regsosek_asks_as_its_rules_say(
    house: House, answers: dict[str, str], asked: set[str], left_out: set[str]
) -> None:
    waiting = missing(await seeded(house, "regsosek-2022-k", 1), answers, HEAD)

    assert asked <= waiting
    assert not left_out & waiting


async def test_regsosek_asks_of_each_member_by_age_sex_and_what_was_said(house: House) -> None:
    form = await seeded(house, "regsosek-2022-k", 1)
    examine(form)

    def of(born_on: str, sex: str = "female", **answers: str) -> set[str]:
        return missing(form, {}, {"sex": sex, "relation": "head", "born_on": born_on, "answers": answers})

    baby, child, old = of("2019-01-01"), of("2012-01-01"), of("1950-01-01")
    assert ("r427" in baby, "r428a" in baby, "r428g" in baby, "r431e" in baby, "r429" in baby) == (
        True,
        True,
        False,
        False,
        False,
    )
    assert ("r427" in child, "r428g" in child, "r431e" in child, "r431f" in child) == (False, True, True, False)
    assert ("r429" in old, "r431e" in old, "r431f" in old) == (True, False, True)
    assert "r428a" not in of("2021-06-01"), "difficulties from the age of two on"
    assert "r429" in of("1990-01-01", r428c="2")
    assert "r410" in of("1990-01-01", r408="2")
    assert "r410" not in of("1990-01-01", r408="1") | of("1990-01-01", "male", r408="2") | of("1960-01-01", r408="2")
    assert {"r413", "r414", "r415"} <= of("1990-01-01", r412="3")
    assert not {"r413", "r416b", "r417", "r421"} & of("1990-01-01", r412="1", r416a="2", r420a="2")
    assert {"r416b", "r419", "r421", "r426"} <= of("1990-01-01", r416a="1", r420a="1")


async def test_regsosek_holds_answers_against_each_other(house: House) -> None:
    form = await seeded(house, "regsosek-2022-k", 1)

    def aid(year: int, month: int) -> set[str]:
        return found(form, {"r501a": "1", "r501a_year": year, "r501a_month": month}, HEAD)

    assert found(form, {"r302": 998}, HEAD) == {"/answers/r302 less_than_equal"}
    assert found(form, {"r307a": "4", "r502b": "1", "r502f": "2"}, HEAD) == {"/answers/r502b r502b_needs_power"}
    assert found(form, {"r502a": "1", "r308": "4"}, HEAD) == {"/answers/r502a r502a_gas_used"}
    assert found(form, {"r502a": "2", "r308": "3"}, HEAD) == {"/answers/r308 r308_gas_owned"}
    assert found(form, {}, HEAD | {"relation": "child"}) == {"/members some_head"}
    assert found(form, {}, HEAD, HEAD) == {"/members one_head_a_family"}
    spouse = HEAD | {"relation": "spouse"}
    assert found(form, {}, HEAD, spouse, spouse) == {"/members one_spouse"}
    assert aid(2021, 10) | aid(2022, 10) == set()
    assert aid(2021, 9) == aid(2022, 11) == {"/answers/r501a_month r501a_last_year"}
