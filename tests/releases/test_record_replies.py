"""`POST /v1/releases/{id}/replies` and `.csv`: the ministry's answer stands beside the city's verdict."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.releases.decided import Pilot, pilot
from tests.support.house import House


async def endorsed(house: House, *ids: str) -> tuple[Pilot, UUID]:
    """Households of two people each, released and endorsed."""
    season = await pilot(house)
    for external_id in ids:
        await season.household(external_id=external_id)
    made = await season.release()
    answer = await (await house.as_(season.dewi)).post(
        "/v1/endorsements", json={"release_id": str(made), "number": "460/1", "signed_on": "2022-12-30"}
    )
    assert (answer.status_code, answer.json()["endorsed"]) == (201, len(ids)), answer.text
    return season, made


async def reply(season: Pilot, release_id: UUID, *items: tuple[str, str]) -> httpx.Response:
    told = [{"external_id": external_id, "status": status} for external_id, status in items]
    dewi = await season.house.as_(season.dewi)
    return await dewi.post(f"/v1/releases/{release_id}/replies", json={"items": told})


async def statuses(season: Pilot) -> list[tuple[str, str]]:
    rows = await season.house.owner.fetch(
        "select registry_status, verdict_stage from assignments order by household_id"
    )
    return [tuple(row) for row in rows]


def codes(answer: httpx.Response) -> list[tuple[int, str]]:
    told: list[dict[str, Any]] = answer.json()["problems"]
    return [(one["row"], (one["problem"]["errors"] or [{"code": one["problem"]["code"]}])[0]["code"]) for one in told]


async def test_only_bappeda_records_and_reads_answers(house: House) -> None:
    season, made = await endorsed(house, "A")
    people = (season.team.ratna, season.team.siti, await house.make.arif(), await house.make.observer())

    for person in (*people, await house.make.machine("siks", "releases:read")):
        caller = await house.as_(person)
        body = {"items": [{"external_id": "A-1", "status": "accepted"}]}
        assert (await caller.post(f"/v1/releases/{made}/replies", json=body)).status_code == 403, person.name
        assert (await caller.post(f"/v1/releases/{made}/replies.csv", content=b"x")).status_code == 403, person.name
        assert (await caller.get(f"/v1/releases/{made}/replies")).status_code == 403, person.name
    assert await statuses(season) == [("submitted", "endorsed")]


async def test_no_release_no_items_or_too_many_are_refused(house: House) -> None:
    season, made = await endorsed(house, "A")
    dewi = await house.as_(season.dewi)
    item = {"external_id": "A-1", "status": "accepted"}

    assert (await reply(season, uuid4(), ("A-1", "accepted"))).status_code == 404
    for items in ([], [item] * 1001, [item | {"status": "maybe"}], [item | {"external_id": ""}]):
        answer = await dewi.post(f"/v1/releases/{made}/replies", json={"items": items})
        assert answer.status_code == 422
    plain = await dewi.post(f"/v1/releases/{made}/replies.csv", content=b"x", headers={"Content-Type": "text/plain"})
    assert (plain.status_code, plain.json()["code"]) == (415, "not_csv")


async def test_each_answer_is_judged_on_its_own_merits(house: House) -> None:
    season, made = await endorsed(house, "A")

    answer = await reply(season, made, ("Z-9", "accepted"), ("A-1", "accepted"), ("A-1", "refused"))

    assert (answer.json()["recorded"], answer.json()["refused"]) == (1, 2)
    assert codes(answer) == [(1, "unknown_external_id"), (3, "repeated")]


async def test_a_release_that_nobody_endorsed_has_no_answer(house: House) -> None:
    season = await pilot(house)
    await season.household(external_id="A")
    made = await season.release()

    answer = await reply(season, made, ("A-1", "accepted"))

    assert (answer.status_code, codes(answer)) == (200, [(1, "not_endorsed")])
    assert await statuses(season) == [("none", "decided")]


async def test_the_status_follows_the_latest_answers_and_never_the_verdict(house: House) -> None:
    season, made = await endorsed(house, "A")

    for items, status in (
        ([("A-1", "accepted")], "submitted"),
        ([("A-2", "refused")], "refused"),
        ([("A-2", "accepted")], "accepted"),
        ([("A-1", "refused")], "refused"),
    ):
        answer = await reply(season, made, *items)
        assert (answer.status_code, answer.json()["recorded"]) == (200, 1), answer.text
        assert await statuses(season) == [(status, "endorsed")], items
    again = await reply(season, made, ("A-1", "refused"))
    assert (again.json()["recorded"], again.json()["known"]) == (0, 1)
    dewi = await house.as_(season.dewi)
    listed = (await dewi.get(f"/v1/releases/{made}/replies")).json()["items"]
    assert [(one["external_id"], one["status"]) for one in listed] == [
        ("A-1", "accepted"),
        ("A-2", "refused"),
        ("A-2", "accepted"),
        ("A-1", "refused"),
    ]
    eligible = await house.owner.fetchval("select eligibility from assignments")
    assert (eligible, await house.owner.fetchval("select count(*) from verdict_revisions")) == ("eligible", 1)


async def test_an_answer_changes_the_etag_of_the_verdict(house: House) -> None:
    season, made = await endorsed(house, "A")
    dewi = await house.as_(season.dewi)
    verdict = await house.owner.fetchval("select id from verdicts")
    before = (await dewi.get(f"/v1/verdicts/{verdict}")).headers["etag"]

    await reply(season, made, ("A-1", "accepted"), ("A-2", "accepted"))

    after = await dewi.get(f"/v1/verdicts/{verdict}", headers={"If-None-Match": before})
    assert (after.status_code, after.json()["registry_status"]) == (200, "accepted")


async def test_a_file_brings_the_same_answers_and_a_bad_row_stops_nothing(house: House) -> None:
    season, made = await endorsed(house, "A", "B")
    dewi = await house.as_(season.dewi)
    file = (
        '\ufeffexternal_id;status;reason\r\n\'A-1;ACCEPTED;\r\nA-2;accepted;\r\nB-1;refused;"Meninggal; NIK"\r\n'
        "B-2;perhaps;\r\n;accepted;\r\nC-1;accepted\r\n"
    )
    sent = {"content": file.encode(), "headers": {"Content-Type": "text/csv", "Idempotency-Key": "k"}}

    answer = await dewi.post(f"/v1/releases/{made}/replies.csv", **sent)  # type: ignore[arg-type]  # httpx's own words

    assert answer.status_code == 200, answer.text
    assert (answer.json()["recorded"], answer.json()["refused"]) == (3, 3)
    assert codes(answer) == [(5, "enum"), (6, "missing"), (7, "unknown_external_id")]
    assert sorted(await statuses(season)) == [("accepted", "endorsed"), ("refused", "endorsed")]
    assert await house.owner.fetchval("select reason from release_replies where status = 'refused'") == "Meninggal; NIK"
    replayed = await dewi.post(f"/v1/releases/{made}/replies.csv", **sent)  # type: ignore[arg-type]
    assert replayed.headers["idempotency-replayed"] == "true"


async def test_a_file_that_is_none_of_ours_is_422(house: House) -> None:
    season, made = await endorsed(house, "A")
    dewi = await house.as_(season.dewi)

    for body, pointer, code in (
        (b"", "/external_id", "missing"),
        (b"external_id,state\nA-1,accepted\n", "/status", "missing"),
        (b"external_id,status\n\xff\xfe\n", "", "not_utf8"),
        (b"external_id,status\n" + b"x" * 200_000 + b",accepted\n", "", "csv_broken"),
    ):
        answer = await dewi.post(
            f"/v1/releases/{made}/replies.csv", content=body, headers={"Content-Type": "text/csv; charset=utf-8"}
        )
        assert answer.status_code == 422, body[:30]
        assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
