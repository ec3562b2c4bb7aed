"""`GET /v1/releases/{id}/files/{name}`."""

import csv
import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from defusedcsv import csv as defused
from hypothesis import given
from hypothesis import strategies as st

from api.access.roles import Role
from api.core import streaming
from api.core.problems import Unauthorized
from api.releases.contents import EDITION
from api.releases.spreadsheets import lines, safe
from tests.releases.decided import Pilot, pilot
from tests.support.house import House

NIK = "3573041203850001"
FILES = (
    "households.csv", "households.ndjson", "households.xlsx", "members.csv", "dtks_update.csv",
    "inclusion_candidates.csv", "exclusion_candidates.csv",
)  # fmt: skip
FORMULAS = (
    "=HYPERLINK(1)", "+62811", "-2+3", "@SUM(1)", "|cmd", "%APPDATA%", "\t=1+1", "\r=1", "\n=1",
    "＝1+1", "＋1", "－1", "＠A1",
)  # fmt: skip


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("path", ["/manifest", "/differences?against={}", *(f"/files/{name}" for name in FILES)])
async def test_an_agency_sees_no_household_of_a_release(house: House, path: str) -> None:
    here = await pilot(house)
    await here.household(nik=NIK)
    release = await here.hashed()
    machine = await house.as_(await house.make.machine("dinsos", "releases:read"))
    # a scope that nobody may give: the database role still reads no row
    forged = await house.as_(await house.make.machine("palsu", "releases:read", "releases:download"))
    url = f"/v1/releases/{release}{path.format(release)}"

    for headers in ({}, {"If-None-Match": f'"client-{EDITION}"'}):
        answer = await machine.get(url, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await forged.get(url)).status_code == 404
    assert await house.owner.fetchval("select count(*) from disclosures") == 0


async def test_files_that_do_not_exist_are_refused(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()

    for name in ("people.csv", "households.CSV", "households-2.xlsx", "households-2.csv", "..%2Fkeys"):
        answer = await (await house.as_(here.dewi)).get(f"/v1/releases/{release}/files/{name}")
        assert answer.status_code in (404, 422), name


async def test_households_come_in_the_order_of_their_places(house: House) -> None:
    here = await pilot(house)
    homes = {rt: await here.household(rt=rt, head=f"Kepala {rt}", nik=NIK) for rt in ("009", "001", "005")}
    release = await here.release()

    rows = rows_of(await here.file(release, "households.csv"))
    told = [json.loads(line) for line in (await here.file(release, "households.ndjson")).splitlines()]

    assert [row["household_id"] for row in rows] == [str(homes[rt]) for rt in ("001", "005", "009")]
    assert [line["household_id"] for line in told] == [row["household_id"] for row in rows]
    first = rows[0]
    assert (first["region_code"], first["bps_code"], first["rt"]) == ("35.73.04.1005", "3573020004", "001")
    assert (first["hasil_verivali"], first["eligibility"], first["criteria"]) == ("1", "eligible", "K1;K3")
    assert (first["head_nik"], first["decided_at"]) == ("3573************", "2022-11-02T08:00:00+07:00")
    assert told[0]["criteria"] == ["K1", "K3"]


async def test_the_ministrys_file_has_a_row_for_each_id_it_gave(house: House) -> None:
    here = await pilot(house)
    home = await here.household(nik=NIK, external_id="D77", whereabouts="moved_abroad", field_result="moved")
    await house.owner.execute(
        "insert into household_sources (id, household_id, member_id, source, external_id)"
        " select gen_random_uuid(), household_id, id, 'dtks', '00D1' from members where household_id = $1 and line = 1",
        home,
    )
    release = await here.release()

    rows = rows_of(await here.file(release, "dtks_update.csv"))

    assert [row["Id_DTKS"] for row in rows] == ["00D1", "D77-1", "D77-2"]
    assert [row["NIK"] for row in rows] == ["'" + NIK, "'" + NIK, ""]
    assert {row["hasil_verivali"] for row in rows} == {"3"}
    assert {row["keberadaan_art_bdt"] for row in rows} == {"3"}
    assert {(row["region_code"], row["bps_code"]) for row in rows} == {("35.73.04.1005", "3573020004")}


async def test_formulas_in_names_do_nothing(house: House) -> None:
    here = await pilot(house)
    for formula in FORMULAS:
        await here.household(head=formula)
    release = await here.release()

    for name, column in (("households.csv", "head_name"), ("dtks_update.csv", "Nama")):
        text = await here.file(release, name)
        shown = [row[column] for row in rows_of(text)]
        assert all(cell.startswith("'") or cell.startswith("Slamet") for cell in shown), name
        assert {cell[1:].replace("\\|", "|").removesuffix(" 2") for cell in shown} == set(FORMULAS)
        assert all(line.endswith("\r\n") for line in text.splitlines(keepends=True)[:1])


@pytest.mark.parametrize("number", ["3573041203850001", "123456789012", "12E5", "\x00=1"])
def test_what_a_spreadsheet_would_spoil_is_text(number: str) -> None:
    assert safe(number) == "'" + number


@pytest.mark.parametrize("plain", ["", "003", "3573020004", "JL. MAWAR 3", "35.73.04.1005", "MAT'ALI", "-"])
def test_what_is_plain_stays_as_it_is(plain: str) -> None:
    assert safe(plain) == plain


CELLS = st.one_of(
    st.none(), st.integers(), st.text(max_size=12), st.from_regex(r"[=+\-@|%\t\r\n0-9eE'\",;]{0,18}", fullmatch=True)
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_every_cell_is_written_as_the_library_that_defuses_formulas_writes_it(
    rows: list[tuple[str | int | None, ...]],
) -> None:
    expected = io.StringIO()
    writer = defused.writer(expected, lineterminator="\r\n")
    writer.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)

    assert lines(list(zip(*rows, strict=True))) == expected.getvalue().encode()


async def test_two_downloads_are_the_same_bytes(house: House) -> None:
    here = await pilot(house)
    for number in range(12):
        await here.household(head=f"Kepala {number}", nik=NIK, rt="001", external_id=f"X{number % 3}{number}")
    release = await here.release()
    dewi = await house.as_(here.dewi)

    for name in FILES:
        path = f"/v1/releases/{release}/files/{name}"
        first, second = await dewi.get(path), await dewi.get(path)
        assert first.content == second.content
        assert first.content.startswith(b"\xef\xbb\xbf") is name.endswith(".csv")
        disposition = f'attachment; filename="malang-2022-release-1-{name}"'
        assert first.headers["Content-Disposition"] == disposition
        assert first.headers["Cache-Control"] == "no-store"
        again = await dewi.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_each_download_is_on_record_for_every_household(house: House) -> None:
    here = await pilot(house)
    homes = {await here.household() for _ in range(3)}
    release = await here.release()
    budiono = await house.make.person("Budiono", Role.BAPPEDA)

    await here.file(release, "dtks_update.csv")
    await here.file(release, "households.csv", budiono)

    looks = await house.owner.fetch("select actor_id, household_ids, fields from disclosures order by seq")
    assert [look["actor_id"] for look in looks] == [here.dewi.id, budiono.id]
    assert all(set(look["household_ids"]) == homes for look in looks)
    assert "nik" in looks[0]["fields"]
    assert "nik" not in looks[1]["fields"]


async def parts_of(here: Pilot, release: UUID, version: int = 1) -> list[int]:
    query = "select household_id from released_households where release_id = $1"
    principal = (here.dewi.id, version, None)
    rows = streaming.stream_rows(here.house.state["database"], principal, query, release, prefetch=2)
    return [len(part) async for part in rows]


async def test_rows_come_a_few_at_a_time_and_only_to_who_is_still_let_in(house: House) -> None:
    here = await pilot(house)
    for _ in range(5):
        await here.household(at=datetime(2022, 12, 1, tzinfo=UTC))
    release = await here.release()

    assert await parts_of(here, release) == [2, 2, 1]
    with pytest.raises(Unauthorized):
        await parts_of(here, release, version=2)


async def test_a_reader_who_leaves_gives_the_connection_back(house: House) -> None:
    here = await pilot(house)
    for _ in range(5):
        await here.household()
    release = await here.release()
    database = house.state["database"]

    for _ in range(12):  # more than the pool holds
        rows = streaming.stream_rows(database, (here.dewi.id, 1, None), "select generate_series(1, 9)", prefetch=2)
        assert len(await anext(rows)) == 2
        await rows.aclose()

    assert await parts_of(here, release) == [2, 2, 1]
