"""Token to actor: the two doors of a room, and `may(permission)` in a route's signature."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from api.access import audit
from api.access.problems import AuditStuck
from api.access.roles import Permission, Role, scopes_of
from api.access.tokens import Claims
from api.core.database import BY_VALUES, ONCE, Connection, database_of, raw, session_of, take_principal, transaction
from api.core.idempotency import claim, is_shown_once
from api.core.paging import MOST_ROWS, MOST_ROWS_FOR_AGENCIES
from api.core.problems import Forbidden, Unauthorized
from api.core.vault import Vault

bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="at+jwt",
    description=(
        "The `access_token` that `POST /v1/sessions` (people) or `POST /v1/oauth/token` (machines, refreshing) gives; "
        "paste it without the word Bearer. It lasts ten minutes. The demo's logins are in `.sambang/demo.json`."
    ),
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in this request, as the database found it when the transaction began."""

    id: UUID
    kind: str
    role: Role
    team_id: UUID | None
    permissions: frozenset[str]
    request_id: str
    connection: Connection
    session_id: UUID | None = None

    async def note(self, action: str, subject_id: UUID | None, **detail: Any) -> None:
        """Record a deed of this actor in this transaction: `noun.verb`, past tense."""
        await audit.note(self.connection, self.id, self.request_id, action, subject_id, **detail)

    async def note_all(self, deeds: Sequence[tuple[str, UUID, dict[str, Any]]]) -> None:
        """Record many deeds at once: action, subject and detail of each."""
        await audit.note_all(self.connection, self.id, self.request_id, deeds)

    async def disclose(
        self,
        operation: str,
        household_ids: list[UUID],
        fields: tuple[str, ...] = ("names", "address"),
        purpose: str | None = None,
    ) -> None:
        """Record that this answer shows these households to this actor."""
        await audit.disclose(
            self.connection, self.id, self.request_id, operation, household_ids, fields, purpose, self.session_id
        )


async def token_claims(request: Request) -> Claims:
    """The claims of the bearer token, as `CountedCalls` found them; 401 without a valid one.

    Does not ask `bearer`: FastAPI caches what depends on a security scheme once per set of scopes, so a dependency here
    would open a second connection, and with it a second transaction, for the actor of the same request.
    """
    found: Claims | Unauthorized = request.state.caller
    if isinstance(found, Unauthorized):
        raise found
    return found


async def demand_seals(request: Request) -> None:
    """Refuse what leaves the house while the audit chain stands still (503 `audit_stuck`); field work goes on."""
    if request.state.audit_head.stuck:
        raise AuditStuck


async def open_connection(request: Request) -> AsyncIterator[AsyncConnection]:
    """One request, one transaction, in the caller's own database role: commit if the handler returns.

    Asks for nothing by `Depends`: FastAPI would solve that again for each of the two or three that want the connection.
    """
    claims, database = await token_claims(request), await database_of(request)
    async with transaction(database) as connection:
        wire = await raw(connection)
        plans = BY_VALUES if request.method == "GET" else ONCE
        found = await take_principal(wire, database, claims.subject, claims.version, claims.family_id, plans)
        role = Role(found["role"])
        # never more than the token was issued for, never more than the principal still holds
        held = (scopes_of(role, found["scopes"]) & claims.scopes) | {Permission.ME_READ}
        if role is Role.CLIENT:
            await demand_seals(request)
        whose = (claims.subject, found["kind"], role, found["team_id"])
        actor = Actor(*whose, held, request.state.request_id, wire, claims.family_id)
        request.state.actor = actor
        request.state.most_rows = MOST_ROWS_FOR_AGENCIES if role is Role.CLIENT else MOST_ROWS
        # an upload claims its key itself, by what its file is; all else is JSON by one of its names, or refused
        upload = request.headers.get("content-type", "").lower().startswith(("multipart/", "image/"))
        if "idempotency-key" in request.headers and not upload and not is_shown_once(request):
            request.state.claim = await claim(wire, vault_of(request), actor.id, request, await request.body())
        yield connection


OpenConnection = Annotated[AsyncConnection, Depends(open_connection, scope="function")]


async def wire_of(connection: OpenConnection) -> Connection:
    """The raw door: the asyncpg connection of this transaction."""
    return await raw(connection)


async def session_for(connection: OpenConnection) -> AsyncSession:
    """The SQLModel door to the same transaction."""
    return session_of(connection)


ConnectionDep = Annotated[Connection, Depends(wire_of)]
SessionDep = Annotated[AsyncSession, Depends(session_for)]


async def permitted_actor(
    request: Request,
    needed: SecurityScopes,
    connection: OpenConnection,
    scheme: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],  # names the scheme in OpenAPI
) -> Actor:
    """The actor, if it holds the permission that the route names; 403 otherwise."""
    actor: Actor = request.state.actor
    if not actor.permissions.issuperset(needed.scopes):
        raise Forbidden(needed.scope_str)
    return actor


def may(permission: Permission) -> Any:
    """Demand a permission, visibly: it stands in the signature and in the OpenAPI file."""
    return Security(permitted_actor, scopes=[permission.value])


def vault_of(request: Request) -> Vault:
    """The vault of this process, with the keys of this moment."""
    vault: Vault = request.state.vault
    return vault.current()


async def vault_for(request: Request) -> Vault:
    """The vault, for a route."""
    return vault_of(request)


VaultDep = Annotated[Vault, Depends(vault_for)]
