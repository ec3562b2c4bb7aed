"""Fields that a role must not see: every read of the contract, with ids that exist, hunted for names and numbers.

Comes after `canaries`. Diskominfo, observers and machines see neither names nor numbers of anybody; a coordinator sees
no whole number outside `identities`, where a purpose is told and the look is on record, and outside a visit itself,
where a canary's enumerator typed one into a free answer: what people say in their own words stands as they said it.
"""

from collections.abc import AsyncIterator
from string import Formatter

import httpx

from scripts.drills.known import known_to, machine_token
from scripts.drills.promises.canary_doors import Doors
from scripts.drills.promises.hunting import hunt
from scripts.drills.promises.promise import Line, none_of
from scripts.drills.throw_away import ThrowAwayHouse

BLIND, NUMBERLESS = ("arif", "bps.malang", "machine", "nobody"), ("ratna",)
APART = frozenset({"/v1/households/{household_id}/identities"})
TYPED = frozenset({"/v1/visits/{visit_id}"})


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """Each caller reads everything there is, whether it may or not."""
    doors, hunted = Doors(house), hunt()
    dewi = await doors.sign_in("dewi")
    known = await known_to(dewi)
    contract = (await dewi.get("/openapi.json")).json()
    reads = [path for path, item in contract["paths"].items() if "get" in item]
    for username in ("arif", "bps.malang", "ratna"):
        await doors.sign_in(username)
    token = await machine_token(doors, "reader")
    doors.people["machine"] = httpx.AsyncClient(base_url=house.url, headers={"Authorization": token})
    doors.people["nobody"] = httpx.AsyncClient(base_url=house.url)
    for callers, what, names in ((BLIND, "names or numbers", True), (NUMBERLESS, "whole numbers", False)):
        tried = found = shown = 0
        for caller in callers:
            for path in reads:
                for nth in range(3):
                    if path in APART or (not names and path in TYPED) or (nth and "{" not in path):
                        continue
                    answer = await doors.people[caller].get(filled(path, known, nth))
                    tried, shown = tried + 1, shown + answer.is_success
                    found += bool(hunted.found_in(answer.content, names=names))
        said = f"{what} in what {', '.join(callers)} read ({shown} were no refusal)"
        yield none_of("P2", said, found, tried * bool(shown))
    await doors.close()


def filled(path: str, known: dict[str, list[str]], nth: int) -> str:
    """The path with ids that exist; the `nth` of each kind."""
    names = [name for _, name, _, _ in Formatter().parse(path) if name]
    return path.format(**{name: (found := known.get(name, ["0"]))[nth % len(found)] for name in names})
