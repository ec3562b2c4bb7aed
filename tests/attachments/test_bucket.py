"""Photos in an object store: the same calls, sealed objects, swept and sealed anew as a folder is."""

import os
from datetime import timedelta
from pathlib import Path

import obstore
import pytest
from cryptography.fernet import Fernet
from uuid_utils.compat import uuid7

from api.attachments import sweeping
from api.attachments.store import PhotoBucket, bucket_of, key_of
from api.attachments.sweeping import sweep_photos
from api.core.vault import make_vault_keys, open_vault
from api.custody.sealed_photos import renew_photos
from tests.attachments.shots import knocked, path_of, put, shot
from tests.support.house import House

PHOTO = shot()


@pytest.fixture(params=["a folder", "S3"])
def bucket(house: House, tmp_path: Path, request: pytest.FixtureRequest) -> PhotoBucket:
    """An object store: in a folder behind the same library, and the S3 of `SAMBANG_TEST_S3` where there is one.

    `SAMBANG_TEST_S3=s3://bucket/prefix`, with the `AWS_*` variables of guides/operations.md; each test has a prefix.
    """
    if request.param == "S3":
        url = os.environ.get("SAMBANG_TEST_S3")
        if url is None:
            pytest.skip("SAMBANG_TEST_S3 names no bucket")
        url = f"{url.rstrip('/')}/{uuid7()}"
    else:
        (tmp_path / "bucket").mkdir()
        url = (tmp_path / "bucket").as_uri()
    wanted = house.state["settings"].model_copy(update={"photos_url": url})
    house.state["settings"] = wanted
    found = bucket_of(wanted)
    assert found is not None
    return found


async def keys(bucket: PhotoBucket) -> set[str]:
    return {key async for found in bucket.objects() for key, _ in found}


async def test_a_photo_goes_into_the_bucket_sealed_and_comes_back(house: House, bucket: PhotoBucket) -> None:
    team, _, body = await knocked(house, PHOTO)
    siti = await house.as_(team.siti)
    assert (await put(siti, body["id"], PHOTO)).status_code == 201

    seen = await siti.get(path_of(body["id"]))

    photo_id = await house.owner.fetchval("select id from photos")
    assert await keys(bucket) == {key_of(photo_id)}
    sealed = bytes((await obstore.get_async(bucket.bucket, key_of(photo_id))).bytes())
    assert seen.content[:100] not in sealed
    await obstore.delete_async(bucket.bucket, key_of(photo_id))
    assert (await siti.get(path_of(body["id"]))).status_code == 404


async def test_an_object_that_no_photo_knows_is_swept_and_nothing_else(
    house: House, bucket: PhotoBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, _, body = await knocked(house, PHOTO)
    assert (await put(await house.as_(team.siti), body["id"], PHOTO)).status_code == 201
    (known,) = await keys(bucket)
    orphan, strange = key_of(uuid7()), "somebody/elses-file"
    for key in (orphan, strange):
        await obstore.put_async(bucket.bucket, key, b"x")

    await sweep_photos(house.state["settings"], house.owner)
    assert await keys(bucket) == {known, orphan, strange}  # somebody may be writing it

    monkeypatch.setattr(sweeping, "UPLOAD_S", -timedelta(minutes=1).total_seconds())
    assert await sweep_photos(house.state["settings"], house.owner) >= 1
    assert await keys(bucket) == {known, strange}


async def test_pictures_are_sealed_anew_under_a_new_key(bucket: PhotoBucket, tmp_path: Path) -> None:
    make_vault_keys(tmp_path)
    old, photo_id = open_vault(tmp_path), uuid7()
    await bucket.keep(old, photo_id, PHOTO)
    ring = tmp_path / "vault.keys"
    newest = Fernet.generate_key()
    ring.write_bytes(newest + b"\n" + ring.read_bytes())

    passes = [await renew_photos(bucket, open_vault(tmp_path), lambda *_: None) for _ in range(2)]

    assert [(one.rows, one.renewed, one.unreadable) for one in passes] == [(1, 1, []), (1, 0, [])]
    ring.write_bytes(newest + b"\n")
    assert await bucket.read(open_vault(tmp_path), photo_id) == PHOTO
