"""What happens behind each door: a seeded draw, so that the same list tells the same season."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Any, Final
from uuid import UUID

WIB: Final = timezone(timedelta(hours=7))

# how often, in a thousand doors; the rest are ordinary interviews
STORIES: Final = {
    "absent": 35,
    "not_found": 25,
    "refused": 20,
    "moved_within": 25,
    "moved_out": 30,
    "all_deceased": 6,
    "duplicate": 12,
    "part_of_other": 12,
    "one_deceased": 40,
    "new_member": 30,
    "appointment_first": 40,
    "never_reached": 8,
}
CRITERIA: Final = ("K1", "K2", "K3", "K4", "K5")
ABROAD: Final = 0.1


@dataclass(slots=True)
class Knock:
    """One visit of a story, without the ids that the caller adds. `days` after the one before it."""

    days: int
    outcome: str
    verdict: dict[str, Any] | None = None
    members: list[dict[str, Any]] = field(default_factory=list)


def drawn(seed: int, key: str) -> Random:
    """The luck of one door."""
    return Random(f"{seed}|{key}")  # noqa: S311  # a story wants a repeatable draw, not a secret one


def story_of(random: Random) -> str:
    """Which story this door has."""
    place = random.randrange(1000)
    for name, share in STORIES.items():
        if place < share:
            return name
        place -= share
    return "interview"


def verdict(
    field_result: str,
    eligibility: str,
    action: str,
    *,
    reasons: tuple[str, ...] = (),
    criteria: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What an enumerator proposes."""
    return {
        "field_result": field_result,
        "eligibility": eligibility,
        "reasons": list(reasons),
        "criteria": list(criteria),
        "registry_action": action,
        "comment": None,
    }


def everybody(members: list[dict[str, Any]], whereabouts: str) -> list[dict[str, Any]]:
    """All listed people, with the same news."""
    return [{"id": member["id"], "whereabouts": whereabouts} for member in members]


def knocks_of(story: str, random: Random, members: list[dict[str, Any]]) -> list[Knock]:
    """The visits that a story takes, oldest first; a story without a verdict leaves the household open."""
    if story in ("absent", "not_found"):
        result = "no_respondent" if story == "absent" else "not_found"
        last = verdict(result, "to_deliberation", "keep", reasons=(result,))
        return [Knock(0, result), Knock(2, result), Knock(3, result, last)]
    if story == "never_reached":
        return [Knock(0, "no_respondent"), Knock(3, "no_respondent")]
    if story == "refused":
        return [Knock(0, "refused", verdict("refused", "to_deliberation", "keep", reasons=("refused",)))]
    if story == "moved_within":
        news = verdict("moved", "undetermined", "transfer", reasons=("moved_within_city",))
        return [Knock(0, "moved", news, everybody(members, "moved"))]
    if story == "moved_out":
        where = "moved_abroad" if random.random() < ABROAD else "moved"
        news = verdict("moved", "not_eligible", "deactivate", reasons=("moved_out_of_city",))
        return [Knock(0, "moved", news, everybody(members, where))]
    if story == "duplicate":
        return [Knock(0, "duplicate", verdict("duplicate", "not_eligible", "merge", reasons=("duplicate",)))]
    if story == "part_of_other":
        return [Knock(0, "part_of_other", verdict("part_of_other", "not_eligible", "merge", reasons=("duplicate",)))]
    return [*([Knock(0, "appointment")] if story == "appointment_first" else []), _interview(story, random, members)]


def _interview(story: str, random: Random, members: list[dict[str, Any]]) -> Knock:
    people = everybody(members, "present")
    if story == "all_deceased" and members:
        news = verdict("completed", "not_eligible", "deactivate", reasons=("all_members_deceased",))
        return Knock(0, "completed", news, everybody(members, "deceased"))
    action = "keep"
    if story == "one_deceased" and len(people) > 1:
        people[-1]["whereabouts"], action = "deceased", "correct"
    if story == "new_member":
        people.append(_newborn(random))
        action = "correct"
    if random.random() < 0.82:
        met = tuple(sorted(random.sample(CRITERIA, random.randrange(1, 4))))
        return Knock(1, "completed", verdict("completed", "eligible", action, criteria=met), people)
    why = random.choice(("well_off", "well_off", "civil_servant", "pensioner"))
    proposed = "deactivate" if why == "well_off" else action
    return Knock(1, "completed", verdict("completed", "not_eligible", proposed, reasons=(why,)), people)


def _newborn(random: Random) -> dict[str, Any]:
    name = random.choice(("ALIF RAMADHAN", "NAYLA PUTRI", "KENZO MAULANA", "AISYAH ZAHRA"))
    return {
        "id": new_id(random),
        "whereabouts": "new",
        "name": name,
        "sex": "male" if name.startswith(("ALIF", "KENZO")) else "female",
        "born_on": str(date(2022, random.randrange(1, 10), random.randrange(1, 28))),
        "relation": "child",
        "nik_missing_reason": "infant",
    }


def answers_of(random: Random) -> dict[str, Any]:
    """What was seen in the house, in the codes of the pilot's form."""
    return {"shelter": "yes", "floor": str(random.randrange(1, 10)), "wall": str(random.randrange(1, 8))}


def new_id(random: Random) -> str:
    """A client's own id; seeded like everything else of the story."""
    return str(UUID(int=random.getrandbits(128), version=4))


def moment(random: Random, day: date, slot: int, slots: int) -> datetime:
    """When the `slot`-th of a day's visits begins: between eight and five in Malang, one after another."""
    minute = 480 + (slot * 540 + random.randrange(540 // slots // 2 + 1)) // slots
    return datetime.combine(day, time(minute // 60, minute % 60), WIB)


def place_of(random: Random) -> dict[str, Any]:
    """Somewhere in Sukun or Kedungkandang, as a phone would say it."""
    return {
        "lat": round(-7.99 + random.uniform(-0.03, 0.03), 6),
        "lon": round(112.63 + random.uniform(-0.03, 0.03), 6),
        "accuracy_m": random.randrange(3, 25),
        "mock": False,
    }
