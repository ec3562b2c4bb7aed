"""`GET /v1/households/{id}`, its members, and whole numbers for a purpose."""

from uuid import uuid4

import pytest

from tests.support.house import House

NIK, NO_KK = "3573041203850001", "3573040101150002"


async def test_a_strangers_household_looks_absent(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    household = await house.make.household()
    await house.make.assignment(campaign, household, team.siti)

    for stranger in (team.budi, other.ratna, other.siti):
        for path in ("", "/members"):
            answer = await (await house.as_(stranger)).get(f"/v1/households/{household}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for person in (await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).get(f"/v1/households/{household}")
        assert answer.status_code == 403
    dewi = await house.as_(await house.make.dewi())
    assert (await dewi.get(f"/v1/households/{uuid4()}")).status_code == 404
    assert (await dewi.get("/v1/households/35")).status_code == 422


@pytest.mark.parametrize("status", ["submitted", "approved", "completed"])
async def test_numbers_are_masked_once_the_work_is_handed_in(house: House, status: str) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household(nik=NIK, no_kk=NO_KK)
    await house.make.assignment(campaign, household, team.siti, status=status)

    answer = await (await house.as_(team.siti)).get(f"/v1/households/{household}")

    assert NIK not in answer.text
    assert NO_KK not in answer.text


@pytest.mark.parametrize("status", ["open", "downloaded", "returned"])
async def test_the_holder_of_open_work_sees_whole_numbers_and_it_is_on_record(house: House, status: str) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household(nik=NIK, no_kk=NO_KK)
    await house.make.assignment(campaign, household, team.siti, status=status)

    seen = (await (await house.as_(team.siti)).get(f"/v1/households/{household}")).json()

    assert (seen["members"][0]["nik"], seen["families"][0]["no_kk"]) == (NIK, NO_KK)
    assert seen["families"][0]["head_member_id"] == seen["members"][0]["id"]
    assert seen["assignment"]["status"] == status
    assert len(seen["sources"]) == 2
    looks = await house.owner.fetch("select * from disclosures")
    assert [(look["actor_id"], look["household_ids"]) for look in looks] == [(team.siti.id, [household])]
    assert "nik" in looks[0]["fields"]


async def test_coordinator_and_bappeda_see_masks(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household(nik=NIK, no_kk=NO_KK)
    await house.make.assignment(campaign, household, team.siti)

    for person in (team.ratna, await house.make.dewi()):
        answer = await (await house.as_(person)).get(f"/v1/households/{household}")
        assert answer.json()["members"][0]["nik"] == "3573************"
        assert answer.json()["families"][0]["no_kk"] == "3573************"
        members = await (await house.as_(person)).get(f"/v1/households/{household}/members")
        assert [member["name"] for member in members.json()["items"]] == ["Slamet", "Slamet 2"]
        assert NIK not in members.text
    fields = await house.owner.fetch("select fields from disclosures")
    assert {tuple(row["fields"]) for row in fields} == {("names", "address")}


async def test_unchanged_household_is_not_sent_again_until_its_assignment_moves(house: House) -> None:
    campaign = await house.make.campaign()
    household = await house.make.household()
    assignment = await house.make.assignment(campaign, household)
    dewi = await house.as_(await house.make.dewi())
    tag = (await dewi.get(f"/v1/households/{household}")).headers["ETag"]

    same = await dewi.get(f"/v1/households/{household}", headers={"If-None-Match": tag})
    await house.owner.execute("update assignments set revision = 2 where id = $1", assignment)
    moved = await dewi.get(f"/v1/households/{household}", headers={"If-None-Match": tag})

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    assert moved.status_code == 200
    assert await house.owner.fetchval("select count(*) from disclosures") == 2


async def test_the_latest_campaign_is_the_one_shown(house: House) -> None:
    household = await house.make.household()
    for code, year in (("malang-2023", 2023), ("malang-2022", 2022)):
        campaign = await house.make.campaign(code=code)
        await house.owner.execute("update campaigns set starts_on = make_date($2, 11, 2) where id = $1", campaign, year)
        await house.make.assignment(campaign, household)
    dewi = await house.as_(await house.make.dewi())

    seen = (await dewi.get(f"/v1/households/{household}")).json()

    latest = await house.owner.fetchval("select id from campaigns where code = 'malang-2023'")
    assert seen["assignment"]["campaign_id"] == str(latest)


async def test_whole_numbers_need_a_purpose_and_a_permission(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    household = await house.make.household(nik=NIK)
    await house.make.assignment(campaign, household, team.siti)
    url = f"/v1/households/{household}/identities"

    siti = await (await house.as_(team.siti)).get(url, headers={"Purpose": "verification"})
    silent = await (await house.as_(team.ratna)).get(url)
    odd = await (await house.as_(team.ratna)).get(url, headers={"Purpose": NIK})

    assert siti.status_code == 403
    assert (silent.status_code, silent.json()["code"]) == (400, "purpose_required")
    assert odd.status_code == 422
    assert NIK not in odd.text
    assert await house.owner.fetchval("select count(*) from disclosures") == 0


async def test_coordinator_reads_whole_numbers_of_its_team_with_one_disclosure(house: House) -> None:
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    other = await house.make.team(campaign, names=("Tono", "Wati", "Joko"))
    household = await house.make.household(nik=NIK, no_kk=NO_KK)
    await house.make.assignment(campaign, household, team.siti)
    url, headers = f"/v1/households/{household}/identities", {"Purpose": "document_verification"}

    seen = (await (await house.as_(team.ratna)).get(url, headers=headers)).json()
    stranger = await (await house.as_(other.ratna)).get(url, headers=headers)

    assert (seen["members"][0]["nik"], seen["families"][0]["no_kk"]) == (NIK, NO_KK)
    assert seen["members"][1]["nik"] is None
    assert stranger.status_code == 404
    looks = await house.owner.fetch("select * from disclosures")
    assert [(look["purpose"], look["operation"]) for look in looks] == [("document_verification", "read_identities")]
