"""The pilot's questionnaire: one published version, complete, in every new database."""

import orjson

from api.questionnaires.form import examine
from api.questionnaires.schemas import Form
from api.questionnaires.service import version_exists
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
    return Form.model_validate(
        orjson.loads(await house.owner.fetchval("select content from questionnaire_versions where version = 1"))
    )


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

    (pilot,) = (await (await house.as_(await house.make.dewi())).get("/v1/questionnaires")).json()["items"]
    assert (pilot["code"], pilot["latest_version"]) == ("malang-2022", 1)
    assert await version_exists(house.owner, pilot["id"], 1)
    assert not await version_exists(house.owner, pilot["id"], 2)
    assert not await version_exists(house.owner, pilot["id"], 2**40)
