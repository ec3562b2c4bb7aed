"""The invented P3KE stands beside the invented DTKS: some families are in both, the poorest of the rest in neither."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

from api.demo.dtks import write_dtks_person_file
from api.demo.p3ke import P3keFiles, write_p3ke_files
from api.imports.layouts.p3ke import P3KE_FAMILY, P3KE_PERSON

HOUSEHOLDS, NEW = 2000, 300
Row = dict[str, str]


@pytest.fixture(scope="module")
def dtks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dtks_person_file(tmp_path_factory.mktemp("lists") / "dtks.csv", HOUSEHOLDS).path


@pytest.fixture(scope="module")
def files(dtks: Path) -> P3keFiles:
    return write_p3ke_files(dtks.parent, dtks, NEW)


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def niks(read: list[Row]) -> list[str]:
    return [row["NIK"] for row in read if row["NIK"]]


def test_both_files_have_the_columns_of_their_layout(files: P3keFiles) -> None:
    assert set(P3KE_FAMILY.columns) <= set(rows(files.families)[0])
    assert set(P3KE_PERSON.columns) <= set(rows(files.persons)[0])


def test_who_is_new_is_in_no_row_of_the_dtks_and_nowhere_twice(files: P3keFiles, dtks: Path) -> None:
    listed, persons = set(niks(rows(dtks))), niks(rows(files.persons))

    assert listed.isdisjoint(persons)
    assert len(persons) == len(set(persons))


def test_a_family_of_both_lists_is_known_by_its_heads_number(files: P3keFiles, dtks: Path) -> None:
    heads = {row["NIK"] for row in rows(dtks) if row["Hubungan keluarga"] == "KEPALA KELUARGA"}
    known = [row for row in rows(files.families) if row["ID Keluarga"].startswith("K")]

    assert len(known) == files.known > HOUSEHOLDS / 5
    assert all(row["NIK"] in heads for row in known)


def test_as_many_new_families_as_asked_for_are_of_the_first_desil(files: P3keFiles) -> None:
    new = [row for row in rows(files.families) if row["ID Keluarga"].startswith("F")]
    desils = Counter(row["Desil Kesejahteraan"] for row in new)

    assert desils["1"] == files.new == NEW
    assert sum(desils.values()) - NEW == files.richer > 0
    assert {row["ID Keluarga"] for row in new} == {row["ID Keluarga"] for row in rows(files.persons)}


def test_equal_seeds_give_equal_bytes(files: P3keFiles, dtks: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    again = write_p3ke_files(tmp_path, dtks, NEW)
    other = write_p3ke_files(tmp_path / "other", dtks, NEW, seed=7)

    def digests(made: P3keFiles) -> list[str]:
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (made.families, made.persons)]

    assert digests(files) == digests(again)
    assert digests(files)[1] != digests(other)[1]
