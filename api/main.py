"""create_app(): the lifespan, the middleware, every room's router."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import __version__
from api.access import oauth_router
from api.access import router as access
from api.access.counted import CountedCalls
from api.access.tokens import open_key_ring
from api.assignments import router as assignments
from api.attachments import router as attachments
from api.campaigns import router as campaigns
from api.core import answering, contract, contract_headers, logs, problems, routes
from api.core.audit_head import AuditHeadHeader
from api.core.headers import AnswerHeaders
from api.core.inner_refusals import TooLargeAsProblem, UnexpectedAsProblem
from api.core.leases import TooManyCalls
from api.core.process import ProcessState, open_process
from api.core.settings import Settings, settings
from api.formgear import router as formgear
from api.households import lineage_router
from api.households import router as households
from api.imports import people_router
from api.imports import router as imports
from api.openrosa import answers as collect
from api.openrosa import phones_router
from api.openrosa import router as openrosa
from api.oversight import audit_router, outline, reference, subject_router
from api.oversight import router as oversight
from api.oversight.service import LIMITS
from api.questionnaires import router as questionnaires
from api.regions import router as regions
from api.releases import replies_router as replies
from api.releases import router as releases
from api.sync import pull_router
from api.sync import push_router as push
from api.sync import quarantine_router as quarantine
from api.verdicts import official_router as official
from api.verdicts import router as verdicts
from api.visits import router as visits

# In the order of the contract.
ROOMS: tuple[APIRouter, ...] = (
    pull_router.router,
    access.router,
    regions.router,
    campaigns.router,
    households.router,
    lineage_router.router,
    assignments.allocations,
    assignments.router,
    imports.router,
    people_router.router,
    questionnaires.router,
    verdicts.router,
    official.router,
    visits.router,
    push.router,
    quarantine.router,
    attachments.router,
    phones_router.router,
    openrosa.router,
    formgear.router,
    releases.router,
    replies.router,
    audit_router.router,
    subject_router.router,
    oversight.v1,
)
PAGES: tuple[APIRouter, ...] = (oauth_router.well_known, oversight.router, audit_router.health, reference.router)


def create_app(wanted: Settings | None = None) -> FastAPI:
    """The application. Settings come from the environment unless given; nothing connects before the lifespan."""
    chosen = wanted or settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[ProcessState]:
        logs.install(chosen.log_level)
        ring = open_key_ring(chosen.keys_folder, chosen.issuer, chosen.audience)
        async with open_process(chosen, ring) as state:
            yield state

    app: Any = FastAPI(
        title="Sambang",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=contract.operation_id,
        responses=problems.problems(problems.TooLarge, problems.Invalid, TooManyCalls, problems.Unavailable),
    )
    app.openapi = partial(contract.document, app, outline.chapters(), outline.examples())
    refusals = problems.problems(problems.Unauthorized, problems.Forbidden, problems.NotFound)
    for room in ROOMS:
        routes.lay_flat(app, room, refusals, prefix="/v1")
    for page in PAGES:
        routes.lay_flat(app, page, {})
    app.router.routes.insert(0, routes.Index(app.router.routes))
    answering.install(app, collect.TONGUE)
    # not FastAPI's own max_body_size: that stands outside every middleware and answers in plain text
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LIMITS["json_body_bytes"])
    app.add_middleware(TooLargeAsProblem)
    app.add_middleware(CountedCalls)
    app.add_middleware(UnexpectedAsProblem)  # inside CORS, as all that refuses: a browser may read it then
    if chosen.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=chosen.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=contract_headers.EXPOSED,
        )
    app.add_middleware(AnswerHeaders)
    app.add_middleware(AuditHeadHeader)
    app.add_middleware(logs.RequestLog)
    return app  # type: ignore[no-any-return]  # Any above: FastAPI's openapi is a method, ours a function
