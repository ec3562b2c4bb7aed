"""Bringing people and machines in over the owner's connection."""

from api.access.roles import Role
from api.access.seeding import NewClient, NewStaff, demo_password_hash, seed_activation_codes, seed_clients, seed_staff
from tests.support.house import House

PEOPLE = [NewStaff(f"pencacah{number}", f"Pencacah {number}", Role.ENUMERATOR) for number in range(147)]


async def test_people_come_in_once_and_can_sign_in(house: House) -> None:
    hashed = demo_password_hash("sepeda ontel biru")

    first = await seed_staff(house.owner, PEOPLE, hashed)
    second = await seed_staff(house.owner, PEOPLE, demo_password_hash("another one"))

    assert first == second
    assert len(first) == 147
    assert await house.owner.fetchval("select count(*) from principals") == 147
    nobody = await house.as_(None)
    body = {"username": "pencacah146", "password": "sepeda ontel biru"}
    assert (await nobody.post("/v1/sessions", json=body)).status_code == 200


async def test_the_first_account_of_a_city_gets_a_code(house: House) -> None:
    ids = await seed_staff(house.owner, [NewStaff("dewi", "Dewi Lestari", Role.BAPPEDA)], None)

    codes = await seed_activation_codes(house.owner, list(ids.values()))

    nobody = await house.as_(None)
    body = {"code": codes[ids["dewi"]], "password": "jendela kayu jati"}
    assert (await nobody.post("/v1/activations", json=body)).status_code == 204


async def test_machines_come_in_once_with_their_secret(house: House) -> None:
    wanted = [NewClient("dinsos-siks", "SIKS", "Dinas Sosial", ("regions:read", "releases:read"), "a-secret")]

    assert await seed_clients(house.owner, wanted) == await seed_clients(house.owner, wanted)

    form = {"grant_type": "client_credentials", "client_id": "dinsos-siks", "client_secret": "a-secret"}
    answer = await (await house.as_(None)).post("/v1/oauth/token", data=form)
    assert (answer.status_code, answer.json()["scope"]) == (200, "regions:read releases:read")
    assert await house.owner.fetchval("select count(*) from client_secrets") == 1


def test_the_demo_hash_is_the_same_at_every_start() -> None:
    assert demo_password_hash("demo") == demo_password_hash("demo")
    assert demo_password_hash("demo").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
