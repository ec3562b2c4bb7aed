"""`GET /v1/sync/pull`: the first pull, what comes after it, and `downloaded`."""

from uuid import UUID

import httpx

from tests.support.house import House
from tests.support.make import Person, Team
from tests.sync.phone import Phone, empty
from tests.visits.bodies import visit

NIK, NO_KK = "3573041203859901", "3573040101159902"


async def season(house: House, held: int = 3) -> tuple[Team, list[UUID]]:
    """Ratna's team; Siti holds this many households."""
    team = await house.make.team(await house.make.campaign())
    return team, [await give(house, team, team.siti) for _ in range(held)]


async def give(house: House, team: Team, person: Person) -> UUID:
    """One more household in the hands of this person."""
    household = await house.make.household(nik=NIK, no_kk=NO_KK)
    return await house.make.assignment(team.campaign_id, household, person)


async def phone_of(house: House, person: Person, limit: int = 100) -> Phone:
    """A phone of this person."""
    return Phone(await house.as_(person), limit)


async def statuses(house: House) -> list[str]:
    """The states of all assignments."""
    return [row["status"] for row in await house.owner.fetch("select status from assignments order by id")]


async def reassign(house: House, team: Team, assignment: UUID, to: Person) -> httpx.Response:
    """Ratna hands an assignment on."""
    body = {"assignment_ids": [str(assignment)], "enumerator_id": str(to.id), "reason": "Siti sakit"}
    return await (await house.as_(team.ratna)).post("/v1/assignments/reassignments", json=body)


async def test_only_enumerators_pull(house: House) -> None:
    team, _ = await season(house)

    for person in (team.ratna, await house.make.dewi(), await house.make.arif(), await house.make.observer()):
        assert (await (await phone_of(house, person)).ask()).status_code == 403
    assert (await Phone(await house.as_(None)).ask()).status_code == 401
    for limit in (0, 1001):
        answer = await (await phone_of(house, team.siti, limit)).ask()
        assert answer.json()["errors"][0]["pointer"] == "query:limit"


async def test_the_first_pull_brings_everything_once_and_whole(house: House) -> None:
    team, held = await season(house)
    await give(house, team, team.budi)
    phone = await phone_of(house, team.siti, limit=2)
    await house.owner.execute("update campaigns set questionnaire_id = (select id from questionnaires limit 1)")

    first, second = await phone.pull(), await phone.pull()

    assert (first["more"], second["more"]) == (True, False)
    assert [one["id"] for one in (*first["assignments"], *second["assignments"])] == [str(one) for one in held]
    assert set(phone.households) == {one["household_id"] for one in phone.assignments.values()}
    household = first["households"][0]
    assert (household["families"][0]["no_kk"], household["members"][0]["nik"]) == (NO_KK, NIK)
    assert household["families"][0]["head_member_id"] == household["members"][0]["id"]
    assert next(iter(phone.forms.values()))["content"]["sections"]
    assert "visit_outcome" in phone.lists
    assert (second["questionnaires"], second["code_lists"], second["removed"]) == ([], [], [])
    assert empty(await phone.pull())


async def test_one_answer_is_one_look_on_record_and_none_where_nothing_was_shown(house: House) -> None:
    team, _ = await season(house)
    phone = await phone_of(house, team.siti)

    await phone.pull()
    await phone.pull()

    looks = await house.owner.fetch("select actor_id, operation, fields, household_ids from disclosures")
    assert [(look["actor_id"], look["operation"], look["fields"]) for look in looks] == [
        (team.siti.id, "pull_changes", ["names", "address", "nik", "no_kk"])
    ]
    assert {str(household) for household in looks[0]["household_ids"]} == set(phone.households)


async def test_work_is_downloaded_exactly_when_its_cursor_is_presented(house: House) -> None:
    team, _ = await season(house)
    phone = await phone_of(house, team.siti, limit=2)

    await phone.pull()
    assert await statuses(house) == ["open"] * 3
    lost = await phone.ask()  # presents the cursor of the first page, and its answer is lost
    assert await statuses(house) == ["downloaded", "downloaded", "open"]
    assert (await phone.pull())["assignments"] == lost.json()["assignments"]
    assert await statuses(house) == ["downloaded", "downloaded", "open"]
    assert empty(await phone.pull())

    rows = await house.owner.fetch("select status, revision from assignments")
    assert {tuple(row) for row in rows} == {("downloaded", 1)}
    steps = await house.owner.fetch("select event, status, actor_id from assignment_events")
    assert [tuple(step) for step in steps] == [("downloaded", "downloaded", team.siti.id)] * 3


async def test_a_visit_based_on_what_was_downloaded_is_not_stale(house: House) -> None:
    team, held = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    await phone.sync()

    sent = await phone.client.post(
        "/v1/visits", json=visit(held[0], based_on=phone.assignments[str(held[0])]["revision"])
    )

    assert (sent.status_code, sent.json()["flags"]) == (201, [])
    got = await phone.pull()  # the other phone of the same person must learn of it too
    assert [(one["status"], one["revision"]) for one in got["assignments"]] == [("submitted", 2)]


async def test_work_that_is_given_and_taken_arrives_and_goes(house: House) -> None:
    team, held = await season(house)
    siti, budi = await phone_of(house, team.siti), await phone_of(house, team.budi)
    await siti.sync()
    await budi.sync()
    household = siti.assignments[str(held[1])]["household_id"]

    assert (await reassign(house, team, held[1], team.budi)).status_code == 200
    gone, came = await siti.pull(), await budi.pull()

    assert gone["removed"] == [{"kind": "assignment", "id": str(held[1])}, {"kind": "household", "id": household}]
    assert (gone["assignments"], gone["households"]) == ([], [])
    assert [one["id"] for one in came["assignments"]] == [str(held[1])]
    assert [(one["id"], one["members"][0]["nik"]) for one in came["households"]] == [(household, NIK)]
    await budi.pull()
    assert await statuses(house) == ["downloaded"] * 3


async def test_what_went_and_came_back_between_two_pulls_is_there_once(house: House) -> None:
    team, held = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()

    await reassign(house, team, held[0], team.budi)
    await reassign(house, team, held[0], team.siti)
    got = await phone.pull()

    assert (len(got["assignments"]), len(got["households"]), got["removed"]) == (1, 1, [])
    assert got["assignments"][0]["revision"] == 3


async def test_work_that_changed_after_it_was_read_is_not_downloaded_by_the_older_cursor(house: House) -> None:
    team, held = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    await reassign(house, team, held[0], team.budi)
    await reassign(house, team, held[0], team.siti)

    await phone.pull()  # presents the cursor that covers revision 1
    assert await statuses(house) == ["open"]
    await phone.pull()
    assert await statuses(house) == ["downloaded"]


async def test_what_is_returned_comes_with_its_remarks_and_whole_numbers(house: House) -> None:
    team, held = await season(house, 1)
    sent = visit(held[0])
    phone = await phone_of(house, team.siti)
    await phone.client.post("/v1/visits", json=sent)
    await phone.sync()
    household = next(iter(phone.households.values()))
    assert household["members"][0]["nik"] == "3573************"
    verdict = await house.owner.fetchval("select id from verdicts")
    review = {
        "decision": "return",
        "comment": "Periksa lantai",
        "remarks": [{"pointer": "/answers/floor", "comment": "Tanah?"}],
    }
    assert (await (await house.as_(team.ratna)).post(f"/v1/verdicts/{verdict}/reviews", json=review)).status_code == 200

    got = await phone.pull()

    assert got["assignments"][0]["status"] == "returned"
    returned = got["verdicts"][0]
    assert (returned["assignment_id"], returned["return_comment"]) == (str(held[0]), "Periksa lantai")
    assert returned["remarks"] == [{"number": 1, "pointer": "/answers/floor", "comment": "Tanah?"}]
    assert got["households"][0]["members"][0]["nik"] == NIK


async def test_a_household_that_is_corrected_comes_again_and_only_to_its_holder(house: House) -> None:
    team, held = await season(house, 2)
    siti, budi = await phone_of(house, team.siti), await phone_of(house, team.budi)
    await siti.sync()
    await budi.sync()
    household = siti.assignments[str(held[0])]["household_id"]
    ratna = await house.as_(team.ratna)
    seen = (await ratna.get(f"/v1/households/{household}")).headers["ETag"]

    corrected = await ratna.patch(
        f"/v1/households/{household}", json={"address": "JL. JANTI 7", "reason": "Pindah"}, headers={"If-Match": seen}
    )
    got = await siti.pull()

    assert corrected.status_code == 200, corrected.text
    assert [one["address"] for one in got["households"]] == ["JL. JANTI 7"]
    assert (got["assignments"], got["removed"]) == ([], [])
    assert empty(await budi.pull())


async def test_closing_a_campaign_takes_everything_back(house: House) -> None:
    team, held = await season(house, 2)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    dewi = await house.as_(await house.make.dewi())
    for status in ("review", "closed"):
        seen = (await dewi.get(f"/v1/campaigns/{team.campaign_id}")).headers["ETag"]
        moved = await dewi.patch(
            f"/v1/campaigns/{team.campaign_id}", json={"status": status}, headers={"If-Match": seen}
        )
        assert moved.status_code == 200, moved.text

    got = await phone.pull()

    assert {gone["id"] for gone in got["removed"] if gone["kind"] == "assignment"} == {str(one) for one in held}
    assert (phone.assignments, phone.households) == ({}, {})


async def test_forms_come_again_only_when_a_newer_one_is_published(house: House) -> None:
    team, _ = await season(house, 1)
    await house.owner.execute("update campaigns set questionnaire_id = (select id from questionnaires limit 1)")
    phone = await phone_of(house, team.siti)
    await phone.sync()
    form, kept = next(iter(phone.forms.items()))
    dewi = await house.as_(await house.make.dewi())
    versions = f"/v1/questionnaires/{form}/versions"

    assert (await dewi.post(versions, json={"content": kept["content"]})).status_code == 201
    assert empty(await phone.pull())  # a draft is nobody's form
    seen = {"If-Match": (await dewi.get(f"{versions}/2")).headers["ETag"]}
    assert (await dewi.patch(f"{versions}/2", json={"status": "published"}, headers=seen)).status_code == 200

    got = await phone.pull()
    assert [one["version"] for one in got["questionnaires"]] == [2]
    assert got["code_lists"] == []
    assert empty(await phone.pull())


async def test_a_pull_that_finds_nothing_new_is_304_and_one_that_does_never_is(house: House) -> None:
    team, held = await season(house, 1)
    phone = await phone_of(house, team.siti)
    await phone.sync()
    assert phone.etag is not None

    same = await phone.ask(**{"If-None-Match": phone.etag})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", phone.etag)
    assert await statuses(house) == ["downloaded"]

    await reassign(house, team, held[0], team.budi)
    lost = await phone.ask(**{"If-None-Match": phone.etag})
    again = await phone.ask(**{"If-None-Match": lost.headers["ETag"]})
    assert (lost.status_code, again.status_code) == (200, 200)
    assert again.json()["removed"] == lost.json()["removed"] != []
