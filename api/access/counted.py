"""Who calls, before anything else is done: the token is verified once here, and the call is counted.

A valid token counts for whom it was issued to, everything else for the address it comes from (an IPv6 network of 64
bits is one). An office shares one address, so an address may do as much as a person: logins have limits of their own.
"""

from ipaddress import IPv6Address, ip_address
from typing import Final

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access.tokens import Claims, InvalidToken
from api.core.answering import answer_problem
from api.core.leases import Leases, Policy, TooManyCalls
from api.core.problems import Unauthorized
from api.core.settings import Settings

UNCOUNTED: Final = frozenset({"/healthz", "/readyz", "/metrics"})


def policies(wanted: Settings) -> dict[str, Policy]:
    """How many calls a minute each kind of caller may make."""
    return {
        name: Policy(name, quota)
        for name, quota in (
            ("person", wanted.calls_person),
            ("machine", wanted.calls_machine),
            ("address", wanted.calls_address),
        )
    }


class CountedCalls:
    """Finds out who calls (`state["caller"]`: claims, or the 401 for a route that needs a token) and counts the call.

    429 when there are too many; every counted answer says what is left.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Only HTTP calls are counted, and not the questions of whoever watches over us."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope["state"]
        caller = state["caller"] = _caller(scope)
        if scope["path"] in UNCOUNTED:
            await self.app(scope, receive, send)
            return
        limits = policies(state["settings"])
        if isinstance(caller, Claims):  # a token without a session is a machine's
            kind, subject = ("machine" if caller.family_id is None else "person"), str(caller.subject)
        else:
            kind, subject = "address", address_of(scope)
        leases: Leases = state["leases"]
        standing = await leases.spend(limits[kind], f"{kind}:{subject}")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *standing.headers()]
            await send(message)

        if standing.retry_after_s is None:
            await self.app(scope, receive, answer)
        else:
            refused = await answer_problem(Request(scope), TooManyCalls())
            await refused(scope, receive, answer)


def _caller(scope: Scope) -> Claims | Unauthorized:
    scheme, token = get_authorization_scheme_param(Headers(scope=scope).get("authorization"))
    if scheme.lower() != "bearer" or not token:
        return Unauthorized(error="invalid_request")
    try:
        claims: Claims = scope["state"]["key_ring"].current().verify(token)
    except InvalidToken:
        return Unauthorized()
    return claims


def address_of(scope: Scope) -> str:
    """Where the call comes from; behind a proxy that uvicorn trusts (`FORWARDED_ALLOW_IPS`), whom that one names."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)
