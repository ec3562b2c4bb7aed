"""A phone is lost with work on it: cut off, replaced, and what was on it waits for a person."""

from uuid import uuid4

from scripts.season_play.callers import Caller
from scripts.season_play.carriers import Carrier
from scripts.season_play.phone import PULL, NoAnswer, Phone
from scripts.season_play.season import Season

TRIES = 20


async def replace_phone(season: Season, carrier: Carrier) -> None:
    """Now and then, and once a season for certain, the coordinator cuts a phone off before it has sent the day's work.

    Its tokens end at once. A new phone signs in under an id of its own and sends what was saved of the old one under
    the old one's id: that is kept, and waits for a person.
    """
    holder, old = carrier.holder, carrier.phone
    if carrier.away_until is not None or not old.unsent or season.day >= season.last_day:
        return
    drawn = season.luck(f"replaced {season.day} {season.earlier_releases}", holder.name).random()
    if drawn >= season.chances.replaced and not season.once("a phone is replaced"):
        return
    coordinator = next(one for one in season.coordinators if one.team_id == holder.team_id)
    listed = await coordinator.pages("/v1/devices", staff_id=holder.id)
    enrolled = next(one for one in listed if one["device_id"] == old.device_id)
    lost = {"reason": "HP hilang di angkot"}
    await coordinator.call("POST", "/v1/devices/{}/revocations", enrolled["id"], body=lost)
    await _try_the_old_one(holder)
    holder.login["device_id"] = f"hp-{uuid4()}"
    await holder.sign_in()
    carrier.phone = Phone(carrier.line, holder.login["device_id"])
    for _ in range(TRIES):
        try:
            await old.push()
            break
        except NoAnswer:
            continue
    statuses = {result["status"] for _, result in old.told}
    season.ledger.demand(not old.unsent, "what was saved of a lost phone was not sent")
    season.ledger.demand(statuses <= {"quarantined", "duplicate"}, f"a phone that was cut off was told {statuses}")
    carrier.phone.told += old.told
    season.count("phones replaced")


async def _try_the_old_one(holder: Caller) -> None:
    """The very next call of the phone is refused, and it does not come back."""
    await holder.refused(401, "unauthorized", "GET", PULL)
    names = ("username", "password", "device_id")
    body = {name: holder.login[name] for name in names}
    await holder.refused(403, "device_revoked", "POST", "/v1/sessions", body=body, keyed=False)
