"""The examples in the contract: each validates, none shows a real person, and those that print a call work."""

import copy
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from uuid_utils.compat import uuid7

from api.core.settings import Settings
from api.oversight.outline import examples
from tests.imports.sending import send
from tests.support.house import House
from tests.support.make import PASSWORD
from tests.verdicts.season import proposed, submit

# numbers of the right shape that no office gives out: serials run by office and day and never reach the thousands
INVENTED = {"3573041203859901", "3573040101159902"}
INVENTED_NAMES = {"Siti", "Siti Aminah", "Slamet", "Budi", "Dewi"}
DTKS_HEADER = (
    b"Id_DTKS,Provinsi,Kabupaten/Kota,Kecamatan,Desa/Kelurahan,Alamat,Dusun,RT,RW,No KK,NIK,Nama,Tanggal lahir,"
    b"Tempat lahir,Jenis kelamin,Pekerjaan,Nama ibu kandung,Hubungan keluarga,Keterangan padan,Bansos BPNT,Bansos PKH,"
    b"Bansos BPNT-PPKM,PBI-JKN\n"
)
Found = tuple[str, Any, str]


def everywhere(node: Any, place: str = "") -> Iterator[Found]:
    """Every example of the document: the place of its schema, its value."""
    if isinstance(node, dict):
        held = node.get("examples")
        if isinstance(held, list) and not place.endswith("/properties"):
            yield from ((place, value, "schema") for value in held)
        elif isinstance(held, dict) and "schema" in node:
            yield from ((f"{place}/schema", example["value"], "media") for example in held.values())
        for name, inner in node.items():
            if name != "examples":
                yield from everywhere(inner, f"{place}/{_escape(name)}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from everywhere(inner, f"{place}/{number}")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def texts(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of an example with the field it stands in."""
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from texts(inner, key)
    elif isinstance(node, list):
        for inner in node:
            yield from texts(inner, name)
    elif isinstance(node, str):
        yield name, node


def test_each_example_validates_against_its_schema(house: House) -> None:
    document = house.app.openapi()
    resource: Resource[Any] = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:sambang", resource)
    found = list(everywhere(document))

    assert {"schema", "media"} == {kind for _, _, kind in found}
    for place, value, _ in found:
        schema = {"$ref": f"urn:sambang#{place}"}
        checker = Draft202012Validator.FORMAT_CHECKER
        errors = list(Draft202012Validator(schema, registry=registry, format_checker=checker).iter_errors(value))
        assert not errors, f"{place}: {[error.message for error in errors]}"


def test_each_file_of_examples_belongs_to_an_operation_with_a_body(house: House) -> None:
    operations = [operation for path in house.app.openapi()["paths"].values() for operation in path.values()]
    shown = {operation["operationId"] for operation in operations if operation.get("requestBody")}

    assert set(examples()) <= shown


def test_each_body_that_is_typed_by_hand_has_an_example(house: House) -> None:
    for path in house.app.openapi()["paths"].values():
        for operation in path.values():
            for kind, body in operation.get("requestBody", {}).get("content", {}).items():
                if kind in ("application/json", "application/x-www-form-urlencoded"):
                    assert body.get("examples"), operation["operationId"]


def test_no_example_shows_a_person_who_may_exist(house: House) -> None:
    for place, value, _ in everywhere(house.app.openapi()):
        for field, text in texts(value):
            assert set(re.findall(r"(?<!\d)\d{16}(?!\d)", text)) <= INVENTED, place
            if field == "member_name" or (field == "name" and {"members", "respondent"} & set(value)):
                assert text in INVENTED_NAMES, f"{place}: {text}"
            assert "@" not in text, place


def test_no_real_looking_number_stands_anywhere_in_the_contract(house: House) -> None:
    for _, text in texts(house.app.openapi()):
        assert set(re.findall(r"(?<!\d)\d{16}(?!\d)", text)) <= INVENTED


def example(operation: str, name: str, **ids: Any) -> dict[str, Any]:
    """An example as printed, with ids of this test in the place of the invented ones."""
    printed: dict[str, Any] = copy.deepcopy(examples()[operation][name]["value"])
    return printed | {key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()}


def accepted(answer: httpx.Response) -> Any:
    """The answer's body; the call was not refused."""
    assert answer.is_success, answer.text
    return answer.json()


async def test_the_examples_of_signing_in_work(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    dewi, nobody = await house.make.dewi(), await house.as_(None)
    await house.make.password(team.siti, PASSWORD)
    await house.make.password(dewi, PASSWORD)

    for name in examples()["signIn"]:
        body = example("signIn", name)
        if "otp" in body:
            body["otp"] = await house.make.otp()
        accepted(await nobody.post("/v1/sessions", json=body))


async def test_the_examples_of_people_machines_and_campaigns_work(house: House) -> None:
    as_dewi, as_arif = await house.as_(await house.make.dewi()), await house.as_(await house.make.arif())

    accepted(await as_dewi.post("/v1/staff", json=example("addStaffMember", "siti")))
    accepted(await as_arif.post("/v1/clients", json=example("addClient", "dinsos")))
    accepted(await as_dewi.post("/v1/campaigns", json=example("createCampaign", "pilot")))


@pytest.mark.parametrize("name", ["dry_run", "for_real"])
async def test_the_examples_of_imports_work(house: House, name: str) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(status="preparation")
    fields = example("takeFile", name)
    del fields["file"], fields["campaign_id"]

    sent = await send(house, dewi, campaign, DTKS_HEADER, **fields)

    assert sent.status_code == 202, sent.text


@pytest.mark.parametrize("name", ["dry_run", "for_real"])
async def test_the_examples_of_allocations_work(house: House, name: str) -> None:
    campaign = await house.make.campaign()
    await house.make.team(campaign)
    await house.make.assignment(campaign, await house.make.household())
    as_dewi = await house.as_(await house.make.dewi())

    found = accepted(
        await as_dewi.post(f"/v1/campaigns/{campaign}/allocations", json=example("allocateCampaign", name))
    )

    assert found["households"] == 1


async def test_the_example_of_a_reassignment_works(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    held = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    body = example("reassignAssignments", "ill", assignment_ids=[str(held)], enumerator_id=team.budi.id)

    found = accepted(await (await house.as_(team.ratna)).post("/v1/assignments/reassignments", json=body))

    assert found["results"][0]["status"] == "reassigned"


async def test_the_example_of_cutting_off_a_phone_works(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    await house.make.password(team.siti, PASSWORD)
    accepted(await (await house.as_(None)).post("/v1/sessions", json=example("signIn", "siti")))
    ratna = await house.as_(team.ratna)
    phone = accepted(await ratna.get("/v1/devices"))["items"][0]

    cut = accepted(await ratna.post(f"/v1/devices/{phone['id']}/revocations", json=example("revokeDevice", "lost")))

    assert cut["revoked_by"] == str(team.ratna.id)


async def test_the_example_of_a_cancellation_works(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    held = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    body = example("cancelAssignments", "moved_away", assignment_ids=[str(held)])

    found = accepted(await (await house.as_(await house.make.dewi())).post("/v1/assignments/cancellations", json=body))

    assert found["results"][0]["status"] == "cancelled"


@pytest.mark.parametrize("name", ["leaver_to_one", "leaver_to_team"])
async def test_the_examples_of_somebody_leaving_work(house: House, name: str) -> None:
    team = await house.make.team(await house.make.campaign())
    await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)
    people = {"from_enumerator_id": team.siti.id} | ({"enumerator_id": team.budi.id} if name == "leaver_to_one" else {})
    body = example("reassignAssignments", name, **people)
    departure = example("recordDeparture", "left", staff_id=team.siti.id)
    as_dewi = await house.as_(await house.make.dewi())

    found = accepted(await (await house.as_(team.ratna)).post("/v1/assignments/reassignments", json=body))
    accepted(await as_dewi.post(f"/v1/teams/{team.id}/departures", json=departure))

    assert found["results"][0]["enumerator_id"] == str(team.budi.id)


async def test_the_examples_of_households_work(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    as_siti, as_dewi = await house.as_(team.siti), await house.as_(await house.make.dewi())

    accepted(await as_siti.post("/v1/households", json=example("addHousehold", "new", campaign_id=team.campaign_id)))

    for name in examples()["searchHouseholds"]:
        found = accepted(await as_dewi.post("/v1/households/search", json=example("searchHouseholds", name)))
        assert len(found["items"]) == 1, name


@pytest.mark.parametrize("name", ["completed", "nobody_home", "moved"])
async def test_the_examples_of_visits_work(house: House, name: str) -> None:
    team = await house.make.team(await house.make.campaign())
    held = await house.make.assignment(team.campaign_id, await house.make.household(), team.siti)

    found = accepted(
        await (await house.as_(team.siti)).post("/v1/visits", json=example("recordVisit", name, assignment_id=held))
    )

    assert found["submits"] is (name != "nobody_home")


@pytest.mark.parametrize("name", ["approve", "return"])
async def test_the_examples_of_reviews_work(house: House, name: str) -> None:
    season = await proposed(house)

    accepted(
        await (await house.as_(season.team.ratna)).post(
            f"/v1/verdicts/{season.verdict}/reviews", json=example("reviewVerdict", name)
        )
    )


@pytest.mark.parametrize("name", ["confirm", "amend", "return"])
async def test_the_examples_of_decisions_work(house: House, name: str) -> None:
    season = await proposed(house)
    await season.put("approved", "reviewed")

    accepted(
        await (await house.as_(season.dewi)).post(
            f"/v1/verdicts/{season.verdict}/decisions", json=example("decideVerdict", name)
        )
    )


async def test_the_examples_of_many_decisions_and_of_a_release_work(house: House, wanted: Settings) -> None:
    season = await proposed(house)
    _, second = await submit(house, season.team)
    await house.owner.execute("update assignments set status = 'approved', verdict_stage = 'reviewed'")
    as_dewi = await house.as_(season.dewi)
    body = example("decideVerdicts", "many")
    for item, verdict in zip(body["items"], (season.verdict, second), strict=True):
        item["verdict_id"] = str(verdict)

    found = accepted(await as_dewi.post("/v1/verdicts/decisions", json=body))
    release = example("makeRelease", "campaign", campaign_id=season.team.campaign_id)
    made = accepted(await as_dewi.post("/v1/releases", json=release))

    assert [result["problem"] for result in found["results"]] == [None, None]
    assert made["counts"]["households"] == 2


def test_ids_of_examples_are_plainly_invented() -> None:
    for operation, named in examples().items():
        for field, text in texts({name: shown["value"] for name, shown in named.items()}):
            if re.fullmatch(r"[0-9a-f-]{36}", text):
                assert text.startswith("019ab000-0000-7000-8000-0"), f"{operation} {field}"
                assert uuid7() != UUID(text)
