"""A code that sets Collect up: a phone is enrolled like any other, and its token is shown once.

So it is listed with the phones, and who leads the team cuts it off there. A code sends visits in a person's name, so
that person alone makes it: whoever else had one could judge what they sent themselves (four eyes). The QR code is what
Collect's documentation says: JSON, zlib, base64 (docs.getodk.org/collect-import-export). `segno` draws it: no
dependency of its own, and the library that this documentation names.
"""

import base64
import io
import secrets
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import mimeparse
import orjson
import segno
from fastapi import Response
from uuid_utils.compat import uuid7

from api.access.actor import Actor
from api.access.families import token_hash
from api.core import clock
from api.core.database import Connection, Database, take_role
from api.core.settings import Settings
from api.openrosa import queries
from api.openrosa.problems import CollectNotAcceptable
from api.openrosa.schemas import CollectPhoneIn, CollectPhoneOut

JSON, PNG = "application/json", "image/png"
MODULE_PX = 6


async def add_phone(
    connection: Connection,
    database: Database,
    actor: Actor,
    wanted: Settings,
    body: CollectPhoneIn,
    url_of: Callable[[str], str],
) -> CollectPhoneOut:
    """Enrol a phone with Collect for oneself.

    The token lives as long as a session may (`session_days`), and ends before that with the phone, a new password,
    another role, or the account.
    """
    now = clock.now()
    await take_role(connection, database, "access")  # credentials are that role's alone
    person = await connection.fetchrow(queries.PERSON, actor.id)
    phone_id, token = uuid7(), secrets.token_hex(32)  # small letters: some clients write a path in them
    expires_at = now + timedelta(days=wanted.session_days)
    await connection.execute(queries.ADD_DEVICE, phone_id, actor.id, f"collect-{phone_id}", body.name, now)
    await connection.execute(queries.ENROL, phone_id, token_hash(token), person["version"], now, expires_at)
    await actor.note("device.enrolled_for_collect", phone_id)
    told = collect_settings(url_of(token), person["name"])
    return CollectPhoneOut(
        id=phone_id,
        staff_id=actor.id,
        name=body.name,
        server_url=url_of(token),
        settings=told,
        code=base64.b64encode(zlib.compress(orjson.dumps(told), 9)).decode(),
        expires_at=expires_at,
    )


def collect_settings(server_url: str, name: str) -> dict[str, Any]:
    """The settings of a project in Collect; what is not said keeps Collect's default."""
    return {
        "general": {
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
            "image_size": "large",
            "analytics": False,
        },
        "admin": {},
        "project": {"name": f"Sambang {name}", "icon": "S", "color": "#1b5e20"},
    }


def form_of(accept: str | None) -> str:
    """JSON, or PNG for who prefers it; raises `CollectNotAcceptable` (406)."""
    try:
        form: str = mimeparse.best_match([PNG, JSON], accept or JSON)
    except mimeparse.MimeTypeParseException as refused:
        raise CollectNotAcceptable from refused
    if not form:
        raise CollectNotAcceptable
    return form


def drawn(phone: CollectPhoneOut) -> Response:
    """The QR code as a picture."""
    picture = io.BytesIO()
    segno.make(phone.code, micro=False, error="m").save(picture, kind="png", scale=MODULE_PX)
    headers = {"Content-Disposition": f'inline; filename="collect-{phone.id}.png"'}
    return Response(picture.getvalue(), 201, headers, PNG)
