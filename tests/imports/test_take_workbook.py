"""XLSX: read as CSV is, below titles; numbers that a spreadsheet made of ids are damage, never repaired."""

import io
import random
import zipfile
from datetime import date
from typing import Any

import pytest

from api.core.settings import Settings
from api.imports import workbooks
from api.imports.layouts.dtks_person import COLUMNS, DTKS_PERSON
from api.imports.layouts.layout import Layout
from api.imports.layouts.p3ke import P3KE_FAMILY, P3KE_PERSON
from tests.imports.sending import all_findings, count, send, take
from tests.support.dirt import clean_rows, dirty_file, nik
from tests.support.house import House
from tests.support.p3ke import families, persons
from tests.support.workbooks import write_workbook


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return file.getvalue()


async def test_what_is_no_workbook_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    book = write_workbook(clean_rows(1), COLUMNS)
    broken = (b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 500, book[: len(book) // 2], packed(xl__workbook=b"<a/>"))

    for file in broken:
        answer = await send(house, dewi, campaign, file)
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_workbook")
    other = await send(house, dewi, campaign, write_workbook([], ["NIK", "NAMA"]))
    assert (other.status_code, other.json()["code"]) == (422, "unknown_layout")
    monkeypatch.setattr(workbooks, "MOST_OF_A_PART", 100)
    large = await send(house, dewi, campaign, book)
    assert (large.status_code, large.json()["code"]) == (422, "unreadable_workbook")


@pytest.mark.parametrize(
    ("layout", "make", "people"),
    [(DTKS_PERSON, clean_rows, 3), (P3KE_FAMILY, families, 1), (P3KE_PERSON, persons, 3)],
)
async def test_all_planted_dirt_is_found_below_twelve_rows_of_titles(
    house: House, wanted: Settings, layout: Layout, make: Any, people: int
) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=["dtks", "p3ke"])
    dirty = dirty_file(1, layout=layout, make=make, people=people)
    planted = {(row + 12, column, code) for row, column, code in dirty.planted}
    short = {finding for finding in planted if finding[2] == "wrong_number_of_columns"}
    file = write_workbook(dirty.rows, dirty.columns, header_row=13)
    terms = {"create_households": True, "desil_max": 10} if layout.by_nik else {}

    done = await take(house, wanted, dewi, campaign, file, **terms)

    assert (done["layout"], done["rows"]) == (layout.name, len(dirty.rows))
    # a row that lacks its last cell is a row whose last cell is empty: a sheet has no ends of rows
    assert await all_findings(house, dewi, done["id"]) == planted - {min(short)}
    assert await count(house, "members") == done["accepted"]


async def test_numbers_of_sixteen_digits_are_damage_and_never_repaired(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(3)
    cells: list[dict[str, Any]] = [dict(row) for row in rows]
    cells[0]["NIK"] = int(nik(1))
    cells[1]["NIK"] = float(nik(2))
    cells[2]["No KK"] = 3573040101150001
    cells[3]["Id_DTKS"] = 12345678901234567
    cells[4] |= {"RT": 3, "RW": 5.0, "Tanggal lahir": date(1985, 3, 12), "Id_DTKS": 12345}
    cells[5]["NIK"] = 357304120385006

    done = await take(house, wanted, dewi, campaign, write_workbook(cells, COLUMNS))

    assert await all_findings(house, dewi, done["id"]) == {
        (2, "NIK", "nik_excel_damage"),
        (3, "NIK", "nik_excel_damage"),
        (4, "No KK", "no_kk_excel_damage"),
        (5, "Id_DTKS", "external_id_excel_damage"),
        (7, "NIK", "nik_not_16_digits"),
    }
    home = await house.owner.fetchrow(
        "select h.rt, h.rw from households h join members m on m.household_id = h.id where m.name = 'SLAMET 5'"
    )
    assert tuple(home) == ("003", "005")
    assert await house.owner.fetchval("select external_id from household_sources where external_id = '12345'")


async def test_a_workbook_larger_than_a_chunk_stays_sealed(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(1500)
    noise = random.Random(1)  # noqa: S311  # text that does not shrink when it is packed
    for row in rows:
        row["Nama ibu kandung"] = "".join(noise.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=100))
    file = write_workbook(rows, COLUMNS)
    assert len(file) > 2 * 256 * 1024

    done = await take(house, wanted, dewi, campaign, file)

    assert (done["status"], done["accepted"], done["by_code"]) == ("done", 4500, {})
    stored = [path.read_bytes() for path in wanted.private_folder.rglob("*") if path.is_file()]
    assert not any(b"PK\x03\x04" in content for content in stored)


async def test_a_cell_at_the_far_end_of_a_sheet_costs_nothing(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    book = write_workbook(clean_rows(1), COLUMNS)
    file, far = io.BytesIO(), b'<row r="999999999"><c r="XFD999999999"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", far))

    done = await take(house, wanted, dewi, campaign, file.getvalue())

    assert (done["status"], done["accepted"], done["by_code"]) == ("done", 3, {})
