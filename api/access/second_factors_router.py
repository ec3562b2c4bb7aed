"""`/v1/me/second-factor`, and taking a lost one away."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api.access import second_factors
from api.access.actor import Actor, ConnectionDep, VaultDep, may
from api.access.problems import OwnAccount, SecondFactorStands
from api.access.roles import Permission
from api.access.second_factor_schemas import SecondFactorConfirmation, SecondFactorOut
from api.core.idempotency import SHOWN_ONCE, Route
from api.core.problems import problems

router = APIRouter(tags=["access"], route_class=Route)
Owner = Annotated[Actor, may(Permission.SECOND_FACTOR_WRITE)]
Writer = Annotated[Actor, may(Permission.STAFF_WRITE)]


@router.post("/me/second-factor", status_code=201, openapi_extra=SHOWN_ONCE, responses=problems(SecondFactorStands))
async def enrol_second_factor(connection: ConnectionDep, actor: Owner, vault: VaultDep) -> SecondFactorOut:
    """Get the secret for an authenticator app. It is shown once, and counts after a code of it has confirmed it.

    Asking again before that replaces it. Afterwards it is 409: whoever lost the app asks the person who appoints them.
    """
    return await second_factors.enrol(connection, actor, vault)


@router.post("/me/second-factor/confirmations", status_code=204, responses=problems(SecondFactorStands))
async def confirm_second_factor(
    connection: ConnectionDep, actor: Owner, vault: VaultDep, body: SecondFactorConfirmation
) -> None:
    """Confirm the secret with a code of the app; then sign in with the next code."""
    await second_factors.confirm(connection, actor, vault, body.otp)


@router.post("/staff/{staff_id}/second-factor-resets", status_code=204, responses=problems(OwnAccount))
async def reset_second_factor(connection: ConnectionDep, actor: Writer, staff_id: UUID) -> None:
    """Take away the second factor of somebody who lost the app; every session ends, and the person enrols anew.

    Whoever knows the password can then enrol: where that may be another, issue an activation code too.
    """
    await second_factors.reset(connection, actor, staff_id)
