"""The signing keys: three files, rotated while requests come in, on every process."""

import asyncio
import os
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from api.access import signing_keys
from api.access.signing_keys import CURRENT, NEXT, PREVIOUS, TooEarly, make_signing_key
from api.access.tokens import InvalidToken, KeyRing, open_key_ring
from tests.support.house import House


def ring_of(folder: Path) -> KeyRing:
    """The ring of one more process."""
    return open_key_ring(folder, "https://sambang.test", "sambang")


def token_of(ring: KeyRing) -> str:
    return ring.issue(uuid4(), 1, frozenset({"me:read"}), 600, None)


def kids(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.jwks()["keys"]]


def test_without_a_key_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="keys make"):
        ring_of(tmp_path)


def test_the_next_key_does_not_sign_before_it_was_known_for_a_day(tmp_path: Path) -> None:
    make_signing_key(tmp_path)
    before = ring_of(tmp_path)
    with pytest.raises(TooEarly):
        signing_keys.rotate(tmp_path)
    assert before.current() is before

    yesterday = time.time() - 24 * 3600
    os.utime(tmp_path / NEXT, (yesterday, yesterday))
    signing_keys.rotate(tmp_path)

    after = before.current()
    assert kids(after)[0] == kids(before)[1]
    assert kids(after)[2] == kids(before)[0]
    assert {path.name for path in tmp_path.iterdir()} == {CURRENT, NEXT, PREVIOUS}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())


def test_processes_verify_each_other_whoever_has_seen_the_rotation_first(tmp_path: Path) -> None:
    make_signing_key(tmp_path)
    late, early = ring_of(tmp_path), ring_of(tmp_path)
    old = token_of(late)

    signing_keys.rotate(tmp_path, at_once=True)
    early = early.current()

    assert early.verify(old).version == 1
    assert late.verify(token_of(early)).version == 1, "the next key was known before it signed"


def test_the_key_before_the_last_is_refused(tmp_path: Path) -> None:
    make_signing_key(tmp_path)
    old = token_of(ring_of(tmp_path))

    signing_keys.rotate(tmp_path, at_once=True)
    signing_keys.rotate(tmp_path, at_once=True)

    with pytest.raises(InvalidToken):
        ring_of(tmp_path).verify(old)


def test_making_keys_touches_none_and_names_one_from_before(tmp_path: Path) -> None:
    make_signing_key(tmp_path)
    (tmp_path / NEXT).unlink()
    (tmp_path / CURRENT).rename(tmp_path / "signing-1669000000.pem")
    kept = (tmp_path / "signing-1669000000.pem").read_bytes()

    make_signing_key(tmp_path)
    make_signing_key(tmp_path)

    assert (tmp_path / CURRENT).read_bytes() == kept
    assert (tmp_path / NEXT).exists()


def test_files_that_cannot_be_read_sign_nobody_out(tmp_path: Path) -> None:
    make_signing_key(tmp_path)
    ring = ring_of(tmp_path)
    (tmp_path / CURRENT).write_text("half a key")

    assert ring.current() is ring


def test_a_hundred_rotations_never_show_half_a_ring(tmp_path: Path) -> None:
    """One process signs, another verifies, a third rotates as fast as it can: each token is good when it arrives."""
    make_signing_key(tmp_path)
    signs, verifies, seen = ring_of(tmp_path), ring_of(tmp_path), list[str]()

    def rotate() -> None:
        for _ in range(100):
            signing_keys.rotate(tmp_path, at_once=True)
            arrived = len(seen)
            while len(seen) < arrived + 2:  # a token is on its way during one rotation, never during two
                time.sleep(0.001)

    operator = threading.Thread(target=rotate)
    operator.start()
    while operator.is_alive():
        signs = signs.current()
        token = token_of(signs)
        verifies = verifies.current()
        verifies.verify(token)
        seen.append(kids(signs)[0])
    operator.join()

    assert len(set(seen)) > 90


async def test_two_thousand_honest_requests_during_rotations_and_none_fails(house: House, tmp_path: Path) -> None:
    make_signing_key(tmp_path)
    settings = house.state["settings"]
    house.state["key_ring"] = open_key_ring(tmp_path, settings.issuer, settings.audience)
    wayan, nobody = await house.make.observer(), await house.as_(None)
    password, statuses = await house.make.password(wayan), list[int]()
    given = (await nobody.post("/v1/sessions", json={"username": "wayan", "password": password})).json()

    family = house.state["key_ring"].verify(given["access_token"]).family_id

    async def call(times: int) -> None:
        for _ in range(times):
            ring: KeyRing = house.state["key_ring"].current()
            token = ring.issue(wayan.id, 1, frozenset({"me:read"}), 600, family)
            answer = await nobody.get("/.well-known/jwks.json", headers={"Authorization": f"Bearer {token}"})
            assert answer.is_success
            statuses.append((await nobody.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code)

    async def rotate() -> None:
        for _ in range(5):
            await asyncio.sleep(0.3)
            signing_keys.rotate(tmp_path, at_once=True)

    await asyncio.gather(rotate(), *(call(125) for _ in range(8)))

    assert (len(statuses), set(statuses)) == (1000, {200})
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await nobody.post("/v1/oauth/token", data=form)).status_code == 200
