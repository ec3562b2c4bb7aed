"""The login page gives an authenticator app to who must have one and has none yet: a secret, its QR code, a first code.

Between the two forms the page carries a ticket, a token that can do nothing but enrol (as `POST /v1/sessions` gives
one): no password travels twice, and whoever stole a ticket could not sign in with it.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import segno

from api.access import second_factors
from api.access.actor import Actor
from api.access.front_door import FrontDoor
from api.access.roles import Permission, Role
from api.access.second_factor_schemas import SecondFactorOut
from api.access.tokens import Claims, InvalidToken
from api.core.database import Connection, raw, take_principal, transaction
from api.core.problems import Invalid

SCOPES: Final = frozenset({str(Permission.SECOND_FACTOR_WRITE)})


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the page shows: the secret in groups of four, its QR code as SVG, and the ticket for the next form."""

    ticket: str
    secret: str
    picture: str


def ticket_of(door: FrontDoor, principal: UUID, version: int) -> str:
    """A token that can enrol and nothing more. No refresh token comes with it: that would give every scope."""
    return door.keys.issue(principal, version, SCOPES, door.settings.access_token_s, None)


def read_ticket(door: FrontDoor, ticket: str) -> Claims:
    """Whose ticket it is; raises `InvalidToken` for any other token too."""
    claims = door.keys.verify(ticket)
    if claims.scopes != SCOPES:
        raise InvalidToken
    return claims


async def begin(door: FrontDoor, principal: UUID, version: int) -> Enrolment:
    """A new secret for somebody who has just proved a name and a password; raises `Unauthorized`."""
    async with transaction(door.database) as connection:
        wire = await raw(connection)
        actor = await _act(door, wire, principal, version)
        return _shown(ticket_of(door, principal, version), await second_factors.enrol(wire, actor, door.vault))


async def confirm(door: FrontDoor, ticket: str, otp: str) -> Enrolment | None:
    """Let the secret count when this is a code of it: None then, else the page once more.

    Raises `InvalidToken`, `Unauthorized`, and `SecondFactorStands` when it was confirmed meanwhile.
    """
    claims = read_ticket(door, ticket)
    async with transaction(door.database) as connection:
        wire = await raw(connection)
        actor = await _act(door, wire, claims.subject, claims.version)
        try:
            await second_factors.confirm(wire, actor, door.vault, otp)
        except Invalid:
            pending = await second_factors.pending(wire, actor, door.vault)
            if pending is None:
                raise
            return _shown(ticket, pending)
    return None


async def _act(door: FrontDoor, wire: Connection, principal: UUID, version: int) -> Actor:
    found = await take_principal(wire, door.database, principal, version)
    whose = (principal, found["kind"], Role(found["role"]), found["team_id"])
    return Actor(*whose, SCOPES, door.request_id, wire)


def _shown(ticket: str, enrolled: SecondFactorOut) -> Enrolment:
    secret = enrolled.secret
    picture = segno.make(enrolled.uri, micro=False).svg_inline(scale=5, svgclass=None, lineclass=None, light="#fff")
    return Enrolment(ticket, " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), picture)
