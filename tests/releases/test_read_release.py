"""`GET /v1/releases` and `GET /v1/releases/{id}`."""

from uuid_utils.compat import uuid7

from api.releases.jobs import hash_release
from tests.releases.decided import pilot
from tests.support.house import House


async def test_strangers_do_not_read_releases(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()
    without = await house.make.machine("bkad", "regions:read")

    for person in (here.team.ratna, here.team.siti, await house.make.arif(), await house.make.observer(), without):
        client = await house.as_(person)
        for path in ("", f"/{release}", f"/{release}/files/households.csv"):
            answer = await client.get(f"/v1/releases{path}")
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name
    assert (await (await house.as_(None)).get(f"/v1/releases/{release}")).status_code == 401


async def test_an_unknown_release_is_not_found(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    assert (await dewi.get(f"/v1/releases/{uuid7()}")).status_code == 404
    assert (await dewi.get(f"/v1/releases/{uuid7()}/files/households.csv")).status_code == 404
    assert (await dewi.get("/v1/releases/one")).status_code == 422


async def test_agencies_ask_for_at_most_100_rows(house: House) -> None:
    machine = await house.as_(await house.make.machine("dinsos", "releases:read"))

    assert (await machine.get("/v1/releases?limit=101")).status_code == 422
    assert (await machine.get("/v1/releases?limit=100")).status_code == 200


async def test_releases_come_in_pages_of_one_campaign(house: House) -> None:
    here = await pilot(house)
    await here.household()
    made = [str(await here.release()) for _ in range(3)]
    dewi = await house.as_(here.dewi)

    first = (await dewi.get(f"/v1/releases?campaign_id={here.campaign_id}&limit=2")).json()
    second = (await dewi.get(f"/v1/releases?campaign_id={here.campaign_id}&limit=2&cursor={first['next']}")).json()

    assert [release["id"] for release in first["items"] + second["items"]] == made
    assert (await dewi.get(f"/v1/releases?campaign_id={uuid7()}")).json() == {"items": [], "next": None}


async def test_a_release_is_kept_by_its_reader_and_by_nobody_between(house: House) -> None:
    here = await pilot(house)
    await here.household()
    path = f"/v1/releases/{await here.release()}"
    dewi = await house.as_(here.dewi)

    answer = await dewi.get(path)
    again = await dewi.get(path, headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == answer.headers["ETag"]
    await hash_release(here.place, path.rpartition("/")[2])
    hashed = await dewi.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (hashed.status_code, hashed.json()["manifest_status"]) == (200, "ready")


async def test_an_agency_reads_how_many_and_has_no_file(house: House) -> None:
    here = await pilot(house)
    await here.household()
    path = f"/v1/releases/{await here.release()}"
    machine = await house.as_(await house.make.machine("dinsos", "releases:read"))

    told = (await machine.get(path)).json()
    assert (told["files"], told["counts"]["households"]) == ([], 1)
    assert "dtks_update.csv" in (await (await house.as_(here.dewi)).get(path)).json()["files"]
