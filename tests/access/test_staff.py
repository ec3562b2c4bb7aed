"""`/v1/staff`."""

from typing import Any
from uuid import uuid4

import pytest

from api.access.roles import Role
from tests.support.house import House
from tests.support.make import Person

NEW = {"username": "tari", "name": "Tari Utami", "role": "enumerator"}
KNOWN = {"id", "username", "name", "role", "team_id", "active", "created_at", "revision"}


async def test_only_bappeda_and_diskominfo_write_and_enumerators_do_not_read(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    machine = await house.make.machine("dinsos-siks", "releases:read")
    for person in (team.siti, team.ratna, await house.make.observer(), machine):
        calling = await house.as_(person)

        assert (await calling.post("/v1/staff", json=NEW)).status_code == 403
        changed = await calling.patch(f"/v1/staff/{team.budi.id}", json={"active": False}, headers={"If-Match": "*"})
        assert changed.status_code == 403
        assert (await calling.post(f"/v1/staff/{team.budi.id}/activation-codes")).status_code == 403
    for person in (team.siti, machine):
        assert (await (await house.as_(person)).get("/v1/staff")).status_code == 403
    assert (await (await house.as_(None)).get("/v1/staff")).status_code == 401


async def test_nobody_appoints_beyond_their_office(house: House) -> None:
    """Whoever hands out a code for an account may become it."""
    dewi, arif = await house.make.dewi(), await house.make.arif()
    bappeda, diskominfo = await house.as_(dewi), await house.as_(arif)

    allowed = {
        (name, role): (
            await calling.post("/v1/staff", json=NEW | {"username": f"x.{name}.{role}", "role": role})
        ).status_code
        for name, calling in (("dewi", bappeda), ("arif", diskominfo))
        for role in ("bappeda", "coordinator", "enumerator", "observer", "diskominfo")
    }

    assert [who for who, status in allowed.items() if status == 201] == [
        ("dewi", "bappeda"),
        ("dewi", "coordinator"),
        ("dewi", "enumerator"),
        ("dewi", "observer"),
        ("arif", "observer"),
        ("arif", "diskominfo"),
    ]
    assert {status for status in allowed.values() if status != 201} == {403}
    assert (await diskominfo.post(f"/v1/staff/{dewi.id}/activation-codes")).status_code == 403
    assert (await bappeda.post(f"/v1/staff/{arif.id}/activation-codes")).status_code == 403
    for calling, other in ((diskominfo, dewi), (bappeda, arif)):
        answer = await calling.patch(f"/v1/staff/{other.id}", json={"active": False}, headers={"If-Match": "*"})
        assert answer.status_code == 403
    observer = await house.make.observer()
    promoted = await diskominfo.patch(f"/v1/staff/{observer.id}", json={"role": "bappeda"}, headers={"If-Match": "*"})
    assert promoted.status_code == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"username": "Tari"}, "/username"),
        ({"username": "t"}, "/username"),
        ({"username": "tari utami"}, "/username"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"role": "client"}, "/role"),
        ({"role": "mayor"}, "/role"),
        ({"active": True}, ""),
        ({"name": None}, "/name"),
    ],
)
async def test_bad_fields_are_named(house: House, change: dict[str, Any], pointer: str) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post("/v1/staff", json=NEW | change)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_username_is_given_once(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    await dewi.post("/v1/staff", json=NEW)

    answer = await dewi.post("/v1/staff", json=NEW)

    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")
    assert await house.owner.fetchval("select count(*) from principals") == 2


async def test_changes_need_the_etag_and_no_nulls(house: House) -> None:
    dewi, siti = await house.as_(await house.make.dewi()), await house.make.person("Siti", Role.ENUMERATOR)
    url = f"/v1/staff/{siti.id}"
    tag = (await dewi.get(url)).headers["ETag"]

    assert (await dewi.patch(url, json={"name": "Siti A"})).status_code == 428
    assert (await dewi.patch(url, json={"name": "Siti A"}, headers={"If-Match": '"9"'})).status_code == 412
    for body in ({"name": None}, {"active": None}, {"role": None}, {"username": "x"}, {"active": "perhaps"}):
        assert (await dewi.patch(url, json=body, headers={"If-Match": tag})).status_code == 422, body
    assert (await dewi.patch(f"/v1/staff/{uuid4()}", json={}, headers={"If-Match": "*"})).status_code == 404
    changed = await dewi.patch(url, json={"name": "Siti A"}, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["name"], changed.json()["active"]) == (200, "Siti A", True)
    assert (await dewi.patch(url, json={"name": "Siti B"}, headers={"If-Match": tag})).status_code == 412
    unchanged = await dewi.get(url, headers={"If-None-Match": changed.headers["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_nobody_locks_themselves_out(house: House) -> None:
    dewi = await house.make.dewi()
    calling = await house.as_(dewi)

    for body in ({"active": False}, {"role": "observer"}):
        answer = await calling.patch(f"/v1/staff/{dewi.id}", json=body, headers={"If-Match": "*"})
        assert (answer.status_code, answer.json()["code"]) == (409, "own_account")
    named = await calling.patch(f"/v1/staff/{dewi.id}", json={"name": "Dewi L."}, headers={"If-Match": "*"})
    assert named.status_code == 200


async def signed_in(house: House, person: Person) -> dict[str, Any]:
    password = await house.make.password(person)
    nobody = await house.as_(None)
    body = {"username": person.name.lower(), "password": password, "otp": await house.make.otp()}
    given: dict[str, Any] = (await nobody.post("/v1/sessions", json=body)).json()
    return given


async def test_switching_off_acts_on_the_next_request_and_for_good(house: House) -> None:
    dewi, nobody = await house.as_(await house.make.dewi()), await house.as_(None)
    siti = await house.make.person("Siti", Role.ENUMERATOR)
    given = await signed_in(house, siti)
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 200

    answer = await dewi.patch(f"/v1/staff/{siti.id}", json={"active": False}, headers={"If-Match": "*"})

    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 401
    assert (await nobody.post("/v1/oauth/token", data=form)).status_code == 400
    await dewi.patch(f"/v1/staff/{siti.id}", json={"active": True}, headers={"If-Match": "*"})
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 401
    assert (await nobody.post("/v1/oauth/token", data=form)).status_code == 400


async def test_another_role_acts_on_the_next_request_and_leaves_the_team(house: House) -> None:
    dewi, nobody = await house.as_(await house.make.dewi()), await house.as_(None)
    team = await house.make.team(await house.make.campaign())
    given = await signed_in(house, team.ratna)
    headers = {"Authorization": f"Bearer {given['access_token']}"}

    answer = await dewi.patch(f"/v1/staff/{team.ratna.id}", json={"role": "observer"}, headers={"If-Match": "*"})

    assert (answer.json()["role"], answer.json()["team_id"]) == ("observer", None)
    assert (await nobody.get("/v1/me", headers=headers)).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    again = (await nobody.post("/v1/oauth/token", data=form)).json()
    me = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {again['access_token']}"})
    assert me.json()["role"] == "observer"


async def test_a_coordinator_sees_the_own_team_only(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Agus", "Lina", "Joko"))
    ratna = await house.as_(team.ratna)

    listed = (await ratna.get("/v1/staff")).json()["items"]

    assert {person["username"] for person in listed} == {"ratna", "siti", "budi"}
    assert (await ratna.get(f"/v1/staff/{team.siti.id}")).status_code == 200
    stranger, absent = await ratna.get(f"/v1/staff/{other.siti.id}"), await ratna.get(f"/v1/staff/{uuid4()}")
    assert (stranger.status_code, absent.status_code) == (404, 404)
    assert stranger.json() | {"request_id": ""} == absent.json() | {"request_id": ""}


async def test_people_come_in_pages_and_by_filter(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())
    team = await house.make.team(await house.make.campaign())

    found, url = [], "/v1/staff?limit=2"
    while url:
        answer = (await dewi.get(url)).json()
        found += [person["username"] for person in answer["items"]]
        url = f"/v1/staff?limit=2&cursor={answer['next']}" if answer["next"] else ""

    assert found == ["dewi", "ratna", "siti", "budi"]
    for query, expected in (
        ("role=enumerator", ["siti", "budi"]),
        (f"team_id={team.id}", ["ratna", "siti", "budi"]),
        ("active=false", []),
    ):
        listed = (await dewi.get(f"/v1/staff?{query}")).json()["items"]
        assert [person["username"] for person in listed] == expected
    for query in ("cursor=zzz", "limit=0", "role=mayor", "name=Siti"):
        assert (await dewi.get(f"/v1/staff?{query}")).status_code == 422


async def test_a_new_person_is_complete_and_noted(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post("/v1/staff", json=NEW)

    assert answer.status_code == 201
    assert set(answer.json()) == KNOWN
    assert answer.headers["Location"] == f"/v1/staff/{answer.json()['id']}"
    assert (await dewi.get(answer.headers["Location"])).headers["ETag"] == answer.headers["ETag"]
    noted = await house.owner.fetchrow("select action, detail from audit_events")
    assert (noted["action"], noted["detail"]) == ("staff.added", '{"role": "enumerator"}')
