"""`PATCH /v1/households/{id}`: its people and family cards."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from api.core.vault import Vault
from tests.support.house import House
from tests.support.make import Team
from tests.visits.bodies import visit

NIK, OTHER_NIK = "3573041203850001", "3573041203850002"
NO_KK = "3573040101150002"
ANY = {"If-Match": "*"}


async def ours(house: House) -> tuple[Team, UUID, list[UUID]]:
    """Siti's household of a head with a NIK and a child; its people in order."""
    team = await house.make.team(await house.make.campaign())
    household = await house.make.household(nik=NIK)
    await house.make.assignment(team.campaign_id, household, team.siti)
    rows = await house.owner.fetch("select id from members where household_id = $1 order by line", household)
    return team, household, [row["id"] for row in rows]


async def test_enumerators_and_other_teams_correct_nobody(house: House) -> None:
    team, household, (head, _) = await ours(house)
    other = await house.make.team(team.campaign_id, names=("Tono", "Wati", "Joko"))
    body = {"members": [{"id": str(head), "name": "Selamet"}]}

    answers = [
        await (await house.as_(person)).patch(f"/v1/households/{household}", json=body, headers=ANY)
        for person in (team.siti, other.ratna)
    ]

    assert [answer.status_code for answer in answers] == [403, 404]
    assert await house.owner.fetchval("select name from members where id = $1", head) == "Slamet"
    assert await house.owner.fetchval("select count(*) from household_revisions") == 0


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"name": None}, "/members/0", "null_not_allowed"),
        ({"sex": None}, "/members/0", "null_not_allowed"),
        ({"relation": "cousin"}, "/members/0/relation", "enum"),
        ({"relation": "child"}, "/members", "one_head_a_family"),
        ({"born_on": "2094-01-01"}, "/members/0/born_on", "in_the_future"),
        ({"nik": None}, "/members/0/nik_missing_reason", "nik_or_reason"),
        ({"nik_missing_reason": "infant"}, "/members/0/nik_missing_reason", "nik_or_reason"),
        ({"nik": "3573041203850000"}, "/members/0/nik", "nik_serial_0000"),
        ({"id": str(uuid4())}, "/members/0/id", "unknown_member"),
        ({"whereabouts": "present"}, "/members/0", "extra_forbidden"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_field(
    house: House, changes: dict[str, Any], pointer: str, code: str
) -> None:
    team, household, (head, _) = await ours(house)
    ratna = await house.as_(team.ratna)

    answer = await ratna.patch(
        f"/v1/households/{household}", json={"members": [{"id": str(head)} | changes]}, headers=ANY
    )

    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert await house.owner.fetchval("select revision from households") == 1


async def test_a_number_stands_once_in_a_household_and_a_person_once_in_a_body(house: House) -> None:
    team, household, (head, child) = await ours(house)
    ratna = await house.as_(team.ratna)
    bodies: list[tuple[dict[str, Any], str, str]] = [
        ({"members": [{"id": str(child), "nik": NIK}]}, "/members/0/nik", "number_twice"),
        ({"members": [{"id": str(child), "name": "A"}] * 2}, "/members/1/id", "repeated"),
        ({"families": [{"no": 1, "no_kk": NO_KK}] * 2}, "/families/1/no", "repeated"),
        ({"families": [{"no": 7, "no_kk": NO_KK}]}, "/families/0/no", "unknown_family"),
        (
            {"families": [{"no": 1, "no_kk": NO_KK}], "members": [{"id": str(child), "nik": NO_KK}]},
            "/members/0/nik",
            "number_twice",
        ),
        ({"visit_id": str(uuid4()), "rt": "001"}, "/visit_id", "visit_of_another_household"),
        ({"status": "merged"}, "/status", "enum"),
    ]

    for body, pointer, code in bodies:
        answer = await ratna.patch(f"/v1/households/{household}", json=body, headers=ANY)
        assert answer.status_code == 422, body
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert NIK not in str(await house.owner.fetch("select detail from audit_events"))
    assert await house.owner.fetchval("select name from members where id = $1", head) == "Slamet"


async def test_a_coordinator_applies_what_a_visit_found(house: House, vault: Vault) -> None:
    team, household, (head, child) = await ours(house)
    assignment = await house.owner.fetchval("select id from assignments")
    knock = visit(assignment, location=None)
    assert (await (await house.as_(team.siti)).post("/v1/visits", json=knock)).status_code == 201
    ratna = await house.as_(team.ratna)
    tag = (await ratna.get(f"/v1/households/{household}")).headers["ETag"]
    body = {
        "visit_id": knock["id"],
        "members": [
            {"id": str(head), "name": "Selamet Riyadi", "nik": OTHER_NIK},
            {"id": str(child), "sex": "female", "born_on": None, "nik_missing_reason": "infant"},
        ],
        "families": [{"no": 1, "no_kk": NO_KK}],
    }

    answer = await ratna.patch(f"/v1/households/{household}", json=body, headers={"If-Match": tag})
    again = await ratna.patch(f"/v1/households/{household}", json=body, headers={"If-Match": "*"})

    seen = answer.json()
    assert (answer.status_code, seen["head_name"], seen["revision"]) == (200, "Selamet Riyadi", 2)
    assert (again.status_code, again.json()["revision"]) == (200, 2), "the same correction changes nothing"
    stored = await house.owner.fetchrow("select * from members where id = $1", head)
    assert vault.open("member.nik", head, stored["nik"]) == OTHER_NIK
    assert stored["nik_index"] == vault.index("nik", OTHER_NIK)
    card = await house.owner.fetchrow("select * from families")
    assert vault.open("family.no_kk", card["id"], card["no_kk"]) == NO_KK

    told = (await ratna.get(f"/v1/households/{household}/history")).json()["items"][0]
    assert (told["cause"], told["cause_id"], told["author_id"]) == ("correction", knock["id"], str(team.ratna.id))
    assert {change["pointer"]: (change["from"], change["to"]) for change in told["changes"]} == {
        "/head_name": ("Slamet", "Selamet Riyadi"),
        f"/members/{head}/name": ("Slamet", "Selamet Riyadi"),
        f"/members/{head}/nik": ("3573************", "3573************"),
        f"/members/{child}/sex": ("male", "female"),
        f"/members/{child}/born_on": ("1985-03-12", None),
        f"/members/{child}/nik_missing_reason": (None, "infant"),
        "/families/1/no_kk": (None, "3573************"),
    }
    noted = await house.owner.fetchval("select detail::text from audit_events where action = 'household.corrected'")
    assert all(secret not in noted for secret in (NIK, OTHER_NIK, NO_KK, "Selamet", str(head)))
    assert "members/nik" in noted


async def test_the_head_may_be_changed_with_its_successor(house: House) -> None:
    _, household, (head, child) = await ours(house)
    dewi = await house.as_(await house.make.dewi())
    body = {"members": [{"id": str(head), "relation": "parent"}, {"id": str(child), "relation": "head"}]}

    answer = await dewi.patch(f"/v1/households/{household}", json=body, headers={"If-Match": '"1"'})

    assert (answer.status_code, answer.json()["head_name"]) == (200, "Slamet 2")
