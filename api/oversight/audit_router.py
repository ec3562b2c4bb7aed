"""`/v1/audit-events`, and `/healthz/audit`."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.access import verification
from api.access.actor import Actor, ConnectionDep, may
from api.access.roles import Permission
from api.core.audit_head import AuditHead
from api.core.conditions import Conditions
from api.core.paging import Page, cursor_of, page
from api.oversight.audit_schemas import (
    AuditEventFilter,
    AuditEventOut,
    AuditFindingOut,
    AuditHeadOut,
    AuditHealthOut,
    VerificationFilter,
    VerificationOut,
)

health = APIRouter(tags=["oversight"])
router = APIRouter(prefix="/audit-events", tags=["oversight"])
EVENTS = "select seq, at, actor_id, action, subject_id, request_id, detail from audit_events"


@router.get("")
async def list_audit_events(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.AUDIT_EVENTS_READ)],
    wanted: Annotated[AuditEventFilter, Query()],
    request: Request,
    response: Response,
) -> Page[AuditEventOut]:
    """List who did what, newest first. Details hold ids, states and counts, never what stands in a record."""
    chosen, after = Conditions(), wanted.after(int)
    for condition, value in (
        ("actor_id = ?", wanted.actor_id),
        ("subject_id = ?", wanted.subject_id),
        ("action = ?", wanted.action),
        ("at >= ?", wanted.since),
        ("at < ?", wanted.until),
        ("seq < ?", after[0] if after else None),
    ):
        chosen.add(condition, value)
    rows = await connection.fetch(
        f"{EVENTS} {chosen.where()} order by seq desc limit {wanted.limit + 1}", *chosen.values
    )
    shown, following = page(rows, wanted, lambda event: (event["seq"],), request, response)
    return Page(items=[AuditEventOut.model_validate(dict(event)) for event in shown], next=following)


@router.get("/verification")
async def verify_audit(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.AUDIT_EVENTS_VERIFY)],
    wanted: Annotated[VerificationFilter, Query()],
    request: Request,
) -> VerificationOut:
    """Hold a page of the audit chain against the rows it sealed: each altered, deleted or added row is named.

    Go on with `next` until it is null; the last page also names old rows that stand in no seal. Nothing of what stands
    in a row is shown. Whoever keeps the `Audit-Head` of an answer outside may give it here as `head`: only so is it
    seen when the end of the chain was cut off together with its seals, or all of it was made anew.
    """
    after = wanted.after(int)
    patience = timedelta(seconds=request.state.settings.audit_stuck_s)
    checked = await verification.check_page(connection, after[0] if after else 0, wanted.limit, patience)
    anchor = await verification.check_anchor(connection, wanted.head) if wanted.head else None
    head = await connection.fetchrow(verification.HEAD)
    return VerificationOut(
        intact=not checked.findings and anchor in (None, verification.Anchor.HELD),
        seals=checked.seals,
        rows=checked.rows,
        findings=[AuditFindingOut.model_validate(dict(found)) for found in checked.findings],
        anchor=anchor,
        head=None if head["n"] is None else AuditHeadOut.model_validate(dict(head)),
        next=cursor_of(checked.last) if checked.more else None,
    )


@health.get(
    "/healthz/audit", responses={503: {"model": AuditHealthOut, "description": "The sealer stands still: `stuck`."}}
)
async def read_audit_health(request: Request, response: Response) -> AuditHealthOut:
    """Whether the audit chain is being sealed, and its head as of a few seconds ago. Anybody may keep it.

    While it is `stuck`, agencies and releases get 503 `audit_stuck`; field work goes on, and `/readyz` says ready.
    """
    head: AuditHead = request.state.audit_head
    response.status_code = 503 if head.stuck else 200
    shown = None
    if head.n is not None and head.digest is not None and head.sealed_at is not None:
        shown = AuditHeadOut(n=head.n, digest=head.digest, sealed_at=head.sealed_at)
    return AuditHealthOut(status="stuck" if head.stuck else "ok", head=shown)
