"""Dirt is found by kind, row and column: all that was planted, and nothing else."""

import pytest

from api.core.settings import Settings
from tests.imports.sending import count, take
from tests.support.dirt import clean_rows, dirty_file, nik, no_kk, write
from tests.support.house import House


async def test_all_planted_dirt_is_found_and_nothing_else(house: House, wanted: Settings) -> None:
    dewi, campaign, dirty = await house.make.dewi(), await house.make.campaign(), dirty_file()

    done = await take(house, wanted, dewi, campaign, dirty.text.encode())

    found, url = set(), f"/v1/imports/{done['id']}/findings?limit=50"
    while url:
        answer = (await (await house.as_(dewi)).get(url)).json()
        found |= {(item["row"], item["column"], item["code"]) for item in answer["items"]}
        cursor = answer["next"]
        url = f"/v1/imports/{done['id']}/findings?limit=50&cursor={cursor}" if cursor else ""
    assert found == dirty.planted
    assert sum(done["by_code"].values()) == len(dirty.planted)
    assert done["rows"] == len(dirty.rows) == done["accepted"] + done["rejected"]
    assert await count(house, "members") == done["accepted"]


async def test_findings_are_filtered_and_come_as_csv_too(house: House, wanted: Settings) -> None:
    dewi, campaign, dirty = await house.make.dewi(), await house.make.campaign(), dirty_file(1)
    done = await take(house, wanted, dewi, campaign, dirty.text.encode())
    client, path = await house.as_(dewi), f"/v1/imports/{done['id']}/findings"

    errors = (await client.get(f"{path}?level=error&limit=1000")).json()["items"]
    unknown = (await client.get(f"{path}?code=region_unknown")).json()["items"]
    sheet = await client.get(f"{path}.csv")

    assert {item["level"] for item in errors} == {"error"}
    assert len({item["row"] for item in errors}) == done["rejected"]
    assert [item["message"] for item in unknown] == ["No such kelurahan in this kecamatan"]
    assert len(sheet.text.splitlines()) == 1 + len(dirty.planted)
    assert sheet.text.splitlines()[0] == "row,column,code,level,message,file"
    cursors = ("x", "WyJmaWxlIiwtMSwxXQ==", "WyJmaWxlIiwxLDk5OTk5OTk5OTk5OTk5OTk5OTk5OTldCg==", "WyJ4IiwxLDFd")
    for query in ("limit=0", "level=x", "file=x", *(f"cursor={cursor}" for cursor in cursors)):
        assert (await client.get(f"{path}?{query}")).status_code == 422, query


@pytest.mark.parametrize(
    ("separator", "encoding", "end"),
    [(",", "utf-8", "\n"), (";", "utf-8-sig", "\r\n"), ("\t", "cp1252", "\r\n"), (";", "latin-1", "\n")],
)
async def test_every_separator_encoding_and_line_end_reads_alike(
    house: House, wanted: Settings, separator: str, encoding: str, end: str
) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(2)
    rows[0] |= {"Nama": 'RENÉ "MAS" NU\'MAN', "Alamat": "JL. S; SUPRIADI, NO. 1", "NIK": "'" + nik(1)}

    done = await take(house, wanted, dewi, campaign, write(rows, separator=separator, end=end).encode(encoding))

    assert (done["accepted"], done["by_code"]) == (6, {})
    head = await house.owner.fetchrow("select head_name, address from households where head_name like 'REN%'")
    assert tuple(head) == ('RENÉ "MAS" NU\'MAN', "JL. S; SUPRIADI, NO. 1")


async def test_an_unclosed_quote_takes_no_neighbour_along(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    lines = write(clean_rows(20)).split("\n")
    lines[5] = lines[5].replace(",JL.", ',"JL.')
    lines[11] = lines[11].replace(",BURUH", ',"BURUH')
    lines[30] = lines[30].replace("SLAMET", 'SLA"MET')

    done = await take(house, wanted, dewi, campaign, "\n".join(lines).encode())

    assert (done["rows"], done["rejected"], done["by_code"]) == (60, 2, {"wrong_number_of_columns": 2})


async def test_a_row_in_two_lines_and_blank_lines_are_read(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(2)
    rows[1]["Alamat"] = "JL. KLAYATAN\nNO. 1"
    text = write(rows).replace("D00000004", "\n\nD00000004")

    done = await take(house, wanted, dewi, campaign, text.encode())

    assert (done["rows"], done["accepted"], done["by_code"]) == (6, 6, {})


async def test_a_line_without_end_is_one_broken_row(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(3)
    text = write(rows).replace("SLAMET 5", "X" * 300_000)

    done = await take(house, wanted, dewi, campaign, text.encode())

    assert (done["rows"], done["rejected"]) == (9, 1)


async def test_rt_and_rw_are_read_however_they_are_written(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    written = [("3", "5"), ("RT 03", "RW 05"), ("03/05", ""), ("RT 03 RW 05", ""), ("003", "005")]
    rows = clean_rows(len(written), people=1)
    for row, (rt, rw) in zip(rows, written, strict=True):
        row |= {"RT": rt, "RW": rw}

    await take(house, wanted, dewi, campaign, write(rows).encode())

    places = await house.owner.fetch("select rt, rw from households")
    assert {tuple(place) for place in places} == {("003", "005")}


async def test_no_planted_number_lies_open_anywhere(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(40)
    rows[4]["NIK"], rows[7]["No KK"] = "3.57304E+15", "35730401011500"
    await take(house, wanted, dewi, campaign, write(rows).encode(), dry_run=True)
    await take(house, wanted, dewi, campaign, write(rows).encode())
    secrets = [nik(1), nik(60), no_kk(3), "3.57304E+15", "35730401011500"]

    tables = await house.owner.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    for table in tables:
        for line in await house.owner.fetch(f'select t::text as whole, t.* from "{table["relname"]}" t'):
            raw = b" ".join(value for value in line.values() if isinstance(value, bytes))
            assert not any(secret in line["whole"] or secret.encode() in raw for secret in secrets), table["relname"]
    files = [path.read_bytes() for path in wanted.private_folder.rglob("*") if path.is_file()]
    assert files
    assert not any(secret.encode() in content for secret in secrets for content in files)
