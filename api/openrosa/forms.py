"""The forms that Collect offers: those of the person's campaigns, newest version, by their hash."""

import hashlib
from xml.etree.ElementTree import Element, SubElement  # writes only

from sqlalchemy.ext.asyncio import AsyncConnection

from api.access.actor import Actor
from api.core import clock
from api.core.database import session_of
from api.openrosa import queries
from api.openrosa.problems import UnknownForm
from api.questionnaires.service import MAX_VERSION, write_xform


async def form_list(connection: AsyncConnection, actor: Actor, url: str, form_id: str | None) -> Element:
    """The `xforms` document for this person, of one form if `form_id` says which."""
    root = Element("xforms", {"xmlns": "http://openrosa.org/xforms/xformsList"})
    today = clock.working_day(clock.now())
    for form in await actor.connection.fetch(queries.FORMS, actor.id, today):
        if form_id not in (None, form["code"]):
            continue
        made = await write_xform(session_of(connection), form["id"], form["version"])
        entry = SubElement(root, "xform")
        told = {
            "formID": form["code"],
            "name": form["title"],
            "version": str(form["version"]),
            "hash": f"md5:{hashlib.md5(made, usedforsecurity=False).hexdigest()}",
            "downloadUrl": f"{url}/forms/{form['code']}/{form['version']}.xml",
            "manifestUrl": f"{url}/manifest",
        }
        for name, text in told.items():
            SubElement(entry, name).text = text
    return root


async def published_form(connection: AsyncConnection, actor: Actor, code: str, version: int) -> bytes:
    """The XForm of a published version; raises `UnknownForm`."""
    known = 0 < version <= MAX_VERSION
    found = await actor.connection.fetchval(queries.PUBLISHED, code, version) if known else None
    if found is None:
        raise UnknownForm
    return await write_xform(session_of(connection), found, version)
