"""`GET /v1/households/{id}/disclosures`: who saw this household."""

from uuid import uuid4

from tests.support.house import House


async def test_only_bappeda_reads_who_looked(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    household = await house.make.household()
    await house.make.assignment(team.campaign_id, household, team.siti)
    dewi = await house.make.dewi()

    url = f"/v1/households/{household}/disclosures"
    callers = (team.siti, team.ratna, await house.make.arif(), await house.make.observer(), None)
    answers = [await (await house.as_(caller)).get(url) for caller in callers]
    unknown = await (await house.as_(dewi)).get(f"/v1/households/{uuid4()}/disclosures")
    bad = await (await house.as_(dewi)).get(f"{url}?cursor=WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDBd")

    assert [answer.status_code for answer in answers] == [403, 403, 403, 403, 401]
    assert (unknown.status_code, bad.status_code) == (404, 422)


async def test_each_answer_that_showed_the_household_is_listed(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    household, other = await house.make.household(), await house.make.household()
    for one in (household, other):
        await house.make.assignment(team.campaign_id, one, team.siti)
    dewi = await house.as_(await house.make.dewi())
    await (await house.as_(team.siti)).get(f"/v1/households/{household}")
    await (await house.as_(team.siti)).get(f"/v1/households/{other}")
    purpose = {"Purpose": "document_verification"}
    await (await house.as_(team.ratna)).get(f"/v1/households/{household}/identities", headers=purpose)
    await (await house.as_(team.ratna)).get("/v1/households")

    url = f"/v1/households/{household}/disclosures"
    first = (await dewi.get(f"{url}?limit=2")).json()
    second = (await dewi.get(url, params={"limit": 2, "cursor": first["next"]})).json()

    looks = [*first["items"], *second["items"]]
    assert [(look["actor_role"], look["operation"], look["purpose"]) for look in looks] == [
        ("coordinator", "list_households", None),
        ("coordinator", "read_identities", "document_verification"),
        ("enumerator", "read_household", None),
    ]
    assert second["next"] is None
    assert (looks[2]["actor_id"], looks[2]["actor_kind"]) == (str(team.siti.id), "staff")
    assert "nik" in looks[1]["fields"]


async def test_looks_are_found_by_the_index_and_not_by_reading_them_all(house: House) -> None:
    await house.owner.execute(
        "insert into disclosures (at, actor_id, operation, fields, household_ids, request_id)"
        " select now(), gen_random_uuid(), 'list_households', '{}', array[gen_random_uuid()], 'r'"
        " from generate_series(1, 20000)"
    )
    await house.owner.execute("analyze disclosures")
    await house.owner.execute("set role sambang_bappeda")

    plan = await house.owner.fetch(
        "explain select d.seq from disclosures d where d.household_ids @> array[$1::uuid]"
        " and d.seq < 9223372036854775807 order by d.seq desc limit 101",
        uuid4(),
    )
    await house.owner.execute("reset role")

    assert "ix_disclosures_households" in str(plan)
