"""`GET /v1/releases/{id}/manifest`, verified by a library that is neither ours nor jose."""

import asyncio
import hashlib
import json
from typing import Any
from uuid import UUID

import jwt
import pytest
from uuid_utils.compat import uuid7

from api.releases.jobs import hash_release
from tests.releases.decided import Pilot, pilot
from tests.support.house import House

NIK = "3573041203850001"


async def signed(here: Pilot, release: UUID) -> str:
    """The manifest as it is sent."""
    answer = await (await here.house.as_(here.dewi)).get(f"/v1/releases/{release}/manifest")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/jose"
    return answer.text


async def opened(house: House, manifest: str) -> dict[str, Any]:
    """Its payload, verified with what `/.well-known/jwks.json` says and nothing else."""
    published = (await (await house.as_(None)).get("/.well-known/jwks.json")).json()
    header = jwt.get_unverified_header(manifest)
    assert set(header) == {"alg", "kid", "typ"}
    assert (header["alg"], header["typ"]) == ("ES256", "sambang-manifest+jws")
    key = jwt.PyJWKSet.from_dict(published)[header["kid"]]
    told: dict[str, Any] = json.loads(jwt.PyJWS().decode(manifest, key=key, algorithms=["ES256"]))
    return told


async def test_strangers_read_no_manifest(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()
    machine = await house.make.machine("dinsos", "releases:read")

    for person in (here.team.ratna, here.team.siti, await house.make.arif(), await house.make.observer(), machine):
        answer = await (await house.as_(person)).get(f"/v1/releases/{release}/manifest")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    assert (await (await house.as_(here.dewi)).get(f"/v1/releases/{uuid7()}/manifest")).status_code == 404
    assert await house.owner.fetchval("select count(*) from release_manifests") == 0


async def test_it_says_what_every_file_is_to_the_byte(house: House) -> None:
    here = await pilot(house)
    for rt in ("001", "002", "003"):
        await here.household(rt=rt, nik=NIK, eligibility="not_eligible", receives=(("pkh", "dtks"),))
    release = await here.hashed()

    told = await opened(house, await signed(here, release))

    assert (told["release"], told["number"], told["campaign"]) == (str(release), 1, "malang-2022")
    assert (told["reader"], told["issuer"]) == ("bappeda", house.state["key_ring"].issuer)
    assert told["counts"]["households"] == 3
    shown = (await (await house.as_(here.dewi)).get(f"/v1/releases/{release}")).json()
    assert [file["name"] for file in told["files"]] == shown["files"]
    assert len(told["files"]) == 7
    for file in told["files"]:
        content = await here.file_bytes(release, file["name"])
        assert (file["sha256"], file["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content)), file["name"]
    rows = {file["name"]: file["rows"] for file in told["files"]}
    assert (rows["households.csv"], rows["households.xlsx"], rows["members.csv"]) == (3, 3, 6)


async def test_it_is_the_same_bytes_for_all_who_ask_even_at_once(house: House) -> None:
    here = await pilot(house)
    await here.household(nik=NIK)
    release = await here.hashed()

    told = {*await asyncio.gather(*(signed(here, release) for _ in range(4))), await signed(here, release)}

    assert len(told) == 1
    assert await house.owner.fetchval("select count(*) from release_manifests") == 1
    dewi = await house.as_(here.dewi)
    answer = await dewi.get(f"/v1/releases/{release}/manifest")
    again = await dewi.get(f"/v1/releases/{release}/manifest", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_made_again_it_says_the_same_even_when_the_season_went_on(house: House) -> None:
    here = await pilot(house)
    home = await here.household(nik=NIK, receives=(("pkh", "dtks"),))
    release = await here.hashed()
    before = await opened(house, await signed(here, release))

    await here.amend(home, eligibility="not_eligible")
    await house.owner.execute("delete from household_programmes")
    await house.owner.execute("update households set head_name = 'Paimin'")
    await house.owner.execute("delete from release_manifests")
    await house.owner.execute("delete from release_file_hashes")
    await hash_release(here.place, str(release))
    after = await opened(house, await signed(here, release))

    assert after == before


async def test_a_manifest_that_was_touched_is_not_ours(house: House) -> None:
    here = await pilot(house)
    await here.household()
    manifest = await signed(here, await here.hashed())
    head, body, signature = manifest.split(".")

    for forged in (f"{head}.{body[:-4]}AAAA.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA"):
        with pytest.raises(jwt.InvalidSignatureError):
            await opened(house, forged)


async def test_a_manifest_lets_nobody_in(house: House) -> None:
    here = await pilot(house)
    await here.household()
    manifest = await signed(here, await here.hashed())

    nobody = await house.as_(None)
    answer = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {manifest}"})

    assert answer.status_code == 401
