"""`POST /v1/teams/{id}/members` by two at once: the last place is one place, and a person has one team."""

import asyncio

from api.access.roles import Role
from tests.campaigns.test_teams import join
from tests.support.house import House


async def test_the_last_place_of_a_team_is_given_once(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    await house.owner.execute("update campaigns set span = 3")
    dewi = await house.as_(await house.make.dewi())
    people = [await house.make.person(f"E{number}", Role.ENUMERATOR) for number in range(5)]

    answers = await asyncio.gather(*(join(dewi, team.id, person) for person in people))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"team_full"}
    joined = next(person.id for person, answer in zip(people, answers, strict=True) if answer.status_code == 201)
    members = await house.owner.fetch("select staff_id from team_members where ends_on is null order by id")
    assert [row["staff_id"] for row in members] == [team.siti.id, team.budi.id, joined]
    seated = await house.owner.fetch("select id from principals where team_id = $1", team.id)
    assert {row["id"] for row in seated} == {team.ratna.id, team.siti.id, team.budi.id, joined}


async def test_who_joins_two_teams_at_once_is_a_member_of_one(house: House) -> None:
    campaign = await house.make.campaign()
    teams = [await house.make.team(campaign), await house.make.team(campaign, names=("Wati", "Joko", "Tono"))]
    dewi = await house.as_(await house.make.dewi())
    lina = await house.make.person("Lina", Role.ENUMERATOR)

    answers = await asyncio.gather(*(join(dewi, team.id, lina) for team in teams * 3))

    refused = [answer.json()["code"] for answer in answers if answer.status_code != 201]
    assert set(refused) <= {"already_member"}
    open_ones = await house.owner.fetch(
        "select team_id from team_members where staff_id = $1 and ends_on is null", lina.id
    )
    seat = await house.owner.fetchval("select team_id from principals where id = $1", lina.id)
    assert [row["team_id"] for row in open_ones] == [seat], "seen and shared out are one team"
