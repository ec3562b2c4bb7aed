"""Health, meta, and the page behind each problem type."""

from fastapi import APIRouter, Request, Response

from api.core.database import DatabaseDep
from api.core.problems import REGISTRY, NotFound, problems
from api.oversight import service
from api.oversight.schemas import HealthOut, MetaOut, ProblemPageOut

router = APIRouter(tags=["oversight"])
v1 = APIRouter(tags=["oversight"])


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
async def read_meta() -> MetaOut:
    """Version, roles and their permissions, the words of every enum, limits, and which features are on."""
    return service.meta()
