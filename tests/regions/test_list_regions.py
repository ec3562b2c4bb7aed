"""`GET /v1/regions`."""

import base64
import json
from typing import Any

import pytest

from tests.support.house import House


async def test_nobody_reads_without_a_token(house: House) -> None:
    answer = await (await house.as_(None)).get("/v1/regions")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_bad_limit_and_cursor_are_refused_not_clamped(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    for query in ("limit=0", "limit=1001", "cursor=nonsense", "level=province", "colour=red"):
        answer = await dewi.get(f"/v1/regions?{query}")
        assert answer.status_code == 422, query
        assert "nonsense" not in answer.text


@pytest.mark.parametrize("key", [["a\0"], [2**63], [-(2**63) - 1], [True], ["35.73", "35.74"], {}, None])
async def test_a_cursor_that_we_never_gave_is_refused(house: House, key: Any) -> None:
    dewi = await house.as_(await house.make.dewi())
    cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()

    for url in ("/v1/regions", "/v1/code-lists", "/v1/visits"):
        answer = await dewi.get(url, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "bad_cursor"), url


async def test_all_63_regions_come_in_pages_with_both_codes(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    found, url = [], "/v1/regions?limit=20"
    while url:
        answer = (await dewi.get(url)).json()
        found += answer["items"]
        url = f"/v1/regions?limit=20&cursor={answer['next']}" if answer["next"] else ""

    assert len(found) == 63
    assert len({region["code"] for region in found}) == 63
    sukun = next(region for region in found if region["code"] == "35.73.04")
    assert (sukun["bps_code"], sukun["level"], sukun["parent"]) == ("3573020", "district", "35.73")
