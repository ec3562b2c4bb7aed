"""Stored first answers: the same Idempotency-Key and body give the first answer again.

The answer is stored in the transaction of the effect (2xx only, encrypted, 72 hours). A second call while the first
still runs is 409; another body under the same key is 422.
"""

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from api.core.problems import Invalid, Problem
from api.core.strict_json import EncodedBody, StrictRequest
from api.core.types import is_personal_number
from api.core.vault import Vault

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# the `openapi_extra` of a route whose answer is a secret: it is never stored, so the route takes no Idempotency-Key
SHOWN_ONCE = {"x-shown-once": True}
FINGERPRINT = "idempotency.fingerprint"
KEPT_HEADERS = ("content-type", "location", "etag")


class KeyReused(Problem):
    status, code = 422, "idempotency_key_reused"
    title_id, title_en = (
        "Idempotency-Key dipakai untuk isi lain",
        "This Idempotency-Key came with another body",
    )


class StillRunning(Problem):
    status, code = 409, "still_running"
    title_id, title_en = "Permintaan yang sama masih berjalan", "The same request is still running"


class Replayed(Exception):
    """Carries a stored first answer out of the dependency that found it."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Claim:
    """A key this request holds: its answer is stored when the handler is done."""

    connection: asyncpg.Connection
    vault: Vault
    principal_id: UUID
    key: str
    fingerprint: bytes


def is_shown_once(request: Request) -> bool:
    """Whether the answer of this request's route may not be stored."""
    return bool((getattr(request.scope.get("route"), "openapi_extra", None) or {}).get("x-shown-once"))


async def claim(
    connection: asyncpg.Connection,
    vault: Vault,
    principal_id: UUID,
    request: Request,
    body: bytes,
) -> Claim | None:
    """Claim this request's key, if it has one; raises `Replayed`, 409 `still_running` or 422 `idempotency_key_reused`.

    `body` is what makes two calls the same: the JSON body, or the sha256 of an uploaded file.
    """
    key = request.headers.get("idempotency-key")
    if key is None or request.method not in UNSAFE:
        return None
    if not 0 < len(key) <= 255:
        raise Invalid("header:Idempotency-Key", "string_too_long" if key else "string_too_short")
    if is_personal_number(key):  # it is kept in the open
        raise Invalid("header:Idempotency-Key", "personal_number")
    fingerprint = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()
    lock = int.from_bytes(hashlib.sha256(f"{principal_id}|{key}".encode()).digest()[:8], "big", signed=True)
    if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", lock):
        raise StillRunning
    stored = await connection.fetchrow(
        "select fingerprint, status, answer from idempotency_keys where principal_id = $1 and key = $2"
        " and created_at > now() - interval '72 hours'",
        principal_id,
        key,
    )
    if stored is None:
        return Claim(connection, vault, principal_id, key, fingerprint)
    if vault.open_bytes(FINGERPRINT, principal_id, stored["fingerprint"]) != fingerprint:
        raise KeyReused
    kept = orjson.loads(vault.open("idempotency.answer", principal_id, stored["answer"]))
    headers = kept["headers"] | {"Idempotency-Replayed": "true", "Cache-Control": "no-store"}
    raise Replayed(Response(kept["body"].encode(), stored["status"], headers))


async def store(held: Claim, answer: Response) -> None:
    """Keep a 2xx answer beside its effect; older rows of the same key give way."""
    if not 200 <= answer.status_code < 300:
        return
    kept = {"headers": {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}}
    sealed = held.vault.seal(
        "idempotency.answer",
        held.principal_id,
        orjson.dumps(kept | {"body": bytes(answer.body).decode()}).decode(),
    )
    await held.connection.execute(
        "insert into idempotency_keys (principal_id, key, fingerprint, status, answer, created_at)"
        " values ($1, $2, $3, $4, $5, now()) on conflict (principal_id, key) do update set"
        " fingerprint = excluded.fingerprint, status = excluded.status, answer = excluded.answer, created_at = now()",
        held.principal_id,
        held.key,
        held.vault.seal_bytes(FINGERPRINT, held.principal_id, held.fingerprint),
        answer.status_code,
        sealed,
    )


class Route(APIRoute):
    """The route class of every room: JSON is read strictly, first answers are stored and replayed inside the request's
    transaction."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, run while the transaction of the door is still open."""
        handle = super().get_route_handler()

        async def handle_once(given: Request) -> Response:
            request = StrictRequest(given.scope, given.receive)
            if request.headers.get("content-encoding", "identity").lower() != "identity":
                raise EncodedBody
            try:
                answer = await handle(request)
            except Replayed as replayed:
                return replayed.answer
            except RequestValidationError as refused:
                raise request.refusal or refused from refused
            held: Claim | None = getattr(request.state, "claim", None)
            if held is not None:
                await store(held, answer)
            return answer

        return handle_once
