"""Files of clean rows into which each kind of dirt of a layout is planted, and the list of what was planted where."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from api.imports.layouts.dtks_person import COLUMNS, DTKS_PERSON
from api.imports.layouts.layout import Layout

Row = dict[str, str]
Planted = tuple[int, str, str]
Spoil = Callable[[Row], None]
VILLAGES = (("SUKUN", "SUKUN"), ("SUKUN", "PISANG CANDI"), ("KEDUNGKANDANG", "KOTALAMA"))


def nik(number: int) -> str:
    """The NIK of person `number`: a man born 12-03-85."""
    return f"3573{4 + number // 9000:02}120385{1 + number % 9000:04}"


def no_kk(number: int) -> str:
    """The family card of household `number`; a day of issue has 9,999."""
    day, serial = divmod(number - 1, 9999)
    return f"3573{4 + day // 28:02}{1 + day % 28:02}0115{serial + 1:04}"


def clean_rows(households: int, people: int = 3) -> list[Row]:
    """Households of `dtks_person` without a fault, `people` in each."""
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


def write(
    rows: Sequence[Row | Sequence[str]],
    *,
    columns: Sequence[str] = COLUMNS,
    separator: str = ",",
    end: str = "\n",
) -> str:
    """The rows as CSV with a header; a row that is no dict is written as it is."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator=end)
    writer.writerow(columns)
    writer.writerows([row[name] for name in columns] if isinstance(row, dict) else row for row in rows)
    return file.getvalue()


def put(column: str, value: str) -> Spoil:
    """Dirt that is another value in one cell."""
    return lambda row: row.update({column: value})


def same(column: str, other: str) -> Spoil:
    """Dirt that is a copy of another cell."""
    return lambda row: row.update({column: row[other]})


def coded_kinds(layout: Layout) -> list[tuple[str, str, Spoil]]:
    """Codes of another list, and the kelurahan in digits that BPS has not given out."""
    kinds = [
        ("code_unknown", column, put(column, next(wrong for wrong in ("1", "5", "99") if wrong not in codes)))
        for column, codes in layout.coded.items()
    ]
    if layout.bps_parts:
        district, village = layout.bps_parts[2:]
        kinds.append(("region_unknown", village, put(village, "999")))
        kinds.append(("region_unknown", village, put(village, "")))
        kemendagri = {district: "04", village: "1005"}  # Sukun, in the other scheme
        kinds.append(("region_unknown", village, lambda row: row.update(kemendagri)))
        outside = {district: "40", village: "11"}  # Balearjosari, without the zeros
        kinds.append(("region_outside_campaign", village, lambda row: row.update(outside)))
    return kinds


def kinds_of(layout: Layout) -> list[tuple[str, str, Spoil]]:
    """Every kind of dirt of one row that this layout can hold: code, the column it is found in, the dirt."""
    spoilt = [("nik", layout.nik, value, code) for value, code in NIKS if layout.nik]
    spoilt += [("no_kk", layout.no_kk, value, code) for value, code in CARDS if layout.no_kk]
    kinds = [(f"{kind}_{code}", str(column), put(str(column), value)) for kind, column, value, code in spoilt]
    if layout.by_number:  # the number is the id
        kinds = [("nik_needed" if kind == "nik_empty" else kind, column, spoil) for kind, column, spoil in kinds]
    for kind, column, longest in (
        ("external_id", None if layout.by_number else layout.external_id, 80),
        ("household_id", None if layout.household == layout.external_id or layout.by_number else layout.household, 80),
        ("name", layout.person, 120),
        ("address", layout.address[0] if layout.address else None, 300),
    ):
        if column:
            kinds.append((f"{kind}_missing", column, put(column, "  ")))
            kinds.append((f"{kind}_too_long", column, put(column, "A" * (longest + 1))))
        if column and kind.endswith("_id"):
            kinds.append((f"{kind}_excel_damage", column, put(column, "3.5E+15")))
    others = (
        ("date_invalid", layout.born_on, "31/02/1985"),
        ("date_invalid", layout.born_on, "12/03/2085"),
        ("date_invalid", layout.born_on, "31118"),
        ("date_missing", layout.born_on, ""),
        ("nik_birth_date_differs", layout.born_on, "13/03/1985"),
        ("nik_sex_differs", layout.sex, "PEREMPUAN"),
        ("sex_unknown", layout.sex, "?"),
        ("relation_unknown", layout.relation, "SAHABAT"),
        ("rt_missing", layout.rt, "-"),
        ("rw_missing", layout.rw, "0"),
        ("text_too_long", layout.occupation, "B" * 81),
        ("desil_invalid", layout.desil, "11"),
        ("desil_missing", layout.desil if layout.by_number else None, ""),  # else a household that is not made
        ("percentile_invalid", layout.percentile, "101"),
        ("percentile_invalid", layout.percentile, "12,5"),
        ("percentile_missing", layout.percentile, ""),
        ("family_no_unknown", layout.family_no, "0"),
        ("family_no_unknown", layout.family_no, ""),
    )
    for code, column, value in others:
        if column:
            kinds.append((code, str(layout.nik) if code.startswith("nik") else column, put(column, value)))
    kinds += coded_kinds(layout)
    if layout.no_kk and layout.nik:
        kinds.append(("nik_equals_no_kk", layout.nik, same(layout.nik, layout.no_kk)))
    if layout.village and layout.region_code:
        kinds.append(("region_unknown", layout.region_code, put(layout.region_code, "35.73.99.1001")))
        kinds.append(("region_names_differ", layout.village, put(layout.village, "KAUMAN")))
        without_code = {layout.region_code: "", layout.village: "ATLANTIS"}
        kinds.append(("region_unknown", layout.village, lambda row: row.update(without_code)))
        outside = {layout.region_code: "3573021007", str(layout.district): "KLOJEN", layout.village: "KAUMAN"}
        kinds.append(("region_outside_campaign", layout.region_code, lambda row: row.update(outside)))
    elif layout.village:
        kinds.append(("region_unknown", layout.village, put(layout.village, "ATLANTIS")))
        elsewhere = {str(layout.district): "KLOJEN", layout.village: "KAUMAN"}
        kinds.append(("region_outside_campaign", layout.village, lambda row: row.update(elsewhere)))
    return kinds


NIKS = (
    ("3.57304E+15", "excel_damage"),
    ("3573041203800000", "excel_damage"),
    ("357304120385001", "not_16_digits"),
    ("\uff13573041203850001", "not_16_digits"),
    ("3573041203850000", "serial_0000"),
    ("9999999999999999", "placeholder"),
    ("3573043002850001", "impossible_date"),
    ("2073041203850001", "unknown_region"),
    ("", "empty"),
)
CARDS = (
    ("3,57304E+15", "excel_damage"),
    ("35730401011500", "not_16_digits"),
    ("3573045203150001", "impossible_date"),
    ("0000000000000000", "placeholder"),
    ("", "empty"),
)


@dataclass(slots=True)
class DirtyFile:
    """A file and what was planted in it: row as a spreadsheet counts, column, code."""

    rows: list[Row | Sequence[str]]
    columns: Sequence[str]
    planted: set[Planted] = field(default_factory=set)
    separator: str = ","

    @property
    def text(self) -> str:
        """The file as CSV."""
        return write(self.rows, columns=self.columns, separator=self.separator)


def dirty_file(
    copies: int = 3,
    *,
    layout: Layout = DTKS_PERSON,
    make: Callable[[int], list[Row]] = clean_rows,
    people: int = 3,
    separator: str = ",",
    every: int = 9,
) -> DirtyFile:
    """Every kind of dirt `copies` times, each on a row of its own, `every` so many rows (a multiple of `people`)."""
    kinds = kinds_of(layout) * copies
    clean = make(every * len(kinds) // people + 30)
    columns = list(clean[0])
    rows: list[Row | Sequence[str]] = list(clean)
    planted: set[Planted] = set()
    for number, (code, column, spoil) in enumerate(kinds):
        place = number * every + 1  # where there are three rows a household, never its first
        spoil(clean[place])
        planted.add((place + 2, column, code))
    last = len(clean)
    clean[last - 1][layout.external_id] = clean[0][layout.external_id]
    planted.add((last + 1, layout.external_id, "external_id_repeated"))
    if layout.nik and not layout.by_number:
        clean[last - 4][layout.nik] = clean[0][layout.nik]
        planted.add((last - 2, layout.nik, "nik_repeated_in_file"))
    rows[last - 10] = [*clean[last - 10].values(), "one too many"]
    planted.add((last - 8, "", "wrong_number_of_columns"))
    rows[last - 13] = list(clean[last - 13].values())[:-1]
    planted.add((last - 11, "", "wrong_number_of_columns"))
    return DirtyFile(rows, columns, planted, separator)
