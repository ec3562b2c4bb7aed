"""`/v1/sync/pull`."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.roles import Permission
from api.core.feed import CursorExpired
from api.core.idempotency import Route
from api.core.problems import problems
from api.core.revisions import etag, not_modified
from api.sync.pull import pull
from api.sync.pull_schemas import PullOut, PullQuery

router = APIRouter(prefix="/sync", tags=["sync"], route_class=Route)
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing has changed: keep the cursor."}}


@router.get("/pull", response_model=PullOut, responses=NOT_MODIFIED | problems(CursorExpired))
async def pull_changes(
    connection: ConnectionDep,
    vault: VaultDep,
    actor: Annotated[Actor, may(Permission.SYNC_READ)],
    wanted: Annotated[PullQuery, Query()],
    request: Request,
) -> Response:
    """Pull what the phone needs: everything you hold at first, afterwards only what changed.

    Store the answer, then present its `cursor` at the next pull; that is when its `open` assignments become
    `downloaded`, without a new revision. The same cursor again gives what came after it again: nothing is lost with an
    answer. While `more` is true, pull on. `removed` names what is no longer yours. With `If-None-Match` of the answer
    before, a pull that finds nothing new is 304. After a restore, or after months, a cursor is 410 `cursor_expired`:
    drop it and begin without one; what you have not sent yet stays to be sent.
    """
    body, cursor, new = await pull(connection, actor, vault, wanted)
    answer, mark = Response(body, media_type="application/json"), hashlib.sha256(cursor.encode()).hexdigest()[:32]
    answer.headers["ETag"] = etag(mark)
    # never for an answer that holds something, whatever the caller says it has: a lost answer must come again
    if not new and not_modified(request, answer, mark):
        return Response(status_code=304, headers={"ETag": etag(mark)})
    return answer
