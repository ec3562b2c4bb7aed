"""What follows a release: the mayor's letter endorses it, and the ministry accepts some of it and refuses the rest."""

import csv
import io
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from scripts.season_play.callers import Asked, Surprise
from scripts.season_play.files import rows_of
from scripts.season_play.season import Json, Season

REFUSED = 0.03
LETTERS, REPLIES = "/v1/endorsements", "/v1/releases/{}/replies"
REASONS = ("NIK tidak padan", "Ganda dengan daerah lain", "Sudah ditetapkan pada periode lalu")


async def endorse(season: Season, release: Json) -> None:
    """Bu Dewi records the mayor's letter; what is her own work a colleague records under the same letter."""
    letter = {
        "release_id": release["id"],
        "number": f"460/{release['number']:03}/35.73.112/{season.day.year}",
        "signed_on": season.day.isoformat(),
    }
    await season.coordinators[0].refused(403, "forbidden", "POST", LETTERS, body=letter)
    await season.bappeda.refused(422, "unknown_release", "POST", LETTERS, body=letter | {"release_id": str(uuid4())})
    left_out: Counter[str] = Counter()
    for caller in (season.bappeda, season.colleague):
        told = await caller.answer("POST", LETTERS, body=letter, expect=(201, 409))
        if told.status_code == 409:  # nothing was left for the second of them, or for either
            continue
        made = told.json()
        season.count("endorsed", made["endorsed"])
        whole = made["endorsed"] + sum(made["left_out"].values())
        season.ledger.demand(whole == release["counts"]["households"], "a letter does not account for its release")
        left_out = Counter(made["left_out"])
    for why in ("needs_deliberation", "rejected", "changed", "not_decided"):
        season.count(f"left out: {why}", left_out[why])
    await _object_too_late(season)


async def _object_too_late(season: Season) -> None:
    endorsed = (await season.bappeda.call("GET", "/v1/verdicts", query={"stage": "endorsed", "limit": 1}))["items"]
    if endorsed:
        body = {"verdict_id": endorsed[0]["id"], "by": "family", "reason": "Terlambat mendengar."}
        await season.colleague.refused(409, "wrong_state", "POST", "/v1/objections", body=body)


async def hear_the_ministry(season: Season, release: Json, folder: Path) -> None:
    """The ministry answers id by id; what the mayor did not endorse it was never sent, and an unknown id is refused.

    A family that the DTKS does not have yet has no id of a person to be answered under: it is answered as a household.
    """
    listed = [row["Id_DTKS"] for row in rows_of(folder / "dtks_update.csv")]
    before = await _statuses(season)
    households = {id_: row["household_id"] for row in rows_of(folder / "members.csv") for id_ in _ids(row["dtks_ids"])}
    answers = [(id_, *_answer(season, households[id_]), "person") for id_ in listed]
    new = before.keys() & season.released[release["id"]].keys() - {households[id_] for id_ in listed}
    households |= {one: one for one in new}
    answers += [(one, *_answer(season, one), "household") for one in sorted(new)]
    content = _file([*answers, ("D-TIDAK-ADA", "accepted", "", "")])
    sent: Asked = {"content": content, "headers": {"Content-Type": "text/csv"}}
    plain: Asked = {"content": content, "headers": {"Content-Type": "text/plain"}}
    await season.bappeda.refused(415, "not_csv", "POST", f"{REPLIES}.csv", release["id"], **plain)
    told = await season.bappeda.call("POST", f"{REPLIES}.csv", release["id"], **sent)
    again = await season.bappeda.call("POST", f"{REPLIES}.csv", release["id"], **sent)
    unsent = sum(before[households[id_]] == "none" for id_, *_ in answers)
    season.ledger.demand(told["refused"] == unsent + 1, "other answers of the ministry were refused than should be")
    season.ledger.demand(told["recorded"] + told["known"] + unsent == len(answers), "answers of the ministry were lost")
    season.ledger.demand(again["recorded"] == 0, "the ministry's file sent twice was recorded twice")
    season.count("answers of the ministry", told["recorded"])
    season.count("of them about a household", sum(before[one] != "none" for one in new))
    season.count("answers about what was not sent", unsent)
    by_household: defaultdict[str, set[str]] = defaultdict(set)
    for id_, status, *_ in answers:
        if before[households[id_]] != "none":
            by_household[households[id_]].add(status)
    after = await _statuses(season)
    expected = {one: "refused" if "refused" in said else "accepted" for one, said in by_household.items()}
    wrong = sum(after[one] != status for one, status in expected.items())
    season.ledger.demand(wrong == 0, f"registry_status differs from the ministry's answers in {wrong} households")
    strangers = sum(after[one] != status for one, status in before.items() if one not in expected)
    season.ledger.demand(strangers == 0, f"registry_status moved without an answer in {strangers} households")


async def _statuses(season: Season) -> dict[str, str]:
    return {one["household_id"]: one["registry_status"] for one in await season.verdicts(season.bappeda)}


def _ids(cell: str) -> list[str]:
    return [id_ for part in cell.split(";") for id_ in part.split() if id_]


def _answer(season: Season, household_id: str) -> tuple[str, str]:
    """The ministry refuses a family whole or not at all."""
    luck = season.luck("ministry", household_id)
    return ("refused", luck.choice(REASONS)) if luck.random() < REFUSED else ("accepted", "")


def _file(answers: list[tuple[str, str, str, str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([("external_id", "status", "reason", "unit"), *answers])
    return text.getvalue().encode()


async def follow(season: Season, release: Json, folder: Path) -> None:
    """Letter and answers of one release."""
    with suppress(Surprise):
        await season.bappeda.refused(  # nothing was endorsed yet, so nothing was sent
            404,
            "not_found",
            "POST",
            REPLIES,
            str(uuid4()),
            body={"items": [{"external_id": "D", "status": "accepted"}]},
        )
        await endorse(season, release)
        await hear_the_ministry(season, release, folder)
