"""`households.xlsx`, read back by openpyxl."""

import hashlib
import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from api.releases import contents
from api.releases.workbooks import envelope
from tests.releases.decided import pilot
from tests.releases.test_download_release_file import FORMULAS
from tests.support.house import House

NIK = "3573041203850001"
Rows = list[tuple[str | None, ...]]


def read(workbook: bytes) -> tuple[list[str | None], Rows]:
    """The heading and the rows of the one sheet; every cell must be text."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True)["households"]
    heading, *rows = sheet.iter_rows()
    for row in rows:
        assert {(one.data_type, one.number_format) for one in row if one.value is not None} <= {("s", "@")}
    return [one.value for one in heading], [tuple(one.value for one in row) for row in rows]  # type: ignore[misc]


async def test_a_workbook_says_what_the_csv_says(house: House) -> None:
    here = await pilot(house)
    for rt in ("009", "001", "005"):
        await here.household(rt=rt, head=f"Kepala & <{rt}>", nik=NIK, receives=(("pkh", "dtks"),))
    release = await here.release()

    heading, rows = read(await here.file_bytes(release, "households.xlsx"))

    in_csv = await here.rows(release, "households.csv")
    assert heading == list(in_csv[0])
    assert [dict(zip(heading, (value or "" for value in row), strict=False)) for row in rows] == in_csv
    assert (rows[0][heading.index("rt")], rows[0][heading.index("bps_code")]) == ("001", "3573020004")
    assert heading[-1] == "head_nik"


async def test_formulas_and_control_characters_are_text(house: House) -> None:
    here = await pilot(house)
    names = [*FORMULAS, "a\x0bb\ufffe", "_x0041_", "'=1+1"]
    for name in names:
        await here.household(head=name)
    release = await here.release()

    heading, rows = read(await here.file_bytes(release, "households.xlsx"))

    place = heading.index("head_name")
    told = {unescape(row[place] or "") for row in rows}
    assert told == {name.replace("\r", "\n") if name == "\n=1" else name for name in names}


async def test_more_households_than_a_workbook_holds_make_further_parts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contents, "ROWS_A_WORKBOOK", 2)
    here = await pilot(house)
    homes = [await here.household(rt=f"{number:03}") for number in range(1, 6)]
    release = await here.release()
    dewi = await house.as_(here.dewi)

    told = (await dewi.get(f"/v1/releases/{release}")).json()["files"]
    parts = [name for name in told if name.endswith(".xlsx")]
    shown = [[row[0] for row in read(await here.file_bytes(release, name))[1]] for name in parts]
    looks = await house.owner.fetch("select household_ids from disclosures order by seq")

    assert parts == ["households.xlsx", "households-2.xlsx", "households-3.xlsx"]
    assert shown == [[str(home) for home in homes[start : start + 2]] for start in (0, 2, 4)]
    assert [set(look["household_ids"]) for look in looks] == [set(homes[start : start + 2]) for start in (0, 2, 4)]
    assert (await dewi.get(f"/v1/releases/{release}/files/households-4.xlsx")).status_code == 404


async def test_every_timestamp_in_a_workbook_is_fixed(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()
    made_at = await house.owner.fetchval("select created_at from releases")

    with zipfile.ZipFile(io.BytesIO(await here.file_bytes(release, "households.xlsx"))) as archive:
        assert archive.testzip() is None
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        told = archive.read("docProps/core.xml").decode()
    assert told.count(made_at.strftime("%Y-%m-%dT%H:%M:%SZ")) == 2


def test_another_xlsxwriter_does_not_change_our_bytes_unnoticed() -> None:
    made = envelope("households", ("a", "b"), datetime(2022, 11, 2, tzinfo=UTC))

    told = b"".join([*(name.encode() + text for name, text in sorted(made.files.items())), made.head, made.tail])
    # when this fails, raise EDITION in the service: manifests signed before stand for the bytes of before
    assert hashlib.sha256(told).hexdigest() == "a6009e711a411746d73bac062069ff6ebb564562c1fc4c6cc4cf61db8a4de280"
