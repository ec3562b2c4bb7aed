"""`GET /v1/releases/{id}/differences?against={other}`."""

from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from tests.releases.decided import Pilot, pilot
from tests.support.house import House
from tests.support.make import WHEN, Person


async def compared(here: Pilot, release: UUID, against: UUID, query: str = "", person: Person | None = None) -> dict:  # type: ignore[type-arg]
    client = await here.house.as_(person or here.dewi)
    answer = await client.get(f"/v1/releases/{release}/differences?against={against}{query}")
    assert answer.status_code == 200, answer.text
    told: dict = answer.json()  # type: ignore[type-arg]
    return told


async def test_strangers_compare_nothing(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release = await here.release()

    for person in (here.team.ratna, here.team.siti, await house.make.arif(), await house.make.observer()):
        answer = await (await house.as_(person)).get(f"/v1/releases/{release}/differences?against={release}")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), person.name


async def test_both_releases_must_be_there(house: House) -> None:
    here = await pilot(house)
    await here.household()
    release, dewi = await here.release(), await house.as_(here.dewi)

    answer = await dewi.get(f"/v1/releases/{release}/differences?against={uuid7()}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query:against")
    assert answer.json()["errors"][0]["code"] == "unknown_release"
    assert (await dewi.get(f"/v1/releases/{release}/differences")).status_code == 422
    assert (await dewi.get(f"/v1/releases/{release}/differences?against={release}&cursor=x")).status_code == 422
    assert (await dewi.get(f"/v1/releases/{uuid7()}/differences?against={release}")).status_code == 404


async def test_a_release_differs_in_nothing_from_itself_or_from_its_like(house: House) -> None:
    here = await pilot(house)
    await here.household(receives=(("pkh", "dtks"),))
    first, second = await here.release(), await here.release()

    assert await compared(here, first, first) == {"items": [], "next": None}
    assert await compared(here, second, first) == {"items": [], "next": None}


async def test_added_removed_and_changed_households_are_told_apart(house: House) -> None:
    here = await pilot(house)
    same, changed, gone = await here.household(), await here.household(head="Slamet"), await here.household()
    first = await here.release()
    await here.amend(changed, eligibility="not_eligible")
    await house.owner.execute("update households set head_name = 'Paimin', rt = '009' where id = $1", changed)
    await house.owner.execute("update assignments set verdict_stage = 'proposed' where household_id = $1", gone)
    new = await here.household()
    second = await here.release()

    told = {one["household_id"]: one for one in (await compared(here, second, first))["items"]}
    other_way = {one["household_id"]: one for one in (await compared(here, first, second))["items"]}

    assert str(same) not in told
    assert {key: one["change"] for key, one in told.items()} == {
        str(changed): "changed", str(gone): "removed", str(new): "added",
    }  # fmt: skip
    assert told[str(changed)]["fields"] == {
        "head_name": {"before": "Slamet", "after": "Paimin"},
        "rt": {"before": "003", "after": "009"},
        "eligibility": {"before": "eligible", "after": "not_eligible"},
    }
    assert told[str(new)]["fields"] == told[str(gone)]["fields"] == {}
    assert (other_way[str(new)]["change"], other_way[str(gone)]["change"]) == ("removed", "added")
    assert other_way[str(changed)]["fields"]["rt"] == {"before": "009", "after": "003"}
    assert told[str(new)]["region_code"] == "35.73.04.1005"
    shown = await house.owner.fetchval("select household_ids from disclosures order by seq limit 1")
    assert set(shown) == {changed, gone, new}


async def test_a_letter_and_the_answer_to_it_are_no_difference(house: House) -> None:
    here = await pilot(house)
    home = await here.household(external_id="A")
    first, dewi = await here.release(), await house.as_(here.dewi)
    letter = {"release_id": str(first), "number": "460/1", "signed_on": "2022-12-30"}
    assert (await dewi.post("/v1/endorsements", json=letter)).status_code == 201
    answers = {"items": [{"external_id": "A-1", "status": "refused"}]}
    assert (await dewi.post(f"/v1/releases/{first}/replies", json=answers)).json()["recorded"] == 1
    second = await here.release()

    assert await compared(here, second, first) == {"items": [], "next": None}
    days = await house.owner.fetch("select distinct decided_at from released_households")
    assert [row["decided_at"] for row in days] == [WHEN]
    later = WHEN + timedelta(1)
    await here.amend(home, eligibility="eligible", at=later)  # decided again, and the same
    third = await here.release()
    assert await compared(here, third, second) == {"items": [], "next": None}
    again = await house.owner.fetchval("select decided_at from released_households where release_id = $1", third)
    assert again == later


async def test_what_a_household_receives_is_compared(house: House) -> None:
    here = await pilot(house)
    home = await here.household(receives=(("pkh", "dtks"),))
    first = await here.release()
    await house.owner.execute("delete from household_programmes")
    second = await here.release()

    told = (await compared(here, second, first))["items"]

    assert [(one["household_id"], one["fields"]) for one in told] == [
        (str(home), {"programmes": {"before": {"pkh": ["dtks"]}, "after": {}}})
    ]


async def test_differences_come_in_pages(house: House) -> None:
    here = await pilot(house)
    await here.household()
    first = await here.release()
    homes = [str(await here.household()) for _ in range(5)]
    second = await here.release()

    seen: list[str] = []
    following: str | None = ""
    while following is not None:
        told = await compared(here, second, first, "&limit=2" + (f"&cursor={following}" if following else ""))
        seen += [one["household_id"] for one in told["items"]]
        following = told["next"]

    assert seen == sorted(homes)
