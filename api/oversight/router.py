"""Health, meta, and the page behind each problem type."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST

from api.core.database import DatabaseDep
from api.core.problems import REGISTRY, NotFound, Unauthorized, problems
from api.oversight import measuring, service
from api.oversight.schemas import HealthOut, MetaOut, ProblemPageOut

router = APIRouter(tags=["oversight"])
v1 = APIRouter(tags=["oversight"])
MetricsToken = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(
        HTTPBearer(
            auto_error=False,
            scheme_name="MetricsToken",
            description="What stands in `metrics.token` beside the keys: for `credentials_file` of Prometheus.",
        )
    ),
]
FIGURES: dict[int | str, dict[str, Any]] = {200: {"description": "Figures.", "content": {"text/plain": {}}}}


@router.get("/healthz")
async def read_health() -> HealthOut:
    """The process answers."""
    return HealthOut(status="ok", problems=[])


@router.get("/readyz", responses={503: {"model": HealthOut, "description": "Not ready; `problems` names why."}})
async def read_readiness(request: Request, response: Response, database: DatabaseDep) -> HealthOut:
    """Database, migrations and disk are as they should be."""
    found = await service.readiness(database, request.state.settings)
    response.status_code = 200 if found.status == "ok" else 503
    return found


@router.get("/metrics", response_class=Response, responses=FIGURES | problems(Unauthorized))
async def read_metrics(request: Request, database: DatabaseDep, given: MetricsToken) -> Response:
    """Figures for Prometheus: requests by route and status, durations, connections, and how old what waits is.

    No label holds an id, a name or a number. With several processes on one machine it tells of all of them.
    """
    measuring.demand_token(request.state.settings.keys_folder, given.credentials if given else None)
    return Response(await measuring.exposition(database), media_type=CONTENT_TYPE_LATEST)


@router.get("/problems/{code}", responses=problems(NotFound))
async def read_problem(code: str) -> ProblemPageOut:
    """What a problem code means; the `type` of every problem points here."""
    kind = REGISTRY.get(code)
    if kind is None:
        raise NotFound
    title = {"id": kind.title_id, "en": kind.title_en}
    description = (kind.__doc__ or kind.title_en).strip()
    return ProblemPageOut(type=f"/problems/{code}", code=code, status=kind.status, title=title, description=description)


@v1.get("/meta")
async def read_meta(request: Request) -> MetaOut:
    """Version, roles and their permissions, the words of every enum, limits, and which features are on."""
    return service.meta(request.state.settings)
