"""When phones synchronise: mornings and evenings, unless they are away; and what they are told."""

from datetime import timedelta
from random import Random

from scripts.season_play.callers import Surprise
from scripts.season_play.carriers import Carrier
from scripts.season_play.phone import Item, NoAnswer
from scripts.season_play.season import Json, Season

ASKS_FIRST = 0.5  # after a lost answer some phones ask what is there, the others just send again


async def begin_morning(season: Season, carrier: Carrier) -> None:
    """Back in the network the phone hands in what it has; some leave it today."""
    luck = _luck(season, carrier, "morning")
    if season.day >= season.last_day:  # in the office, for the last time
        carrier.line.good, carrier.away_until = True, None
    if carrier.away_until is not None and season.day < carrier.away_until:
        return
    if carrier.away_until is not None and carrier.phone.unsent:
        season.count("late pushes")
        season.count("items that came days late", len(carrier.phone.unsent))
    carrier.away_until = None
    await synchronise(season, carrier)
    if luck.random() < season.chances.away and season.day < season.last_day and carrier.doors():
        carrier.away_until = season.day + timedelta(days=luck.randrange(1, season.chances.days_away + 1))
        season.count("phones away")


async def end_day(season: Season, carrier: Carrier) -> None:
    """In the evening everybody who has a network sends the day's work."""
    if carrier.away_until is None and carrier.phone.unsent:
        await synchronise(season, carrier)


async def synchronise(season: Season, carrier: Carrier) -> None:
    """Press the button; where no answer comes, the next time is as good."""
    phone = carrier.phone
    try:
        if phone.doubtful and _luck(season, carrier, f"asks {len(carrier.done)}").random() < ASKS_FIRST:
            await phone.reconcile()
        await phone.synchronise()
    except NoAnswer:
        season.count("synchronised in vain")
    except Surprise:
        pass  # it is in the ledger
    finally:
        told, phone.told = phone.told, []
        for item, result in told:
            _look_at_result(season, carrier, item, result)


def _look_at_result(season: Season, carrier: Carrier, item: Item, result: Json) -> None:
    """What became of an item, once each; a phone is never told that its work is broken."""
    season.count(f"told {result['status']}")
    season.count("visits" if item.kind == "visits" else "found in the field")
    problem = result.get("problem") or {}
    sound = result["status"] in ("accepted", "duplicate", "held", "quarantined")
    season.ledger.demand(sound, f"a phone was told {result['status']} {problem.get('code', '')}")
    twice = len(carrier.line.receipts[item.id]) > 1 or carrier.line.accepted[item.id] > 1
    season.ledger.demand(not twice, "an item sent twice was taken in twice")


def _luck(season: Season, carrier: Carrier, what: str) -> Random:
    return season.luck(f"{what} {season.day} {season.earlier_releases}", carrier.holder.name)
