"""`/v1/sync/push` and `/v1/sync/reconcile`."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.problems import told_problem
from api.sync.push import push
from api.sync.push_reading import take_apart
from api.sync.push_schemas import MOST_BYTES, PUSH_BODY, PushOut, ReconcileIn, ReconcileOut
from api.sync.reconcile import reconcile

router = APIRouter(prefix="/sync", tags=["sync"], route_class=Route)
Sender = Annotated[Actor, may(Permission.VISITS_WRITE)]


@router.post("/push", response_model=PushOut, openapi_extra=PUSH_BODY, max_body_size=MOST_BYTES)
async def push_work(connection: ConnectionDep, vault: VaultDep, actor: Sender, request: Request) -> Response:
    """Send what was done offline: new households and visits, each with its own result.

    It is always safe to send the same again: one effect, the first receipt, `duplicate`. An item is done only when its
    receipt has come. `accepted` and `duplicate` are done; `quarantined` (not yours any more, campaign closed, unknown
    questionnaire version, a phone that is not enrolled as yours), `conflict` (the id stands for other content) and
    `invalid` are kept whole too and wait for a person: do not send them again. A visit on an older revision, or from a
    phone with a wrong clock, is accepted and flagged. Pointers in a `problem` start at the item. A household that a
    visit names carries its own `assignment_id`.
    """
    device_id, items = take_apart(await request.body())
    pushed = await push(connection, actor, vault, device_id, items)
    results = [
        {
            "id": one.id and str(one.id),
            "status": one.fate.status,
            "receipt": str(one.receipt_id),
            "problem": one.fate.problem and told_problem(one.fate.problem, request).model_dump(),
            "findings": orjson.Fragment(one.fate.findings),
        }
        for one in pushed
    ]
    return Response(orjson.dumps({"results": results}), media_type="application/json")


@router.post("/reconcile")
async def reconcile_work(connection: ConnectionDep, vault: VaultDep, actor: Sender, body: ReconcileIn) -> ReconcileOut:
    """Ask which of your items we hold, by id and by the SHA-256 of the exact bytes of the item as you sent it.

    `held`: safe to remove from the phone. `quarantined`: kept, a person decides. `missing`, `differs`: send it again.
    """
    return ReconcileOut(results=await reconcile(connection, actor, vault, body.items))
