"""`GET /v1/code-lists`: every word of every enum has its labels, and every cross-walk leads somewhere."""

import inspect
import re
from datetime import date
from enum import StrEnum

import pytest

from api import tables
from api.campaigns.team_schemas import Institution
from api.core.types import PLACEHOLDERS, check_nik
from api.households.bodies import NikMissingReason
from api.households.schemas import Relation
from api.questionnaires.schemas import DataClass, QuestionSubject, QuestionType
from api.regions.service import codes_of, read_code_list
from tests.support.house import House

ENUMS: list[type[StrEnum]] = [
    kind for _, kind in inspect.getmembers(tables, lambda found: inspect.isclass(found) and issubclass(found, StrEnum))
] + [Relation, NikMissingReason, Institution, DataClass, QuestionSubject, QuestionType]
OWN = [
    *("eligibility_reason", "return_reason", "programme", "nik_problem"),
    *("field_result", "whereabouts", "visit_outcome", "relation"),
]


def list_of(enum: type[StrEnum]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", enum.__name__).lower()


async def test_nobody_reads_code_lists_without_a_token(house: House) -> None:
    assert (await (await house.as_(None)).get("/v1/code-lists")).status_code == 401


async def test_an_unknown_list_is_not_found(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for name in ("nothing", "field_result%20", "Field_Result"):
        answer = await dewi.get(f"/v1/code-lists/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_bad_pages_are_refused(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for query in ("limit=0", "cursor=nonsense", "kind=own"):
        assert (await dewi.get(f"/v1/code-lists?{query}")).status_code == 422, query


@pytest.mark.parametrize("enum", ENUMS, ids=list_of)
def test_every_word_of_an_enum_has_labels_in_both_languages(enum: type[StrEnum]) -> None:
    found = read_code_list(list_of(enum))

    assert [code.code for code in found.codes] == [member.value for member in enum]
    assert all(code.label.id.strip() and code.label.en.strip() for code in found.codes)


async def test_every_list_has_labels_and_every_official_code_exists(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    names = [found["name"] for found in (await dewi.get("/v1/code-lists?limit=1000")).json()["items"]]

    assert set(OWN) <= set(names)
    for name in names:
        found = (await dewi.get(f"/v1/code-lists/{name}")).json()
        assert found["title"]["id"], name
        assert found["title"]["en"], name
        assert len({code["code"] for code in found["codes"]}) == len(found["codes"]) > 0, name
        for code in found["codes"]:
            assert code["label"]["id"], (name, code["code"])
            assert code["label"]["en"], (name, code["code"])
            assert bool(found["kind"] == "own") or not code["official"]
            for official in code["official"]:
                assert read_code_list(official["list"]).kind == "official"
                assert official["code"] in codes_of(official["list"]), (name, official)


def test_the_six_field_results_of_the_ministry_are_codes_1_to_6() -> None:
    ours = {
        official.code: code.code
        for code in read_code_list("field_result").codes
        for official in code.official
        if official.list == "hasil_verivali"
    }

    assert ours == {
        "1": "completed", "2": "not_found", "3": "moved", "4": "part_of_other", "5": "refused", "6": "duplicate",
    }  # fmt: skip


def test_every_problem_that_a_number_can_have_is_a_word_of_the_list() -> None:
    raw = ["", "3,57E+15", "123", min(PLACEHOLDERS), "0073041203850001", "3573041203850000", "3573043113850001"]

    found = {check_nik(number, date(2022, 11, 2)).problem for number in raw}

    assert found == codes_of("nik_problem")


async def test_lists_come_in_pages_and_may_be_kept(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    first = await dewi.get("/v1/code-lists?limit=50")
    second = await dewi.get(f"/v1/code-lists?limit=50&cursor={first.json()['next']}")

    names = [found["name"] for found in first.json()["items"] + second.json()["items"]]
    assert names == sorted(set(names))
    assert len(names) > 80
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    one = await dewi.get("/v1/code-lists/field_result")
    assert not one.headers["ETag"].startswith("W/")
    again = await dewi.get("/v1/code-lists/field_result", headers={"If-None-Match": one.headers["ETag"]})
    assert (again.status_code, again.headers["ETag"]) == (304, one.headers["ETag"])
    other = await dewi.get("/v1/code-lists/field_result", headers={"If-None-Match": '"1"'})
    assert other.status_code == 200
