"""Many sealed numbers are opened together, and none that its own call would refuse."""

import pickle
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet

from api.core.vault import SEALS, Vault, WrongSeal, make_vault_keys, open_vault

NIK, FIELD = "3573041203850001", "member.nik"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    make_vault_keys(tmp_path)
    return open_vault(tmp_path)


def people(count: int) -> list[UUID]:
    return [uuid4() for _ in range(count)]


def test_a_number_of_another_row_or_field_is_refused_among_many(vault: Vault) -> None:
    siti, budi = people(2)
    sealed = [vault.seal(FIELD, siti, NIK), vault.seal(FIELD, budi, NIK)]
    card = vault.seal("family.no_kk", budi, NIK)

    with pytest.raises(WrongSeal):
        vault.open_all(FIELD, [str(siti), str(siti)], sealed)
    with pytest.raises(WrongSeal):
        vault.open_all(FIELD, [str(siti), str(budi)], [sealed[0], card])


@pytest.mark.parametrize("place", [0, 9, 30, -50, -3])
def test_a_changed_number_is_refused_among_many(vault: Vault, place: int) -> None:
    siti, budi = people(2)
    changed = bytearray(vault.seal(FIELD, budi, NIK))
    changed[place] = ord("A") if changed[place] != ord("A") else ord("B")

    with pytest.raises(WrongSeal):
        vault.open_all(FIELD, [str(siti), str(budi)], [vault.seal(FIELD, siti, NIK), bytes(changed)])


@pytest.mark.parametrize("broken", [b"\x00", b"gAAAAA", b"x", b"\xff" * 200])
def test_what_is_no_token_is_refused_among_many(vault: Vault, broken: bytes) -> None:
    siti, budi = people(2)

    with pytest.raises(WrongSeal):
        vault.open_all(FIELD, [str(siti), str(budi)], [vault.seal(FIELD, siti, NIK), broken])


def test_numbers_of_older_keys_and_rows_without_one_are_told_in_their_places(vault: Vault) -> None:
    rows = people(5)
    old = vault.seal(FIELD, rows[1], "3573040101150002")
    path = vault.folder / SEALS
    path.write_bytes(Fernet.generate_key() + b"\n" + path.read_bytes())
    rotated = open_vault(vault.folder)
    sealed = [None, old, rotated.seal(FIELD, rows[2], NIK), None, rotated.seal(FIELD, rows[4], "1")]

    opened = rotated.open_all(FIELD, [str(row) for row in rows], sealed)

    assert opened == [None, "3573040101150002", NIK, None, "1"]
    assert rotated.open_all(FIELD, [], []) == []
    # one that was read before the rotation finds the key that made them, as it does for one
    assert vault.open_all(FIELD, [str(rows[2])], [sealed[2]]) == [NIK]


def test_a_vault_travels_to_another_process(vault: Vault) -> None:
    """Large imports and rotations check and seal in several."""
    (row,) = people(1)
    arrived: Vault = pickle.loads(pickle.dumps(vault))  # noqa: S301  # our own, of this line

    assert arrived.open_all(FIELD, [str(row)], [vault.seal(FIELD, row, NIK)]) == [NIK]
