"""What is personal goes when its time is over, whole and for good; what a statistic needs stays."""

from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from api.core.settings import Settings
from api.custody import anonymising
from api.custody.anonymising import anonymise
from api.custody.personal_columns import APART, GOING
from api.imports.upload import file_of
from tests.imports.sending import take
from tests.releases.decided import Pilot
from tests.support.dirt import clean_rows, nik, no_kk, write
from tests.support.house import House
from tests.sync.parcels import PHONE, push
from tests.visits.bodies import visit

TODAY = date(2030, 1, 1)
PLAIN = ("Integer", "BigInteger", "Boolean", "UTCDateTime", "DateTime")
SAID = "Bu Kenari menangis"


def quiet(households: int) -> None:
    """Nobody watches."""


async def season(house: House, wanted: Settings) -> Pilot:
    """A campaign with an imported file, a visit, a remark and a release."""
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    read = await take(house, wanted, dewi, campaign, write(clean_rows(3)).encode())
    file_of(wanted, UUID(read["id"])).write_bytes(b"left over")
    pilot = Pilot(house, await house.make.team(campaign), dewi)
    await house.make.phone(pilot.team.siti, PHONE)
    await pilot.household(head="Kenari Wulan", nik=nik(5000), no_kk=no_kk(5000), external_id="K-1")
    door = await house.make.assignment(campaign, await house.make.household(head="Kenari Lestari"), pilot.team.siti)
    said = visit(door, answers={"catatan": SAID}, respondent={"name": "Kenari", "relation": "head"})
    told = await push(await house.as_(pilot.team.siti), said, '{"name": "Kenari"}')
    assert [item["status"] for item in told] == ["accepted", "invalid"]
    await house.owner.execute("update verdict_events set comment = $1", SAID)
    made = await (await house.as_(dewi)).post("/v1/releases", json={"campaign_id": str(campaign)})
    assert made.status_code == 201
    await house.owner.execute("update households set created_at = '2022-11-01'")
    await house.owner.execute("update receipts set received_at = '2022-11-02'")
    return pilot


async def close(house: House, ended: date = date(2022, 12, 26)) -> None:
    await house.owner.execute("update campaigns set status = 'closed', ends_on = $1", ended)


async def everything(owner: asyncpg.Connection) -> str:
    tables = [table.name for table in SQLModel.metadata.sorted_tables if table.name not in ("audit_events", "staff")]
    return "\n".join([row[0] for table in tables for row in await owner.fetch(f"select t::text from {table} t")])


def test_every_column_of_a_household_goes_or_is_kept() -> None:
    assert {table.name for table in SQLModel.metadata.sorted_tables} == GOING.keys() | APART
    for name, going in GOING.items():
        for column in [] if going.whole else SQLModel.metadata.tables[name].columns:
            told = column.name in going.becomes or column.name in going.kept
            what = column.type
            plain = isinstance(what, sa.Enum | sa.Uuid) or type(what).__name__ in PLAIN
            assert told or plain or column.foreign_keys, f"{name}.{column.name}"


@pytest.mark.parametrize(("status", "ended"), [("review", date(2022, 12, 26)), ("closed", date(2029, 12, 26))])
async def test_what_is_not_over_stays(house: House, wanted: Settings, status: str, ended: date) -> None:
    await season(house, wanted)
    await house.owner.execute("update campaigns set status = $1, ends_on = $2", status, ended)
    before = await everything(house.owner)

    found = await anonymise(wanted, wanted.owner_url, date(2029, 1, 1), for_good=True, tell=quiet)

    assert (found.households, found.files) == (0, 0)
    # one receipt that belongs to nobody is too old to be of use
    assert len(set(before.split("\n")) - set((await everything(house.owner)).split("\n"))) <= 1


async def test_a_household_with_a_place_in_a_younger_campaign_stays(house: House, wanted: Settings) -> None:
    await season(house, wanted)
    await close(house)
    household = await house.owner.fetchval("select id from households where head_name = 'Kenari Wulan'")
    await house.make.assignment(await house.make.campaign(code="malang-2029"), household)

    found = await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=quiet)

    assert found.households == 4
    assert await house.owner.fetchval("select head_name from households where id = $1", household) == "Kenari Wulan"


async def test_a_dry_run_counts_the_same_and_changes_nothing(house: House, wanted: Settings) -> None:
    await season(house, wanted)
    await close(house)
    before = await everything(house.owner)

    counted = await anonymise(wanted, wanted.owner_url, TODAY, for_good=False, tell=quiet)

    assert await everything(house.owner) == before
    assert counted == await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=quiet)
    assert (counted.households, counted.people, counted.visits, counted.files) == (5, 13, 1, 1)


async def test_nothing_personal_is_left_and_statistics_are_the_same(house: House, wanted: Settings) -> None:
    pilot = await season(house, wanted)
    await close(house)
    counts = "select region_code, eligibility, count(*), sum(members) from released_households group by 1, 2"
    outcomes = "select outcome, started_at::date, count(*) from visits group by 1, 2"
    before = [await house.owner.fetch(query) for query in (counts, outcomes)]
    looks = await house.owner.fetch("select * from disclosures")
    deeds = await house.owner.fetch("select * from audit_events order by seq")
    secret = [nik(number) for number in range(1, 10)] + [
        nik(5000),
        no_kk(5000),
        "SUPRIADI",
        "KLAYATAN",
        "D00000001",
        "K-1",
    ]

    await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=quiet)
    again = await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=quiet)

    left = await everything(house.owner)
    assert [one for one in (*secret, SAID, "Kenari", "SLAMET", "gAAAA") if one.lower() in left.lower()] == []
    assert [row for row in left.split("\n") if b"gAAAA".hex() in row] == []  # no seal of Fernet's
    assert (again.households, again.files) == (0, 0)
    assert [await house.owner.fetch(query) for query in (counts, outcomes)] == before
    assert await house.owner.fetch("select * from disclosures") == looks
    after = await house.owner.fetch("select * from audit_events order by seq")
    assert after[: len(deeds)] == deeds
    assert [row["action"] for row in after[len(deeds) :]] == ["households.anonymised"]
    assert not list((wanted.files_folder / "imports").glob("*"))
    client = await house.as_(pilot.dewi)
    release = await house.owner.fetchval("select id from releases")
    visited = await house.owner.fetchval("select id from visits")
    gone = [await client.get(f"/v1/{path}") for path in (f"visits/{visited}", f"releases/{release}/files/members.csv")]
    assert [(answer.status_code, answer.json()["code"]) for answer in gone] == [(410, "anonymised")] * 2
    household = await house.owner.fetchval("select household_id from visits")
    for path in (f"households/{household}", f"households/{household}/history", "households", "visits", "verdicts"):
        assert (await client.get(f"/v1/{path}")).status_code == 200


async def test_a_run_that_is_broken_off_goes_on(house: House, wanted: Settings, monkeypatch: Any) -> None:
    await season(house, wanted)
    await close(house)
    monkeypatch.setattr(anonymising, "BATCH", 2)

    def stop(households: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=stop)
    half = await house.owner.fetchval("select count(*) from households where anonymised_at is not null")

    rest = await anonymise(wanted, wanted.owner_url, TODAY, for_good=True, tell=quiet)

    assert (half, rest.households) == (2, 3)
    assert await house.owner.fetchval("select count(*) from members where name <> '-'") == 0
    assert await house.owner.fetchval("select count(*) from releases where anonymised_at is null") == 0
