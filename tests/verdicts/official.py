"""What the tests of the official tail send, and how they read what it left."""

from typing import Any
from uuid import UUID

from api.access.roles import Role
from tests.support.house import House
from tests.support.make import Person
from tests.verdicts.season import Season, proposed

VILLAGE = "35.73.04.1005"
UNDECIDED: dict[str, Any] = {
    "field_result": "refused",
    "eligibility": "undetermined",
    "reasons": [],
    "criteria": [],
    "registry_action": "keep",
    "comment": None,
}


async def decided(house: House) -> Season:
    """Dewi has decided on the household that Siti visited."""
    season = await proposed(house)
    await season.put("completed", "decided")
    return season


async def says(season: Season, content: dict[str, Any]) -> None:
    """Set what the present revision says, as if Siti had proposed it."""
    await season.house.owner.execute(
        "update verdict_revisions set field_result = $2, eligibility = $3, registry_action = $4, criteria = $5"
        " where verdict_id = $1",
        season.verdict, content["field_result"], content["eligibility"], content["registry_action"],
        content["criteria"],
    )  # fmt: skip
    await season.house.owner.execute(
        "update assignments set field_result = $2, eligibility = $3 where id = $1",
        season.assignment, content["field_result"], content["eligibility"],
    )  # fmt: skip


def meeting(season: Season, *results: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The minutes of a meeting; without results it approves the season's verdict."""
    return {
        "campaign_id": str(season.team.campaign_id),
        "region_code": VILLAGE,
        "held_on": "2022-12-28",
        "minutes_number": "400/12/MUSKEL/2022",
        "attendance": [{"role": "Lurah", "name": "Pak Lurah"}, {"role": "Ketua RW 005"}],
        "results": list(results) or [{"verdict_id": str(season.verdict), "result": "approve"}],
    } | changes


async def release(season: Season) -> UUID:
    """The next release of the campaign, made by Dewi."""
    made = await (await season.house.as_(season.dewi)).post(
        "/v1/releases", json={"campaign_id": str(season.team.campaign_id)}
    )
    assert made.status_code == 201, made.text
    return UUID(made.json()["id"])


def letter(release_id: UUID, **changes: Any) -> dict[str, Any]:
    """The mayor's letter about a release."""
    return {"release_id": str(release_id), "number": "460/1201/35.73/2022", "signed_on": "2022-12-30"} | changes


async def colleague(house: House) -> Person:
    """Somebody else of Bappeda."""
    return await house.make.person("Yanti", Role.BAPPEDA)
