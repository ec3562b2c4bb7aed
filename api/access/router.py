"""The way in: sessions, activations, `me`, and the routers of people, machines and tokens."""

from typing import Annotated

from fastapi import APIRouter

from api.access import (
    activations,
    authorize_router,
    clients_router,
    devices_router,
    oauth_router,
    second_factors_router,
    sessions,
    staff_router,
)
from api.access.actor import Actor, ConnectionDep, may
from api.access.front_door import FrontDoorDep
from api.access.problems import DeviceRevoked, InvalidCredentials, OtpRequired, TooManyAttempts
from api.access.roles import Permission
from api.access.schemas import ActivationIn, MeOut, SessionIn, SessionOut
from api.core.idempotency import Route
from api.core.leases import TooManyCalls
from api.core.problems import problems

router = APIRouter(tags=["access"], route_class=Route)


@router.post(
    "/sessions", responses=problems(InvalidCredentials, OtpRequired, DeviceRevoked, TooManyCalls, TooManyAttempts)
)
async def sign_in(door: FrontDoorDep, body: SessionIn) -> SessionOut:
    """Sign in with username and password (CAPI app, scripts).

    Bappeda, Diskominfo and coordinators add `otp`, the code that their authenticator app shows: without it 401
    `otp_required`, and a code works once. Who has no app yet gets an access token with the one scope
    `second_factor:write` and no refresh token: enrol, confirm, sign in again.
    Phones sign in once, with a `device_id`, and refresh from then on; one that was cut off is 403 `device_revoked`.
    After ten wrong tries at an account in five minutes, or two hundred from an address, the answer is 429 with
    Retry-After; when too many sign in at once it is 503.
    """
    return await sessions.sign_in(door, body)


@router.post("/activations", status_code=204)
async def activate_account(door: FrontDoorDep, body: ActivationIn) -> None:
    """Set a password with a one-time activation code; every session from before ends."""
    await activations.activate(door, body)


@router.get("/me")
async def read_me(connection: ConnectionDep, actor: Annotated[Actor, may(Permission.ME_READ)]) -> MeOut:
    """Read who is calling, and what this token may do."""
    return await sessions.who_am_i(connection, actor)


for part in (staff_router, second_factors_router, devices_router, clients_router, authorize_router, oauth_router):
    router.include_router(part.router)
