"""Seals the pictures of an object store anew; each object is replaced as a whole."""

from uuid import UUID

import obstore

from api.attachments.store import PhotoBucket
from api.core.vault import Vault, WrongSeal
from api.custody.renewing import Tally, Tell


async def renew_photos(bucket: PhotoBucket, vault: Vault, tell: Tell) -> Tally:
    """One pass over every picture; one that was deleted meanwhile is left out."""
    tally = Tally()
    async for found in bucket.objects():
        for key, _ in found:
            tally.rows += 1
            try:
                tally.renewed += await _renew(bucket, vault, key, UUID(key[-36:]))
            except FileNotFoundError:
                continue
            except (WrongSeal, ValueError):
                tally.unreadable.append(f"photo {key[-36:]}")
        tell("photos", tally.rows, tally.renewed)
    return tally


async def _renew(bucket: PhotoBucket, vault: Vault, key: str, photo_id: UUID) -> int:
    """Whether another key than the newest sealed a chunk of it."""
    sealed = bytes(await (await obstore.get_async(bucket.bucket, key)).bytes_async())
    lines = [(line, vault.renew("file", photo_id, line)[1]) for line in sealed.splitlines()]
    if all(anew is None for _, anew in lines):
        return 0
    await obstore.put_async(bucket.bucket, key, b"".join((anew or line) + b"\n" for line, anew in lines))
    return 1
