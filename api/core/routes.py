"""Every room's routes side by side, and a call's route found by how its path begins.

FastAPI keeps an included router as a router: a call asks each of them, twice and more where they lie in each other, and
each of their routes in turn, which costs more than a statement of the database. Here the routes lie flat, and an index
in front of them asks the few that begin like the path; whatever it does not know goes on to FastAPI's own search.
"""

from collections import defaultdict
from collections.abc import Mapping
from inspect import signature
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

BEGINNING: Final = 3  # parts of a path, counting what stands before the first slash: `/v1/households`
# what a route was declared with, and is declared with again at its full path
DECLARED: Final = signature(APIRouter.add_api_route).parameters.keys() - {
    "self", "path", "endpoint", "responses", "route_class_override", "form_limits",
}  # fmt: skip


def lay_flat(app: FastAPI, router: APIRouter, responses: Mapping[int | str, Any], prefix: str = "") -> None:
    """Add a room's routes to the application under this prefix; each may also answer with these responses."""
    for route in iter_route_contexts(router.routes):
        declared = {name: getattr(route, name) for name in DECLARED}
        app.router.add_api_route(
            prefix + str(route.path),
            route.endpoint,  # type: ignore[arg-type]  # a route of ours has one
            route_class_override=type(route.original_route),  # type: ignore[arg-type]  # a class of APIRoute
            responses={**responses, **route.responses},
            **declared,
        )


class Index(BaseRoute):
    """Stands before the routes that it was made of and answers for them when path and method are theirs."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self.begins: defaultdict[tuple[int, tuple[str, ...]], list[APIRoute]] = defaultdict(list)
        for route in routes:
            if isinstance(route, APIRoute) and ":path}" not in route.path:
                self.begins[_beginning(route.path)].append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes this call, in the order in which the rooms stand."""
        if scope["type"] == "http":
            for route in self.begins.get(_beginning(scope["path"]), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    return match, found
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the call to the route that was found."""
        await scope["route"].handle(scope, receive, send)


def _beginning(path: str) -> tuple[int, tuple[str, ...]]:
    parts = path.split("/")
    return len(parts), tuple(parts[:BEGINNING])
