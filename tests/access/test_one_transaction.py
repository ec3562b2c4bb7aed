"""One request, one transaction: the door of the handler and the actor's own are the same connection."""

import pytest

from api.access import actor as actors
from api.core.database import take_principal
from tests.support.house import House


@pytest.mark.parametrize("path", ["/v1/regions", "/v1/verdicts", "/v1/me"])
async def test_a_request_takes_its_principal_once(house: House, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[object] = []

    async def counted(*given: object) -> object:
        taken.append(given[0])
        return await take_principal(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(actors, "take_principal", counted)
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.get(path)

    assert (answer.status_code, len(taken)) == (200, 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "plans"),
    [
        ("GET", "/v1/verdicts", None, "auto"),
        ("POST", "/v1/households/search", {"nik": "3573034107800001"}, "force_generic_plan"),
    ],
)
async def test_a_list_is_planned_by_its_values_and_everything_else_once(
    house: House, method: str, path: str, body: object, plans: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    async def watched(*given: object) -> object:
        taken = await take_principal(*given)  # type: ignore[arg-type]
        seen.append(await given[0].fetchval("show plan_cache_mode"))  # type: ignore[attr-defined]
        return taken

    monkeypatch.setattr(actors, "take_principal", watched)
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.request(method, path, json=body)

    assert (answer.status_code, seen) == (200, [plans])
