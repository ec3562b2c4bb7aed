"""What is known of how a visit was done: what its phone noted, and what the cameras wrote into its photos."""

from uuid import UUID

import orjson

from api.access.actor import Actor
from api.attachments import queries
from api.attachments.schemas import FoundInPhoto, ParadataOut
from api.core.database import Connection
from api.core.vault import Vault
from api.visits.service import open_visit

FOUND = "photo.found"


async def read_paradata(connection: Connection, actor: Actor, vault: Vault, visit_id: UUID) -> tuple[UUID, ParadataOut]:
    """The household that was visited, and the paradata of the visit, opened; raises `NotFound` and `Anonymised`.

    The EXIF of a photo is whatever its sender wrote: a hint for a person, no proof.
    """
    opened = await open_visit(connection, actor, vault, visit_id)
    row, said = opened.row, opened.said
    photos = []
    for photo in await connection.fetch(queries.FOUND_IN_PHOTOS, row["receipt"]):
        found = orjson.loads(vault.open_bytes(FOUND, photo["id"], photo["found"])) if photo["found"] else {}
        told = dict.fromkeys(FoundInPhoto.model_fields) | found
        photos.append(FoundInPhoto.model_validate(told | {"name": photo["name"], "arrived_at": photo["arrived_at"]}))
    noted = said.paradata.model_dump() if said.paradata else {"timings": [], "positions": [], "edits": []}
    return row["household_id"], ParadataOut.model_validate(noted | {"visit_id": visit_id, "photos": photos})
