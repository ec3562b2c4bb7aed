"""A restricted person: nobody but Bappeda reads the row, and no release holds it."""

import re
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from api.core.settings import Settings
from tests.attachments.shots import announced, path_of, shot
from tests.releases.decided import Pilot
from tests.support.dirt import nik
from tests.support.house import House
from tests.support.make import Team
from tests.visits.bodies import visit


async def heads_of(house: House, household: UUID) -> UUID:
    found: UUID = await house.owner.fetchval(
        "select id from members where household_id = $1 and relation = 'head'", household
    )
    return found


async def known(house: House) -> tuple[Team, UUID, UUID]:
    """Siti's household of Slamet, and its head."""
    team = await house.make.team(await house.make.campaign())
    household = await house.make.household(nik=nik(1))
    await house.make.assignment(team.campaign_id, household, team.siti)
    return team, household, await heads_of(house, household)


async def restrict(house: House, who: Any, household: UUID, member: UUID, restricted: bool = True) -> int:
    body = {"member_id": str(member), "restricted": restricted, "reason": "permohonan keluarga"}
    return (await (await house.as_(who)).post(f"/v1/households/{household}/restrictions", json=body)).status_code


async def test_only_bappeda_restricts_and_only_a_person_of_the_household(house: House) -> None:
    (team, household, head), dewi, arif = await known(house), await house.make.dewi(), await house.make.arif()

    refused = [await restrict(house, who, household, head) for who in (None, team.siti, team.ratna, arif)]

    assert refused == [401, 403, 403, 403]
    assert await restrict(house, dewi, household, uuid7()) == 404
    assert await restrict(house, dewi, uuid7(), head) == 404
    assert await house.owner.fetchval("select count(*) from members where restricted_at is not null") == 0


async def test_the_field_no_longer_reads_the_person(house: House) -> None:
    (team, household, head), dewi = await known(house), await house.make.dewi()
    siti, ratna, bappeda = await house.as_(team.siti), await house.as_(team.ratna), await house.as_(dewi)
    path = f"/v1/households/{household}"
    correction = {"members": [{"id": str(head), "name": "Slamet Riyadi"}], "reason": "salah tulis"}
    etag = (await ratna.get(path)).headers["etag"]
    await ratna.patch(path, json=correction, headers={"If-Match": etag})

    assert await restrict(house, dewi, household, head) == 204
    assert await restrict(house, dewi, household, head) == 204

    for client in (siti, ratna):
        seen = [(await client.get(place)).text for place in (path, f"{path}/history", "/v1/households")]
        assert str(head) not in "".join(seen)
        assert "Slamet Riyadi" not in "".join(seen)
    pulled = (await siti.get("/v1/sync/pull")).json()
    assert [len(one["members"]) for one in pulled["households"]] == [1]
    assert (await siti.post("/v1/households/search", json={"nik": nik(1)})).json()["items"] == []
    assert (await ratna.post("/v1/households/search", json={"nik": nik(1)})).json()["items"] == []
    purpose = {"Purpose": "verification"}
    assert len((await ratna.get(f"{path}/identities", headers=purpose)).json()["members"]) == 1
    assert len((await bappeda.get(path)).json()["members"]) == 2
    whole = await bappeda.get(path)
    assert whole.json()["head_name"] == "(dibatasi)"
    assert await house.owner.fetchval("select count(*) from audit_events where action = 'member.restricted'") == 1
    assert await restrict(house, dewi, household, head, restricted=False) == 204
    assert (await siti.get(path)).json()["head_name"] == "Slamet Riyadi"


async def test_a_correction_of_somebody_else_brings_no_restricted_name_back(house: House) -> None:
    (team, household, head), dewi = await known(house), await house.make.dewi()
    path = f"/v1/households/{household}"
    wife = await house.owner.fetchval("select id from members where household_id = $1 and id <> $2", household, head)
    assert await restrict(house, dewi, household, head) == 204

    for who, name in ((dewi, "Siti Rahayu"), (team.ratna, "Siti Rahayu Ningsih")):
        client = await house.as_(who)
        correction = {"members": [{"id": str(wife), "name": name}], "reason": "salah tulis"}
        etag = (await client.get(path)).headers["etag"]
        assert (await client.patch(path, json=correction, headers={"If-Match": etag})).status_code == 200
        assert (await client.get(path)).json()["head_name"] == "(dibatasi)"


async def test_a_split_calls_no_household_by_a_restricted_person(house: House) -> None:
    (_, household, head), dewi = await known(house), await house.make.dewi()
    wife = await house.owner.fetchval("select id from members where household_id = $1 and id <> $2", household, head)
    for member in (head, wife):
        assert await restrict(house, dewi, household, member) == 204
    bappeda = await house.as_(dewi)

    parts = {"reason": "dua dapur", "households": [{"member_ids": [str(wife)], "head_member_id": str(wife)}]}
    made = await bappeda.post(f"/v1/households/{household}/splits", json=parts)

    assert made.status_code == 201, made.text
    for one in (household, made.json()["household_ids"][0]):
        assert (await bappeda.get(f"/v1/households/{one}")).json()["head_name"] == "(dibatasi)"


async def test_a_release_leaves_the_person_out(house: House, wanted: Settings) -> None:
    dewi = await house.make.dewi()
    pilot = Pilot(house, await house.make.team(await house.make.campaign()), dewi)
    household = await pilot.household(head="Slamet Riyadi", nik=nik(1))
    await restrict(house, dewi, household, await heads_of(house, household))
    bappeda = await house.as_(dewi)

    made = await bappeda.post("/v1/releases", json={"campaign_id": str(pilot.campaign_id)})

    files = [
        (await bappeda.get(f"/v1/releases/{made.json()['id']}/files/{name}")).text
        for name in ("households.csv", "members.csv", "dtks_update.csv")
    ]
    assert "Slamet Riyadi 2" in files[1]
    assert all("Slamet Riyadi," not in file and nik(1) not in file for file in files)
    assert "(dibatasi)" in files[0]
    stored = await house.owner.fetch("select name from released_members")
    assert [row["name"] for row in stored] == ["Slamet Riyadi 2"]


async def test_nothing_else_tells_the_field_of_the_person(house: House) -> None:
    """Who spoke at the door, photos, what waits in quarantine, lists, searches, the feed: before and after."""
    (team, household, head), dewi = await known(house), await house.make.dewi()
    assignment = await house.owner.fetchval("select id from assignments")
    siti, ratna, bappeda = await house.as_(team.siti), await house.as_(team.ratna), await house.as_(dewi)
    name, photo = "Slamet Riyadi", shot()
    said = visit(
        assignment, respondent={"name": name, "relation": "head"},
        members=[{"id": str(head), "whereabouts": "present", "name": name}], attachments=announced(photo),
    )  # fmt: skip
    assert (await siti.post("/v1/visits", json=said)).status_code == 201
    picture = path_of(said["id"])
    sent = await siti.put(picture, content=photo, headers={"Content-Type": "image/jpeg"})
    assert sent.status_code == 201, sent.text
    stale = said | {"id": str(uuid7()), "members": [said["members"][0] | {"id": str(uuid7())}]}
    push = await siti.post("/v1/sync/push", json={"device_id": "phone-1", "visits": [stale]})
    waits = push.json()["results"][0]["receipt"]
    cursor = (await siti.get("/v1/sync/pull")).json()["cursor"]
    visits, reads = f"/v1/visits/{said['id']}", []
    for _ in range(2):
        seen = {}
        for who, client in (("siti", siti), ("ratna", ratna), ("dewi", bappeda)):
            paths = (
                visits,
                "/v1/visits",
                "/v1/households",
                "/v1/verdicts",
                "/v1/quarantine",
                f"/v1/quarantine/{waits}",
            )
            text = "".join([(await client.get(path)).text for path in paths])
            found = await client.post("/v1/households/search", json={"member_name": name, "born_on": "1985-03-12"})
            seen[who] = (name in text, (await client.get(picture)).status_code, len(found.json()["items"]))
        reads.append(seen)
        assert await restrict(house, dewi, household, head) == 204

    assert [reads[0][who][:2] for who in ("siti", "ratna", "dewi")] == [(True, 200)] * 3
    assert reads[1]["siti"] == reads[1]["ratna"] == (False, 404, 0)
    assert reads[1]["dewi"][:2] == (True, 200)
    later = await siti.get("/v1/sync/pull", params={"cursor": cursor})
    assert [person["id"] for one in later.json()["households"] for person in one["members"]] != []
    assert str(head) not in later.text
    assert "Slamet" not in [one["head_name"] for one in later.json()["households"]]
    assert (await siti.get(visits)).json()["respondent"] == {"name": None, "relation": "head"}
    assert await restrict(house, dewi, household, head, restricted=False) == 204
    assert (await ratna.get(picture)).status_code == 200


async def test_what_people_wrote_no_longer_names_the_person(house: House) -> None:
    """Answers, remarks, comments, reasons: a word of the name is struck out, and nobody's cache keeps it."""
    (team, household, head), dewi = await known(house), await house.make.dewi()
    assignment = await house.owner.fetchval("select id from assignments")
    await house.owner.execute("update members set name = case id when $1 then 'Slamet Riyadi' else 'Aminah' end", head)
    siti, ratna, bappeda = await house.as_(team.siti), await house.as_(team.ratna), await house.as_(dewi)
    said = visit(
        assignment, answers={"catatan": "Istri SLAMET sakit", "lain": {"kata": ["kata Riyadi"]}},
        members=[{"id": str(uuid7()), "whereabouts": "new", "name": "Wulan", "mother_name": "Slamet Riyadi"}],
        remarks=[{"pointer": "/answers/catatan", "comment": "slamet pergi"}],
    )  # fmt: skip
    said["verdict"] = said["verdict"] | {"comment": "Slamet mampu"}
    sent = await siti.post("/v1/visits", json=said)
    assert sent.status_code == 201, sent.text
    waits = visit(assignment, based_on=1, answers={"catatan": "Slamet"}, started_at="2022-11-03T10:00:00+07:00")
    push = await siti.post("/v1/sync/push", json={"device_id": "phone-1", "visits": [waits]})
    await house.owner.execute("update campaigns set questionnaire_id = (select id from questionnaires limit 1)")
    (verdict,) = (await siti.get("/v1/verdicts")).json()["items"]
    back = {"decision": "return", "comment": "Tanya Slamet lagi", "remarks": [said["remarks"][0]]}
    assert (await ratna.post(f"/v1/verdicts/{verdict['id']}/reviews", json=back)).status_code == 200
    etag = (await ratna.get(f"/v1/households/{household}")).headers["etag"]
    wrong = {"rt": "009", "reason": "Kata Slamet RT salah"}
    assert (await ratna.patch(f"/v1/households/{household}", json=wrong, headers={"If-Match": etag})).status_code == 200
    one, verdicts = f"/v1/visits/{said['id']}", f"/v1/verdicts/{verdict['id']}"
    quarantined = push.json()["results"][0]
    everywhere = {
        siti: (
            one, verdicts, f"{verdicts}/history", "/v1/verdicts", "/v1/sync/pull",
            f"/v1/formgear/assignments/{assignment}",
        ),
        ratna: (
            one, verdicts, f"{verdicts}/history", "/v1/verdicts", f"/v1/assignments/{assignment}/history",
            f"/v1/households/{household}/history", f"/v1/quarantine/{quarantined['receipt']}",
        ),
    }  # fmt: skip
    assert quarantined["status"] == "quarantined", push.text

    async def naming() -> list[str]:
        return [
            path
            for client, paths in everywhere.items()
            for path in paths
            if re.search("slamet|riyadi", (await client.get(path)).text, re.IGNORECASE)
        ]

    assert await naming() == [path for paths in everywhere.values() for path in paths], "each shows it before"
    kept = {path: (await ratna.get(path)).headers["etag"] for path in (one, verdicts)}

    assert await restrict(house, dewi, household, head) == 204

    assert await naming() == []
    for path, seen in kept.items():
        assert (await ratna.get(path, headers={"If-None-Match": seen})).status_code == 200, (
            "a cache would keep the name"
        )
        again = (await ratna.get(path)).headers["etag"]
        assert (await ratna.get(path, headers={"If-None-Match": again})).status_code == 304
        assert (await bappeda.get(path, headers={"If-None-Match": seen})).status_code == 304, "Bappeda reads it all"
    assert (await ratna.get(one)).json()["answers"]["catatan"] == "Istri (dibatasi) sakit"
    assert await restrict(house, dewi, household, head, restricted=False) == 204
    for path, seen in kept.items():
        assert (await ratna.get(path, headers={"If-None-Match": seen})).status_code == 304
