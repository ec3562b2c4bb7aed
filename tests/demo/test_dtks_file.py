"""The invented DTKS file keeps the layout and the rules of a real one, and its faults are the counted ones."""

import csv
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from api.demo.dtks import HEADER, REGIONS, DemoFile, write_dtks_person_file

HOUSEHOLDS = 4000
Row = dict[str, str]


@pytest.fixture(scope="module")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> DemoFile:
    return write_dtks_person_file(tmp_path_factory.mktemp("demo") / "dtks.csv", HOUSEHOLDS)


@pytest.fixture(scope="module")
def rows(demo_file: DemoFile) -> list[Row]:
    with demo_file.path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_rejected(nik: str) -> bool:
    return bool(nik) and (not re.fullmatch(r"\d{16}", nik) or nik.endswith("0000"))


def born(row: Row) -> date:
    return datetime.strptime(f"{row['Tanggal lahir']} +0700", "%d/%m/%Y %z").date()


def sound_niks(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["NIK"] and not is_rejected(row["NIK"])]


def test_header_is_the_layout_of_the_dossier() -> None:
    assert ", ".join(HEADER) == (
        "Id_DTKS, Provinsi, Kabupaten/Kota, Kecamatan, Desa/Kelurahan, Alamat, Dusun, RT, RW, No KK, NIK, Nama, "
        "Tanggal lahir, Tempat lahir, Jenis kelamin, Pekerjaan, Nama ibu kandung, Hubungan keluarga, "
        "Keterangan padan, Bansos BPNT, Bansos PKH, Bansos BPNT-PPKM, PBI-JKN"
    )


def test_equal_seeds_give_equal_bytes(tmp_path: Path) -> None:
    first, second, other = tmp_path / "first.csv", tmp_path / "second.csv", tmp_path / "other.csv"

    write_dtks_person_file(first, 300, seed=7)
    write_dtks_person_file(second, 300, seed=7)
    write_dtks_person_file(other, 300, seed=8)

    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_asked_households_and_counted_rows_are_written(demo_file: DemoFile, rows: list[Row]) -> None:
    sizes = Counter(row["No KK"] for row in rows)

    assert demo_file.households == len(sizes) == HOUSEHOLDS
    assert demo_file.rows == len(rows) == len({row["Id_DTKS"] for row in rows})
    assert set(sizes.values()) == set(range(1, 8))
    assert 3.2 < demo_file.rows / HOUSEHOLDS < 3.6


@pytest.mark.parametrize("households", [0, 1, 23])
def test_small_files_hold_exactly_what_was_asked(tmp_path: Path, households: int) -> None:
    written = write_dtks_person_file(tmp_path / "small.csv", households)

    with written.path.open(encoding="utf-8", newline="") as file:
        assert len({row["No KK"] for row in csv.DictReader(file)}) == households


def test_every_card_has_one_head_and_one_address(rows: list[Row]) -> None:
    heads = Counter(row["No KK"] for row in rows if row["Hubungan keluarga"] == "KEPALA KELUARGA")
    places = {(row["No KK"], row["Alamat"], row["RT"], row["RW"], row["Desa/Kelurahan"]) for row in rows}

    assert set(heads.values()) == {1}
    assert len(heads) == len(places) == HOUSEHOLDS


def test_every_sound_nik_tells_birth_date_and_serial(rows: list[Row]) -> None:
    for row in sound_niks(rows):
        nik, day = row["NIK"], born(row)

        assert re.fullmatch(r"35(0[1-9]|[1-2]\d|7\d)(0[1-9]|[1-3]\d)\d{10}", nik)
        assert nik[12:] != "0000"
        assert nik[6:12] in {f"{day:%d%m%y}", f"{day.day + 40}{day:%m%y}"}
        assert nik != row["No KK"]


def test_every_card_number_tells_a_real_date_before_the_list(rows: list[Row]) -> None:
    for card in {row["No KK"] for row in rows}:
        issued = datetime.strptime(f"{card[6:12]} +0700", "%d%m%y %z").date()

        assert re.fullmatch(r"35730[34]\d{10}", card)
        assert card[12:] != "0000"
        assert issued < date(2022, 10, 1)


def test_cards_and_people_never_share_a_number(rows: list[Row]) -> None:
    assert not {row["No KK"] for row in rows} & {row["NIK"] for row in rows}


def test_most_people_were_first_registered_in_the_city(rows: list[Row]) -> None:
    offices = Counter(row["NIK"][:4] for row in sound_niks(rows))

    assert offices["3573"] / offices.total() > 0.8
    assert offices["3507"] > 0
    assert offices["3579"] > 0


def test_every_region_is_a_region_of_malang(rows: list[Row]) -> None:
    with REGIONS.open(encoding="utf-8", newline="") as file:
        regions = {region["code"]: region for region in csv.DictReader(file)}
    villages = {
        (regions[region["parent"]]["name"].upper(), region["name"].upper())
        for region in regions.values()
        if region["level"] == "village" and region["parent"] in {"35.73.03", "35.73.04"}
    }

    assert len(regions) == 63
    assert {(row["Kecamatan"], row["Desa/Kelurahan"]) for row in rows} == villages
    assert len(villages) == 23


def test_planted_counts_are_the_faults_in_the_file(demo_file: DemoFile, rows: list[Row]) -> None:
    times = Counter(row["NIK"] for row in sound_niks(rows))
    found = {
        "without_nik": sum(not row["NIK"] for row in rows),
        "nik_scientific": sum("E+15" in row["NIK"] for row in rows),
        "nik_15_digits": sum(len(row["NIK"]) == 15 for row in rows),
        "nik_serial_0000": sum(row["NIK"][12:] == "0000" for row in rows),
        "rejected": sum(is_rejected(row["NIK"]) for row in rows),
        "same_nik_in_two_households": sum(count == 2 for count in times.values()),
        "sex_contradicts_nik": sum(
            (int(row["NIK"][6:8]) > 40) != (row["Jenis kelamin"] == "PEREMPUAN") for row in sound_niks(rows)
        ),
    }

    assert max(times.values()) == 2
    assert demo_file.planted == {**found, "second_kk_in_one_house": second_cards(rows)}
    assert all(demo_file.planted.values())


def second_cards(rows: list[Row]) -> int:
    houses = {(row["Desa/Kelurahan"], int(row["RW"]), int(row["RT"]), row["Alamat"]) for row in rows}
    return HOUSEHOLDS - len(houses)


def test_faults_come_at_the_promised_rates(demo_file: DemoFile) -> None:
    assert demo_file.planted["rejected"] / demo_file.rows == pytest.approx(0.002, rel=0.1)
    assert demo_file.planted["sex_contradicts_nik"] / demo_file.rows == pytest.approx(0.001, rel=0.1)
    assert demo_file.planted["same_nik_in_two_households"] / HOUSEHOLDS == pytest.approx(0.0025, rel=0.1)


def test_a_duplicate_pair_stands_in_two_households(rows: list[Row]) -> None:
    cards: dict[str, set[str]] = {}
    for row in sound_niks(rows):
        cards.setdefault(row["NIK"], set()).add(row["No KK"])
    times = Counter(row["NIK"] for row in sound_niks(rows))

    assert all(len(cards[nik]) == count for nik, count in times.items())


def test_rejected_rows_take_no_household_with_them(rows: list[Row]) -> None:
    kept = {row["No KK"] for row in rows if not is_rejected(row["NIK"])}

    assert len(kept) == HOUSEHOLDS


def test_only_babies_are_without_a_nik(rows: list[Row]) -> None:
    assert min(born(row) for row in rows if not row["NIK"]) > date(2021, 9, 30)


def test_rt_is_written_in_three_ways_and_stays_one_rt(rows: list[Row]) -> None:
    assert {len(row["RT"]) for row in rows if int(row["RT"]) < 10} == {1, 2, 3}
    assert {int(row["RT"]) for row in rows} == set(range(1, 11))
    assert max(int(row["RW"]) for row in rows) <= 12
