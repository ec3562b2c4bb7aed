"""`GET /v1/me`."""

from tests.support.house import House


async def test_nobody_without_a_token(house: House) -> None:
    answer = await (await house.as_(None)).get("/v1/me")

    assert answer.status_code == 401
    assert 'error="invalid_request"' in answer.headers["WWW-Authenticate"]


async def test_a_switched_off_person_is_nobody_on_the_next_request(house: House) -> None:
    dewi = await house.make.dewi()
    calling = await house.as_(dewi)
    assert (await calling.get("/v1/me")).status_code == 200

    await house.owner.execute("update principals set active = false where id = $1", dewi.id)

    assert (await calling.get("/v1/me")).status_code == 401


async def test_a_token_for_fewer_scopes_may_do_no_more(house: House) -> None:
    dewi = await house.make.dewi()
    narrow = house.state["key_ring"].issue(dewi.id, 1, frozenset({"regions:read"}), 600, None)
    nobody = await house.as_(None)
    headers = {"Authorization": f"Bearer {narrow}"}

    assert (await nobody.get("/v1/me", headers=headers)).json()["scopes"] == ["me:read", "regions:read"]
    assert (await nobody.get("/v1/regions", headers=headers)).status_code == 200
    assert (await nobody.get("/v1/staff", headers=headers)).status_code == 403


async def test_people_and_machines_learn_who_they_are(house: House) -> None:
    campaign = await house.make.campaign()
    other = await house.make.campaign(code="lain")
    team = await house.make.team(campaign)
    dewi, machine = await house.make.dewi(), await house.make.machine("dinsos-siks", "releases:read")

    siti = (await (await house.as_(team.siti)).get("/v1/me")).json()
    ratna = (await (await house.as_(team.ratna)).get("/v1/me")).json()
    bappeda = (await (await house.as_(dewi)).get("/v1/me")).json()
    client = (await (await house.as_(machine)).get("/v1/me")).json()

    assert (siti["id"], siti["kind"], siti["username"], siti["name"]) == (str(team.siti.id), "staff", "siti", "Siti")
    assert (siti["role"], siti["team_id"], siti["campaign_ids"]) == ("enumerator", str(team.id), [str(campaign)])
    assert (ratna["role"], ratna["team_id"], ratna["campaign_ids"]) == ("coordinator", str(team.id), [str(campaign)])
    assert "visits:write" in siti["scopes"]
    assert set(bappeda["campaign_ids"]) == {str(campaign), str(other)}
    assert (client["kind"], client["username"], client["team_id"]) == ("client", "dinsos-siks", None)
    assert client["scopes"] == ["me:read", "releases:read"]
