"""Several family cards in one household: lists never join them, a merge does, and it stays so."""

from api.core.settings import Settings
from tests.households.lineage import REASON
from tests.imports.sending import take
from tests.support.dirt import clean_rows, write
from tests.support.house import House


async def test_two_cards_at_one_door_are_two_households_until_they_are_merged(house: House, wanted: Settings) -> None:
    dewi, campaign, rows = await house.make.dewi(), await house.make.campaign(), clean_rows(2)
    for row in rows:
        row |= {"Alamat": "JL. SATU 1", "Kecamatan": "SUKUN", "Desa/Kelurahan": "SUKUN"}
    file = write(rows).encode()

    done = await take(house, wanted, dewi, campaign, file)
    first, second = [row["id"] for row in await house.owner.fetch("select id from households order by id")]
    client = await house.as_(dewi)
    merged = await client.post(
        f"/v1/households/{second}/merges", json={"into_household_id": str(first), "reason": REASON}
    )
    again = await take(house, wanted, dewi, campaign, file)

    assert (done["households"], merged.status_code, again["households"]) == (2, 201, 0)
    seen = (await client.get(f"/v1/households/{first}")).json()
    assert [family["no"] for family in seen["families"]] == [1, 2]
    assert [member["family_no"] for member in seen["members"]] == [1, 1, 1, 2, 2, 2]
    assert len(seen["sources"]) == 6
    assert {(programme["programme"], programme["source"]) for programme in seen["programmes"]} == {
        ("bpnt", "dtks"),
        ("pbi_jkn", "dtks"),
    }
    assert (await client.get(f"/v1/households/{second}")).json()["members"] == []
