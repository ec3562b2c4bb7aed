"""`POST /v1/releases/{id}/replies` about households: by the ids that the release froze, beside those of people."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.releases.decided import Pilot, pilot
from tests.releases.test_record_replies import codes, statuses
from tests.support.house import House


async def endorsed(house: House, *ids: str) -> tuple[Pilot, UUID, UUID]:
    """A household that the DTKS calls so, of two people (A-1 and A-2), released and endorsed."""
    season = await pilot(house)
    home = await season.household(external_id="A")
    await season.called(home, *ids)
    made = await season.release()
    letter = {"release_id": str(made), "number": "460/1", "signed_on": "2022-12-30"}
    assert (await (await house.as_(season.dewi)).post("/v1/endorsements", json=letter)).status_code == 201
    return season, made, home


async def reply(season: Pilot, release: UUID, *items: tuple[str, str, str]) -> httpx.Response:
    dewi = await season.house.as_(season.dewi)
    told = [{"unit": unit, "external_id": id_, "status": status} for unit, id_, status in items]
    return await dewi.post(f"/v1/releases/{release}/replies", json={"items": told})


async def status_of(season: Pilot) -> str:
    [(status, stage)] = await statuses(season)
    assert stage == "endorsed"
    return status


async def test_an_id_of_the_other_unit_or_of_no_household_is_refused(house: House) -> None:
    season, made, home = await endorsed(house, "B-9")

    answer = await reply(
        season,
        made,
        ("household", "A-1", "accepted"),
        ("person", "B-9", "accepted"),
        ("person", str(home), "accepted"),
        ("household", str(uuid4()), "accepted"),
    )
    odd = await reply(season, made, ("family", "B-9", "accepted"))

    assert codes(answer) == [(row, "unknown_external_id") for row in (1, 2, 3, 4)]
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/items/0/unit")
    assert await status_of(season) == "submitted"


async def test_a_household_that_was_not_sent_or_is_named_twice_is_refused(house: House) -> None:
    season, made, home = await endorsed(house, "B-9")
    other = await season.household(external_id="C", rt="009")
    second = await season.release()

    unsent = await reply(season, second, ("household", str(other), "accepted"), ("household", "B-9", "accepted"))
    twice = await reply(season, made, ("household", "B-9", "accepted"), ("household", str(home), "refused"))

    assert codes(unsent) == [(1, "not_endorsed")]
    assert (codes(twice), twice.json()["recorded"]) == ([(2, "repeated")], 1)


async def test_one_refusal_is_refused_and_an_accepted_household_needs_no_answer_about_its_people(house: House) -> None:
    season, made, _ = await endorsed(house, "B-9")

    for item, status in (
        (("person", "A-1", "accepted"), "submitted"),
        (("household", "B-9", "accepted"), "accepted"),
        (("person", "A-2", "refused"), "refused"),
        (("household", "B-9", "refused"), "refused"),
        (("person", "A-2", "accepted"), "refused"),
        (("household", "B-9", "accepted"), "accepted"),
    ):
        answer = await reply(season, made, item)
        assert (answer.json()["recorded"], await status_of(season)) == (1, status), item
    again = await reply(season, made, ("household", "B-9", "accepted"))
    assert (again.json()["recorded"], again.json()["known"]) == (0, 1)


async def test_people_alone_settle_a_household_that_the_dtks_counts_too(house: House) -> None:
    season, made, _ = await endorsed(house, "B-9")

    await reply(season, made, ("person", "A-1", "accepted"), ("person", "A-2", "accepted"))

    assert await status_of(season) == "accepted"


async def test_a_household_without_an_id_of_the_dtks_goes_by_the_one_in_our_files(house: House) -> None:
    season, made, home = await endorsed(house)
    await house.owner.execute("delete from household_sources")
    named = (await season.rows(made, "households.csv"))[0]

    answer = await reply(season, made, ("household", named["household_id"], "refused"))

    assert (named["dtks_ids"], answer.json()["recorded"], await status_of(season)) == ("", 1, "refused")
    await reply(season, made, ("household", str(home), "accepted"))
    assert await status_of(season) == "accepted"


async def test_merged_households_are_answered_one_by_one_or_at_once(house: House) -> None:
    season, made, home = await endorsed(house, "B-1", "B-2")
    assert [row["dtks_ids"] for row in await season.rows(made, "households.csv")] == ["B-1;B-2"]

    for item, status in (
        (("household", "B-1", "accepted"), "submitted"),
        (("household", "B-2", "refused"), "refused"),
        (("household", str(home), "accepted"), "accepted"),
        (("household", "B-1", "refused"), "refused"),
    ):
        assert (await reply(season, made, item)).json()["recorded"] == 1
        assert await status_of(season) == status, item
    kept = await house.owner.fetch("select external_id, status from release_replies order by id")
    assert [tuple(row) for row in kept][2:] == [("B-2", "accepted"), ("B-1", "refused")]


async def test_the_ids_are_those_that_were_released(house: House) -> None:
    season, made, home = await endorsed(house, "B-9")
    await house.owner.execute("update household_sources set external_id = 'B-NEW' where member_id is null")

    answer = await reply(season, made, ("household", "B-NEW", "accepted"), ("household", "B-9", "accepted"))

    assert (codes(answer), await status_of(season)) == ([(1, "unknown_external_id")], "accepted")
    kept = await house.owner.fetchval(
        "select external_ids::text from released_households where household_id = $1", home
    )
    assert kept == '{"dtks": ["B-9"]}'


@pytest.mark.parametrize("separator", [",", ";"])
async def test_a_file_says_in_a_column_which_rows_are_households(house: House, separator: str) -> None:
    season, made, home = await endorsed(house, "B-9")
    rows = ("external_id,status,reason,unit", "A-1,accepted,,", "'B-9,REFUSED,Ganda,Household", "A-2,accepted,,rumah")
    dewi = await house.as_(season.dewi)

    answer = await dewi.post(
        f"/v1/releases/{made}/replies.csv",
        content="\r\n".join(rows).replace(",", separator).encode(),
        headers={"Content-Type": "text/csv"},
    )
    listed = (await dewi.get(f"/v1/releases/{made}/replies?unit=household")).json()["items"]

    assert (answer.json()["recorded"], codes(answer)) == (2, [(4, "enum")])
    assert await status_of(season) == "refused"
    assert [(one["household_id"], one["unit"], one["external_id"], one["reason"]) for one in listed] == [
        (str(home), "household", "B-9", "Ganda")
    ]
