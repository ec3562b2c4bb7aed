"""Both keys of the vault are rotated while people work: nothing is lost, everything is found, nothing is old."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from cryptography.fernet import Fernet
from sqlmodel import SQLModel
from uuid_utils.compat import uuid7

from api.core.settings import Settings
from api.core.table import Digest
from api.core.vault import open_vault
from api.custody import renewing
from api.custody.key_files import MARK, RINGS, KeyFiles
from api.custody.rotation import RotationRefused, rotate
from api.custody.sealed_tables import SAID, renew_rows, sealed_tables
from api.imports.jobs import run_import
from tests.imports.sending import count, place_of, send, take, work_until_done
from tests.releases.decided import Pilot
from tests.support.bdt import dtsen_rows
from tests.support.dirt import clean_rows, nik, no_kk, write
from tests.support.house import House
from tests.support.make import Person, Team
from tests.sync.parcels import PHONE, push
from tests.visits.bodies import visit

FAMILIES = 40
SLOWLY = """
import asyncio, time
from api.core.settings import Settings
from api.custody import renewing, rotation
renewing.BATCH = 10
def tell(what, rows, renewed):
    time.sleep(0.05)
    print(what, renewed, flush=True)
wanted = Settings()
asyncio.run(rotation.rotate(wanted, wanted.owner_url, tell, settle_s=0.1))
"""


def quiet(what: str, rows: int, renewed: int) -> None:
    """Nobody watches."""


def environment_of(wanted: Settings) -> dict[str, str]:
    return os.environ | {
        "SAMBANG_ENV": "test",
        "SAMBANG_DATABASE_URL": wanted.database_url,
        "SAMBANG_DATABASE_OWNER_URL": wanted.owner_url,
        "SAMBANG_PRIVATE_FOLDER": str(wanted.private_folder),
    }


def keys_of(wanted: Settings) -> list[bytes]:
    return [key for ring in RINGS for key in (wanted.keys_folder / ring).read_bytes().split()]


async def depends_on_others(owner: asyncpg.Connection, wanted: Settings) -> list[str]:
    """What does not open under the one writing key, or is not found by the one writing index key."""
    newest, *_ = (wanted.keys_folder / "vault.keys").read_bytes().split()
    vault, fernet, found = open_vault(wanted.keys_folder), Fernet(newest), []
    for table in sealed_tables():
        for row in await owner.fetch(f"select * from {table.name}"):
            for name, seal in table.sealed.items():
                try:
                    if row[name]:
                        assert fernet.decrypt(row[name]).startswith(f"1|{seal.field}|{row[seal.row]}|".encode())
                except Exception:
                    found.append(f"{table.name}.{name}")
            for name, digest in table.digests.items():
                if row[digest.of]:
                    plain = vault.open_bytes(table.sealed[digest.of].field, row["id"], row[digest.of])
                    if row[name] != vault.index(digest.kind, SAID[digest.kind](row, plain)):
                        found.append(f"{table.name}.{name}")
    return found


async def all_found(house: House, dewi: Person, numbers: list[str]) -> bool:
    client = await house.as_(dewi)
    answers = [await client.post("/v1/households/search", json={"nik": number}) for number in numbers]
    return all(len(answer.json()["items"]) == 1 for answer in answers)


@asynccontextmanager
async def at_work(house: House, team: Team, dewi: Person, doors: list[UUID], numbers: list[str]) -> AsyncIterator[Any]:
    """Siti pushes, Ratna corrects a NIK and Bu Dewi searches, again and again; yields what they did."""
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    done: dict[str, Any] = {"sent": [], "numbers": [], "missed": 0, "searches": 0, "stop": False}

    async def pushing() -> None:
        while not done["stop"] and doors:
            number = f"357304120390{len(doors):04}"
            person = {"id": str(uuid7()), "name": "Bayi", "nik": number, "sex": "male", "relation": "child"}
            body = visit(doors.pop(), members=[person | {"whereabouts": "new", "family_no": 1}])
            told = await push(siti, body)
            assert told[0]["status"] == "accepted", told
            done["sent"].append(body)
            done["numbers"].append(number)
            await asyncio.sleep(0.02)

    async def correcting() -> None:
        found = (await ratna.get("/v1/households?limit=1")).json()["items"][0]["id"]
        for serial in range(7000, 7100):
            if done["stop"]:
                return
            whole = await ratna.get(f"/v1/households/{found}")
            number = f"357304120385{serial}"
            body = {"members": [{"id": whole.json()["members"][0]["id"], "nik": number}], "reason": "salah ketik"}
            answer = await ratna.patch(
                f"/v1/households/{found}", json=body, headers={"If-Match": whole.headers["etag"]}
            )
            assert answer.status_code in (200, 412), answer.text
            done["corrected"] = number if answer.status_code == 200 else done.get("corrected")
            await asyncio.sleep(0.02)

    async def searching() -> None:
        while not done["stop"]:
            done["searches"] += len(numbers)
            done["missed"] += not await all_found(house, dewi, numbers)
            await asyncio.sleep(0.3)  # a person may call so often and no more

    tasks = [asyncio.create_task(work()) for work in (pushing, correcting, searching)]
    try:
        yield done
    finally:
        done["stop"] = True
        await asyncio.gather(*tasks)


def test_every_kind_of_digest_can_be_made_anew() -> None:
    columns = [column for table in SQLModel.metadata.tables.values() for column in table.columns]
    kinds = {column.info["bytes"].kind for column in columns if isinstance(column.info.get("bytes"), Digest)}

    assert kinds == set(SAID)


async def test_a_seal_that_nothing_opens_keeps_the_old_keys(house: House, wanted: Settings) -> None:
    await house.make.household(nik=nik(1))
    before = keys_of(wanted)
    await house.owner.execute(
        "update members set nik = $1 where nik is not null", Fernet(Fernet.generate_key()).encrypt(b"?")
    )

    with pytest.raises(RotationRefused, match="1 seals open under no live key, first members "):
        await rotate(wanted, wanted.owner_url, quiet, settle_s=0)

    assert set(before) < set(keys_of(wanted))


async def test_two_rotations_at_once_are_one(house: House, wanted: Settings) -> None:
    await house.owner.execute("select pg_advisory_lock(hashtext('sambang vault'))")

    with pytest.raises(RotationRefused, match="another"):
        await rotate(wanted, wanted.owner_url, quiet)

    assert not (wanted.keys_folder / MARK).exists()


async def test_who_read_an_old_seal_is_waited_for(house: House, wanted: Settings, monkeypatch: Any) -> None:
    household = await house.make.household(nik=nik(1))
    other = await asyncpg.connect(wanted.owner_url)
    working = other.transaction()
    await working.start()
    old = await other.fetchval("select nik from members where household_id = $1 and nik is not null", household)
    rotating = asyncio.create_task(rotate(wanted, wanted.owner_url, quiet, settle_s=0.1))
    await asyncio.sleep(1)
    assert not rotating.done()
    # it writes down what it read before the rotation, as a release does that copies the registry
    await other.execute("update members set nik = $2 where household_id = $1 and nik is not null", household, old)
    await working.commit()
    await other.close()

    await rotating

    assert await depends_on_others(house.owner, wanted) == []


async def test_what_is_changed_while_it_is_sealed_anew_is_not_undone(
    house: House, wanted: Settings, monkeypatch: Any
) -> None:
    household = await house.make.household(nik=nik(1))
    corrected: list[bytes] = []

    async def correct(member: UUID) -> None:
        vault, other = open_vault(wanted.keys_folder), await asyncpg.connect(wanted.owner_url)
        corrected.append(vault.index("nik", nik(2)))
        sealed = vault.seal("member.nik", member, nik(2))
        await other.execute("update members set nik = $2, nik_index = $3 where id = $1", member, sealed, corrected[0])
        await other.close()

    def renew(table: Any, rows: Any, vault: Any) -> Any:
        done = renew_rows(table, rows, vault)
        if table.name == "members" and not corrected:
            asyncio.run(correct(next(UUID(str(row["id"])) for row in rows if row["nik"])))
        return done

    monkeypatch.setattr(renewing, "renew_rows", renew)

    await rotate(wanted, wanted.owner_url, quiet, settle_s=0.1)

    found = await house.owner.fetchval("select nik_index from members where household_id = $1 and line = 1", household)
    assert found == corrected[0]


async def test_an_import_waits_while_two_index_keys_are_live(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign()
    await take(house, wanted, dewi, campaign, write(clean_rows(3)).encode())
    files = KeyFiles(wanted.keys_folder)
    files.begin(RINGS)
    files.add()
    files.switch()
    # the same families under other ids: only their cards say that they are known
    renamed = [row | {"Id_DTKS": f"X{row['Id_DTKS']}"} for row in clean_rows(3)]
    sent = await send(house, dewi, campaign, write(renamed).encode())
    worker = asyncio.create_task(work_until_done(house, wanted, dewi, sent.headers["Location"]))
    await asyncio.sleep(2)
    assert not worker.done()

    await rotate(wanted, wanted.owner_url, quiet, settle_s=0.1)

    assert (await worker)["status"] == "done"
    assert await count(house, "households") == 3


async def test_both_keys_are_rotated_while_people_work_and_after_a_kill(house: House, wanted: Settings) -> None:
    dewi, campaign = await house.make.dewi(), await house.make.campaign(sources=("dtks", "dtsen"))
    ranks = write(dtsen_rows(FAMILIES), columns=list(dtsen_rows(1)[0])).encode()
    await take(house, wanted, dewi, campaign, write(clean_rows(FAMILIES)).encode())
    waiting = await send(house, dewi, campaign, write(clean_rows(FAMILIES)).encode())
    await take(house, wanted, dewi, campaign, ranks)
    team = await house.make.team(campaign)
    await house.make.phone(team.siti, PHONE)
    pilot = Pilot(house, team, dewi)
    released = [await pilot.household(nik=nik(5000 + number), no_kk=no_kk(5000 + number)) for number in range(5)]
    # `Pilot` gives its households to Siti as decided; these are hers to visit
    doors = [
        await house.make.assignment(campaign, await house.make.household(head=f"Ibu {number}"), team.siti)
        for number in range(60)
    ]
    made = await (await house.as_(dewi)).post("/v1/releases", json={"campaign_id": str(campaign)})
    file = f"/v1/releases/{made.json()['id']}/files/members.csv"
    frozen = (await (await house.as_(dewi)).get(file)).content
    broken = '{"id": 7, "assignment_id": "x"}'
    assert (await push(await house.as_(team.siti), broken))[0]["status"] == "invalid"
    # a file that waits for the worker is sealed anew on the disk
    waiting = await send(house, dewi, campaign, write(clean_rows(FAMILIES)).encode())
    numbers = [nik(number) for number in range(1, FAMILIES * 3, 7)]
    old = keys_of(wanted)

    async with at_work(house, team, dewi, doors, numbers) as done:
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SLOWLY, env=environment_of(wanted), stdout=asyncio.subprocess.PIPE
        )
        assert killed.stdout is not None
        async with asyncio.timeout(60):
            while not (line := await killed.stdout.readline()).startswith(b"members 4"):
                assert line, "the rotation ended before it could be killed"
        killed.kill()
        await killed.wait()
        assert await depends_on_others(house.owner, wanted)
        assert await all_found(house, dewi, numbers)
        await asyncio.sleep(0.5)
        rotated = await rotate(wanted, wanted.owner_url, quiet, settle_s=0.1)

    assert not set(old) & set(keys_of(wanted))
    assert len(keys_of(wanted)) == 2
    assert not (wanted.keys_folder / MARK).exists()
    assert await depends_on_others(house.owner, wanted) == []
    assert rotated.renewed > 0
    assert (done["missed"], len(done["sent"]) > 5, done["searches"] > 50) == (0, True, True)
    assert await all_found(house, dewi, [*numbers, *done["numbers"], done["corrected"]])
    assert (await (await house.as_(dewi)).get(file)).content == frozen
    again = await push(await house.as_(team.siti), *done["sent"], broken)
    assert {item["status"] for item in again} == {"duplicate", "invalid"}
    assert await count(house, "visits") == len(done["sent"])
    assert await house.owner.fetchval("select count(*) from quarantined_items") == 1
    before = await count(house, "household_sources")
    await take(house, wanted, dewi, campaign, ranks)
    await take(house, wanted, dewi, campaign, write(clean_rows(FAMILIES)).encode())
    assert await count(house, "household_sources") == before
    # the old keys are gone: who reads this file now reads what the rotation sealed anew
    await run_import(place_of(house, wanted), waiting.json()["id"])
    read = (await (await house.as_(dewi)).get(waiting.headers["Location"])).json()
    assert (read["status"], read["accepted"] > 0, read["households"]) == ("done", True, 0)
    assert released
