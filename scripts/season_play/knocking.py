"""What an enumerator writes down at a door."""

from datetime import timedelta
from random import Random
from uuid import uuid4

from scripts.season_play.carriers import Carrier
from scripts.season_play.season import Json, Season
from scripts.season_play.stories import Knock, answers_of, moment, place_of


def write_visit(
    season: Season,
    carrier: Carrier,
    assignment_id: str,
    revision: int,
    knock: Knock,
    luck: Random,
    *,
    slot: int = 0,
    slots: int = 1,
    corrects: str | None = None,
) -> None:
    """One knock, the `slot`-th of the day. No clock of the phone: it would be that of another day when this is sent."""
    began = moment(luck, season.day, slot, slots)
    talked = knock.outcome in ("completed", "refused", "appointment")
    visit: Json = {
        "id": str(uuid4()),
        "assignment_id": assignment_id,
        "based_on": revision,
        "started_at": began.isoformat(),
        "ended_at": (began + timedelta(minutes=luck.randrange(4, 40))).isoformat(),
        "outcome": knock.outcome,
        "location": place_of(luck),
        "notice_given": talked,
        "answers": answers_of(luck) if knock.outcome == "completed" else {},
        "members": knock.members,
        "attachments": [],
        "device": {"id": carrier.phone.device_id, "app_version": "1.0"},
    }
    if corrects is not None:
        visit["corrects"] = corrects
    if talked:
        visit["respondent"] = {"name": None, "relation": "head"}
    if season.questionnaire_version is not None and knock.outcome == "completed":
        visit["questionnaire_version"] = season.questionnaire_version
    if knock.verdict is not None:
        visit["verdict"] = knock.verdict
    carrier.write_down("visits", visit)
