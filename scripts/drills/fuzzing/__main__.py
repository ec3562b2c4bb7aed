"""`scripts/drills/contract`: each role calls what it may call, with real ids; exit 0 only without a server error.

Every answer must be one that the contract lists, of its media type and its schema (trust.md T01).
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from api.access.roles import CLIENT_SCOPES, GRANTS, Permission, Role
from api.oversight.measuring import TOKEN_FILE
from scripts.drills.known import WORDS, known_to, machine_token
from scripts.drills.promises.canary_doors import Doors, honest_doors
from scripts.drills.throw_away import ThrowAwayHouse, throw_away_house

CONTRACT = Path("openapi/openapi.json")
PEOPLE = {
    "dewi": Role.BAPPEDA, "ratna": Role.COORDINATOR, "siti": Role.ENUMERATOR, "arif": Role.DISKOMINFO,
    "bps.malang": Role.OBSERVER,
}  # fmt: skip
MACHINE, NOBODY = "machine", "nobody"
# fewer at a time: CALLERS="dewi ratna"
CALLERS = os.environ.get("CALLERS", " ".join((*PEOPLE, MACHINE, NOBODY))).split()
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES, MINUTES = os.environ.get("EXAMPLES", "60"), float(os.environ.get("MINUTES", "3"))
SEED = os.environ.get("SEED", "1")
WRITTEN = frozenset({"application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/csv"})
# would end the caller's own session, or take away what the others call about
SPARED = frozenset({"changeStaffMember", "resetSecondFactor", "revokeToken", "enrolSecondFactor", "changeCampaign"})
console = Console(soft_wrap=True, highlight=False)


def part_of(permissions: Iterable[str] | None) -> dict[str, Any]:
    """The contract with what these permissions open alone; without any what is open to everybody."""
    document: dict[str, Any] = json.loads(CONTRACT.read_text())
    held = {None} if permissions is None else set(map(str, permissions))
    for path, item in list(document["paths"].items()):
        for method, operation in list(item.items()):
            mine = operation.get("x-permission") in held and operation["operationId"] not in SPARED
            body = operation.get("requestBody", {}).get("content")
            mine = mine and (body is None or bool(WRITTEN & body.keys()))  # no pictures, no workbooks
            if not mine:
                del item[method]
        if not item:
            del document["paths"][path]
    return document


async def prepare(house: ThrowAwayHouse, place: Path) -> None:
    """A house with something of everything; each caller's contract and known ids."""
    doors = Doors(house)
    for username in PEOPLE:
        await doors.sign_in(username)
    await honest_doors(doors)
    # revoked by an earlier caller they would end Siti's turn; of them `revokeDevice` is asked with made-up ids alone
    phones = (await known_to(doors.people["siti"])).get("device_id", [])
    for username, role in PEOPLE.items():
        known = await known_to(await doors.sign_in(username))
        known["device_id"] = [one for one in known.get("device_id", []) if one not in phones]
        (place / f"{username}.ids").write_text(json.dumps(known))
        (place / f"{username}.json").write_text(json.dumps(part_of(GRANTS[role])))
    known = json.loads((place / "dewi.ids").read_text())  # an agency is told which campaign; the rest is not for it
    (place / f"{MACHINE}.ids").write_text(json.dumps(known))
    (place / f"{MACHINE}.json").write_text(json.dumps(part_of({*CLIENT_SCOPES, Permission.ME_READ})))
    (place / f"{NOBODY}.ids").write_text(json.dumps(WORDS))
    (place / f"{NOBODY}.json").write_text(json.dumps(part_of(None)))
    await doors.close()


async def token_of(house: ThrowAwayHouse, username: str) -> str | None:
    """What this caller signs in with at its turn: a token from the start would not live that long."""
    doors = Doors(house)
    try:
        if username == NOBODY:
            return None
        if username == MACHINE:
            return await machine_token(doors, "fuzzing")
        return (await doors.sign_in(username)).headers["Authorization"]
    finally:
        await doors.close()


def fire(house: ThrowAwayHouse, place: Path, username: str, token: str | None) -> bool:
    """One role's calls; whether every answer was as the contract says, and it stayed signed in."""
    command = [
        os.environ["SCHEMATHESIS"], "run", str(place / f"{username}.json"), "--url", house.url, "--checks", CHECKS,
        "--max-examples", EXAMPLES, "--phases", "examples,fuzzing", "--workers", "1", "--continue-on-failure",
        "--max-time", str(int(MINUTES * 60)), "--seed", SEED, "--no-color", "--warnings", "off", "--no-shrink",
        "--suppress-health-check", "all", "--generation-database", "none",
        *(["-H", f"Authorization: {token}"] if token else []),
    ]  # fmt: skip
    settings = {"SCHEMATHESIS_HOOKS": "scripts.drills.fuzzing.hooks", "FUZZING_KNOWN": str(place / f"{username}.ids")}
    ran = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    (place.parent / f"fuzzing-{username}.log").write_text(ran.stdout + ran.stderr)
    console.print(f"{username}: {'as the contract says' if ran.returncode == 0 else ran.stdout[-6000:] + ran.stderr}")
    if token and not httpx.get(f"{house.url}/v1/me", headers={"Authorization": token}).is_success:
        console.print(f"{username}: signed out by a made-up call, so there was little to call")
        return False
    return ran.returncode == 0


def answered(house: ThrowAwayHouse) -> dict[str, int]:
    """How many answers there were of each kind, as the house counts them itself."""
    headers = {"Authorization": f"Bearer {(house.folder / 'keys' / TOKEN_FILE).read_text()}"}
    counted: dict[str, int] = {}
    for family in text_string_to_metric_families(httpx.get(f"{house.url}/metrics", headers=headers).text):
        for sample in family.samples:
            if sample.name == "sambang_http_requests_total":
                kind = f"{sample.labels['status'][0]}xx"
                counted[kind] = counted.get(kind, 0) + int(sample.value)
                if kind == "5xx":
                    console.print(f"  {sample.labels} {sample.value:.0f}")
    return counted


def main() -> int:
    """Start the house, let every role call, count."""
    place = Path(sys.argv[1])
    many = {f"SAMBANG_CALLS_{kind}": "1000000" for kind in ("PERSON", "MACHINE", "ADDRESS")}
    with throw_away_house(**many | {"SAMBANG_ACCESS_TOKEN_S": "900"}) as house:
        asyncio.run(prepare(house, place))
        kept, failed, total = [], 0, 0
        for username in CALLERS:
            before = answered(house)
            kept.append(fire(house, place, username, asyncio.run(token_of(house, username))))
            after = answered(house)
            new = {kind: count - before.get(kind, 0) for kind, count in sorted(after.items())}
            split = ", ".join(f"{count:,} x {kind}" for kind, count in new.items())
            console.print(f"  {username}: {sum(new.values()):,} calls: {split}")
            failed, total = failed + new.get("5xx", 0), total + sum(new.values())
    console.print(f"{total:,} calls, {failed} server errors, {len(kept) - sum(kept)} callers answered otherwise")
    return 0 if all(kept) and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
