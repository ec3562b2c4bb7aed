"""Clients of agencies get at most 100 rows a page, on every list that they reach (contract, section 1)."""

import pytest

from api.access.roles import CLIENT_SCOPES
from tests.support.house import House


@pytest.mark.parametrize("asked", ["101", "1000", "101.0", "1_000", "%20101"])
async def test_an_agency_that_asks_for_more_is_refused_on_every_list(house: House, asked: str) -> None:
    machine = await house.as_(await house.make.machine("dinsos", *map(str, CLIENT_SCOPES)))
    lists = [
        path
        for path, operations in house.contract.paths.items()
        if "{" not in path
        and any(given["name"] == "limit" for given in operations.get("get", {}).get("parameters", []))
    ]

    refused, reached = {}, set()
    for path in lists:
        answer = await machine.get(f"{path}?limit={asked}")
        if answer.status_code != 403:
            refused[path] = [answer.status_code, *(error["pointer"] for error in answer.json().get("errors", []))]
        if (await machine.get(f"{path}?limit=100")).status_code == 200:
            reached.add(path)

    assert reached >= {"/v1/campaigns", "/v1/code-lists", "/v1/questionnaires", "/v1/regions", "/v1/releases"}
    assert refused == {path: [422, "query:limit"] for path in reached}


async def test_people_may_ask_for_a_thousand(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for path in ("/v1/regions", "/v1/releases"):
        assert (await dewi.get(f"{path}?limit=1000")).status_code == 200
