"""The person's work as entity lists: whom to visit, and who lives there. No NIK, no No. KK."""

import csv
import io
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement  # writes only

from api.access.actor import Actor
from api.households.showing import AT_THE_DOOR
from api.openrosa import queries

STANDING = sorted(AT_THE_DOOR)
MOST_ASKED = 1000


async def manifest(actor: Actor, url: str) -> Element:
    """The lists with the hash of their present content."""
    root = Element("manifest", {"xmlns": "http://openrosa.org/xforms/xformsManifest"})
    hashes = await actor.connection.fetchrow(queries.HASHES, actor.id, STANDING)
    for name in queries.LISTS:
        entry = SubElement(root, "mediaFile", {"type": "entityList"})
        told = {
            "filename": f"{name}.csv",
            "hash": f"md5:{hashes[name]}",
            "downloadUrl": f"{url}/lists/{name}.csv",
            "integrityUrl": f"{url}/integrity",
        }
        for tag, text in told.items():
            SubElement(entry, tag).text = text
    return root


async def entity_list(actor: Actor, name: str) -> str:
    """A list as CSV (`name` is the id, `label` what people read); the look is on record."""
    statement = await actor.connection.prepare(queries.LISTS[name])
    rows = await statement.fetch(actor.id, STANDING)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([column.name for column in statement.get_attributes()])
    writer.writerows(rows)
    await actor.disclose("read_openrosa_list", sorted({UUID(row["household_id"]) for row in rows}))
    return written.getvalue()


async def integrity(actor: Actor, asked: str) -> Element:
    """Of each id in this list with commas, whether it has gone from the person's lists."""
    ids = [one for one in asked.split(",") if one][:MOST_ASKED]
    there = {row["name"] for row in await actor.connection.fetch(queries.STILL_THERE, actor.id, STANDING, ids)}
    root = Element("data")
    entities = SubElement(root, "entities")
    for one in ids:
        entity = SubElement(entities, "entity", {"id": one})
        SubElement(entity, "deleted").text = "false" if one in there else "true"
    return root
