"""`/v1/devices`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access import devices
from api.access.actor import Actor, ConnectionDep, may
from api.access.device_schemas import DeviceFilter, DeviceOut, DeviceRevocationIn
from api.access.roles import Permission
from api.core.idempotency import Route
from api.core.paging import Page, page

router = APIRouter(prefix="/devices", tags=["access"], route_class=Route)


@router.get("")
async def list_devices(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.DEVICES_READ)],
    wanted: Annotated[DeviceFilter, Query()],
    request: Request,
    response: Response,
) -> Page[DeviceOut]:
    """List enrolled phones: an enumerator's own, a coordinator's team's, all for Bappeda and Diskominfo."""
    found = await devices.list_devices(connection, wanted)
    shown, following = page(found, wanted, lambda device: (device.id,), request, response)
    return Page(items=shown, next=following)


@router.post("/{device_id}/revocations")
async def revoke_device(
    connection: ConnectionDep,
    actor: Annotated[Actor, may(Permission.DEVICES_WRITE)],
    device_id: UUID,
    body: DeviceRevocationIn,
) -> DeviceOut:
    """Cut a phone off: a coordinator in the own team, Bappeda anywhere. For good, and on its next request.

    Every token of the phone is refused (401), refreshing included; the person's other phones work on. Once more changes
    nothing. A phone that is found again signs in with the password under a new `device_id`; where the password may be
    known to others, give the person a new activation code too.
    """
    return await devices.revoke_device(connection, actor, device_id, body)
