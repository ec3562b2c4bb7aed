"""A call finds its route by how its path begins, and nothing of a route waits for a thread."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Match

from api.core.routes import Index
from tests.support.house import House


def operations(house: House) -> list[APIRoute]:
    return [route for route in house.app.routes if isinstance(route, APIRoute)]


def called(route: APIRoute, method: str) -> dict[str, Any]:
    path = re.sub(r"{[^}]*}", "00000000-0000-7000-8000-000000000000", route.path)
    return {"type": "http", "method": method, "path": path, "root_path": ""}


def test_a_method_that_no_route_takes_is_left_to_the_search(house: House) -> None:
    index = house.app.routes[0]

    for route in operations(house):
        assert index.matches(called(route, "TRACE")) == (Match.NONE, {}), route.path


def test_the_index_finds_the_very_route_that_a_search_from_the_first_would(house: House) -> None:
    routes, index = operations(house), house.app.routes[0]
    assert isinstance(index, Index)
    assert len(routes) > 140

    for route in routes:
        for method in route.methods or ():
            scope = called(route, method)
            first = next(one for one in routes if one.matches(scope)[0] is Match.FULL)
            known = index.matches(scope)[1].get("route")
            assert known is first or (known is None and not route.path.startswith("/v1/")), route.path


@pytest.mark.parametrize(("path", "status"), [("/v1/me", 405), ("/v1/nothing", 404)])
async def test_what_no_route_takes_is_answered_as_ever(house: House, path: str, status: int) -> None:
    answer = await (await house.as_(None)).request("DELETE" if status == 405 else "GET", path)

    assert answer.status_code == status


def test_no_dependency_of_a_route_waits_for_a_thread(house: House) -> None:
    """FastAPI hands what is not `async` to a thread: two switches, which cost more than the look that they are for."""

    def asked(dependant: Dependant) -> Iterator[Any]:
        for inner in dependant.dependencies:
            yield inner.call
            yield from asked(inner)

    waiting = {
        call
        for route in operations(house)
        for call in (route.endpoint, *asked(route.dependant))
        if not any(
            kind(one)
            for kind in (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
            for one in (call, type(call).__call__)
        )
    }

    assert waiting == set()
