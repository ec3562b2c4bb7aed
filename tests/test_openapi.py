"""The contract is current, and every operation says who may call it."""

from typing import Any

import pytest

from tests.support.house import House

PUBLIC = {
    "readHealth", "readReadiness", "readProblem", "readMeta", "signIn", "giveToken", "revokeToken",
    "readSigningKeys", "introspectToken", "showLogin", "logIn", "readServerMetadata", "activateAccount",
    "readAuditHealth",
}  # fmt: skip
# the token of the path is the caller
COLLECT = {
    "listCollectForms", "readCollectForm", "readCollectManifest", "readCollectList", "checkCollectEntities",
    "announceCollectSubmission", "askForCollectSubmission", "submitCollectForm",
}  # fmt: skip


# in the words of their RFCs, as a page, or as what the watchers of a cluster read
OTHER_WORDS = {
    "giveToken", "revokeToken", "introspectToken", "showLogin", "logIn", "readReadiness", "readAuditHealth",
} | COLLECT  # fmt: skip


@pytest.fixture
def operations(house: House) -> dict[str, dict[str, Any]]:
    """Every operation by its id."""
    found = [operation for path in house.app.openapi()["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in found}) == len(found), "operation ids are unique"
    return {operation["operationId"]: operation for operation in found}


def test_every_operation_names_its_permission_or_is_known_to_be_public(operations: dict[str, dict[str, Any]]) -> None:
    open_to_all = {name for name, operation in operations.items() if not operation.get("x-permission")}

    assert open_to_all == PUBLIC | COLLECT | {"readMetrics"}, "its token is no caller's"


def test_every_operation_is_described_and_grouped(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        assert operation.get("description") or operation.get("summary"), name
        assert operation.get("tags"), name


def test_no_personal_number_is_a_parameter(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        names = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
        assert not names & {"nik", "no_kk", "name", "member_name", "born_on"}, name


def test_every_refusal_is_a_problem_document(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, answer in operation["responses"].items():
            if status[0] in "45" and name not in OTHER_WORDS:
                assert list(answer.get("content", {})) == ["application/problem+json"], f"{name} {status}"


def test_types_of_generated_clients_have_names_that_say_nothing_of_our_files(house: House) -> None:
    published = house.app.openapi()

    assert [name for name in published["components"]["schemas"] if "__" in name] == []
    assert published["paths"]["/v1/sync/push"]["post"]["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/PushIn"
    }


def test_every_operation_is_in_one_group(operations: dict[str, dict[str, Any]]) -> None:
    assert {name: operation["tags"] for name, operation in operations.items() if len(operation["tags"]) != 1} == {}


def test_a_header_whose_absence_is_refused_is_required(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        headers = {one["name"]: one["required"] for one in operation.get("parameters", []) if one["in"] == "header"}
        assert headers.get("If-Match") == (True if "428" in operation["responses"] else None), name
    assert operations["readIdentities"]["parameters"][1] | {"schema": {}} == {
        "name": "Purpose",
        "in": "header",
        "required": True,
        "schema": {},
        "description": "What for, as a short code.",
    }
