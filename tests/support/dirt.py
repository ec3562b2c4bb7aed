"""A DTKS file of clean rows into which each kind of dirt is planted, and the list of what was planted where."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from api.imports.layouts.dtks_person import COLUMNS

Row = dict[str, str]
Planted = tuple[int, str, str]
VILLAGES = (("SUKUN", "SUKUN"), ("SUKUN", "PISANG CANDI"), ("KEDUNGKANDANG", "KOTALAMA"))


def nik(number: int) -> str:
    """The NIK of person `number`: a man born 12-03-85."""
    return f"3573{4 + number // 9000:02}120385{1 + number % 9000:04}"


def no_kk(number: int) -> str:
    """The family card of household `number`."""
    return f"357304010115{number:04}"


def clean_rows(households: int, people: int = 3) -> list[Row]:
    """Households without a fault, `people` in each."""
    rows: list[Row] = []
    for household in range(1, households + 1):
        district, village = VILLAGES[household % len(VILLAGES)]
        for person in range(people):
            number = len(rows) + 1
            values = (
                f"D{number:08}",
                "JAWA TIMUR",
                "KOTA MALANG",
                district,
                village,
                f"JL. KLAYATAN GG. {household % 9} NO. {household}",
                "",
                "003",
                "005",
                no_kk(household),
                nik(number),
                f"SLAMET {number}",
                "12/03/1985",
                "MALANG",
                "LAKI-LAKI",
                "BURUH",
                "SITI",
                "ANAK" if person else "KEPALA KELUARGA",
                "PADAN",
                "YA",
                "TIDAK",
                "TIDAK",
                "YA",
            )
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def write(rows: Sequence[Row | Sequence[str]], *, separator: str = ",", end: str = "\n") -> str:
    """The rows as CSV with our header; a row that is no dict is written as it is."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator=end)
    writer.writerow(COLUMNS)
    writer.writerows([row[name] for name in COLUMNS] if isinstance(row, dict) else row for row in rows)
    return file.getvalue()


def put(column: str, value: str) -> Callable[[Row], None]:
    """Dirt that is another value in one cell."""
    return lambda row: row.update({column: value})


# code, the column it is found in, the dirt
SPOILT: tuple[tuple[str, str, Callable[[Row], None]], ...] = (
    ("nik_excel_damage", "NIK", put("NIK", "3.57304E+15")),
    ("nik_excel_damage", "NIK", put("NIK", "3573041203800000")),
    ("nik_not_16_digits", "NIK", put("NIK", "357304120385001")),
    ("nik_not_16_digits", "NIK", put("NIK", "３573041203850001")),
    ("nik_serial_0000", "NIK", put("NIK", "3573041203850000")),
    ("nik_placeholder", "NIK", put("NIK", "9999999999999999")),
    ("nik_impossible_date", "NIK", put("NIK", "3573043002850001")),
    ("nik_unknown_region", "NIK", put("NIK", "2073041203850001")),
    ("no_kk_excel_damage", "No KK", put("No KK", "3,57304E+15")),
    ("no_kk_not_16_digits", "No KK", put("No KK", "35730401011500")),
    ("no_kk_impossible_date", "No KK", put("No KK", "3573045203150001")),
    ("no_kk_placeholder", "No KK", put("No KK", "0000000000000000")),
    ("name_missing", "Nama", put("Nama", "  ")),
    ("name_too_long", "Nama", put("Nama", "A" * 121)),
    ("address_too_long", "Alamat", put("Alamat", "A" * 301)),
    ("external_id_missing", "Id_DTKS", put("Id_DTKS", "")),
    ("external_id_too_long", "Id_DTKS", put("Id_DTKS", "D" * 81)),
    ("region_unknown", "Desa/Kelurahan", put("Desa/Kelurahan", "ATLANTIS")),
    ("date_invalid", "Tanggal lahir", put("Tanggal lahir", "31/02/1985")),
    ("date_invalid", "Tanggal lahir", put("Tanggal lahir", "12/03/2085")),
    ("date_invalid", "Tanggal lahir", put("Tanggal lahir", "31118")),
    ("nik_equals_no_kk", "NIK", lambda row: row.update({"NIK": row["No KK"]})),
    ("nik_sex_differs", "NIK", put("Jenis kelamin", "PEREMPUAN")),
    ("nik_birth_date_differs", "NIK", put("Tanggal lahir", "13/03/1985")),
    ("nik_empty", "NIK", put("NIK", "")),
    ("no_kk_empty", "No KK", put("No KK", "")),
    ("relation_unknown", "Hubungan keluarga", put("Hubungan keluarga", "SAHABAT")),
    ("sex_unknown", "Jenis kelamin", put("Jenis kelamin", "?")),
    ("date_missing", "Tanggal lahir", put("Tanggal lahir", "")),
    ("address_missing", "Alamat", put("Alamat", "")),
    ("rt_missing", "RT", put("RT", "-")),
    ("rw_missing", "RW", put("RW", "0")),
    ("text_too_long", "Pekerjaan", put("Pekerjaan", "B" * 81)),
)


@dataclass(slots=True)
class DirtyFile:
    """A file and what was planted in it: row as a spreadsheet counts, column, code."""

    text: str
    rows: int
    planted: set[Planted] = field(default_factory=set)


def dirty_file(copies: int = 3, *, separator: str = ",") -> DirtyFile:
    """Every kind of dirt `copies` times, each on a row of its own, clean rows between them."""
    kinds = [*SPOILT] * copies
    clean = clean_rows(3 * len(kinds) + 30)
    rows: list[Row | Sequence[str]] = list(clean)
    planted: set[Planted] = set()
    for number, (code, column, spoil) in enumerate(kinds):
        place = number * 9 + 1  # never the first of a household
        spoil(clean[place])
        planted.add((place + 2, column, code))
    last = len(clean)
    clean[last - 1]["Id_DTKS"] = clean[0]["Id_DTKS"]
    planted.add((last + 1, "Id_DTKS", "external_id_repeated"))
    clean[last - 4]["NIK"] = clean[0]["NIK"]
    planted.add((last - 2, "NIK", "nik_repeated_in_file"))
    clean[last - 7].update({"Kecamatan": "KLOJEN", "Desa/Kelurahan": "KAUMAN"})
    planted.add((last - 5, "Desa/Kelurahan", "region_outside_campaign"))
    rows[last - 10] = [*clean[last - 10].values(), "one too many"]
    planted.add((last - 8, "", "wrong_number_of_columns"))
    rows[last - 13] = list(clean[last - 13].values())[:-1]
    planted.add((last - 11, "", "wrong_number_of_columns"))
    return DirtyFile(write(rows, separator=separator), len(rows), planted)
