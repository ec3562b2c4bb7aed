"""Keys of the vault are changed while phones are on their way: the same item stays the same item."""

from pathlib import Path

from cryptography.fernet import Fernet

from api.core.vault import INDEXES, SEALS, open_vault
from tests.support.house import House
from tests.sync.parcels import count, doors, push, sha256
from tests.visits.bodies import visit


def change_keys(house: House, folder: Path) -> None:
    """New keys write from now on; the old ones still read."""
    for name in (SEALS, INDEXES):
        old = (house.state["vault"].folder / name).read_bytes()
        (folder / name).write_bytes(Fernet.generate_key() + b"\n" + old)
    house.state["vault"] = open_vault(folder)


async def test_after_a_change_of_keys_the_same_is_a_duplicate_and_other_content_a_conflict(
    house: House, tmp_path: Path
) -> None:
    team, (first, second) = await doors(house, 2)
    siti = await house.as_(team.siti)
    old, new, nameless = visit(first), visit(second), '{"colour": "red"}'
    before = await push(siti, old, nameless)

    change_keys(house, tmp_path)
    again = await push(siti, old, nameless, new)
    third = await push(siti, new, old | {"answers": {"floor": "tile"}})
    asked = [{"id": body["id"], "sha256": sha256(body)} for body in (old, new)]
    held = (await siti.post("/v1/sync/reconcile", json={"items": asked})).json()["results"]

    assert [one["receipt"] for one in again[:2]] == [one["receipt"] for one in before]
    assert [one["status"] for one in again] == ["duplicate", "invalid", "accepted"]
    assert [one["status"] for one in third] == ["duplicate", "conflict"]
    assert third[0]["receipt"] == again[2]["receipt"]
    assert [one["status"] for one in held] == ["held"] * 2
    assert (await count(house, "visits"), await count(house, "receipts")) == (2, 4)
