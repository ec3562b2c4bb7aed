"""`scripts/drills/contract`: each role calls what it may call, with real ids; exit 0 only without a server error.

Every answer must be one that the contract lists, of its media type and its schema (trust.md T01).
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from api.access.roles import GRANTS, Role
from api.oversight.measuring import TOKEN_FILE
from scripts.drills.promises.canary_doors import Doors, honest_doors
from scripts.drills.throw_away import ThrowAwayHouse, throw_away_house

CONTRACT = Path("openapi/openapi.json")
PEOPLE = {"dewi": Role.BAPPEDA, "ratna": Role.COORDINATOR, "siti": Role.ENUMERATOR, "arif": Role.DISKOMINFO}
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES, MINUTES = os.environ.get("EXAMPLES", "60"), float(os.environ.get("MINUTES", "3"))
SEED = os.environ.get("SEED", "1")
# would end the caller's own session, or take away what the others call about
WRITTEN = frozenset({"application/json", "application/x-www-form-urlencoded", "multipart/form-data", "text/csv"})
SPARED = frozenset({"changeStaffMember", "resetSecondFactor", "revokeToken", "enrolSecondFactor", "changeCampaign"})
LISTS = {
    "household_id": "/v1/households", "assignment_id": "/v1/assignments", "visit_id": "/v1/visits",
    "verdict_id": "/v1/verdicts", "campaign_id": "/v1/campaigns", "team_id": "/v1/teams", "staff_id": "/v1/staff",
    "training_id": "/v1/trainings", "device_id": "/v1/devices", "client_id": "/v1/clients",
    "questionnaire_id": "/v1/questionnaires", "import_id": "/v1/imports", "release_id": "/v1/releases",
    "quarantine_id": "/v1/quarantine", "request_id": "/v1/subject-requests", "objection_id": "/v1/objections",
}  # fmt: skip
WORDS: dict[str, list[Any]] = {
    "number": [1], "version": [1], "region_code": ["35.73.04", "35.73.04.1005"], "level": ["village"],
    "list_name": ["visit_outcome"], "set_name": ["kriteria_fakir_miskin_262"], "attachment": ["door.jpg"],
    "file": ["households.csv", "members.csv"], "code": ["35.73.04", "not_found"],
}  # fmt: skip
console = Console(soft_wrap=True, highlight=False)


async def known_to(caller: httpx.AsyncClient) -> dict[str, list[Any]]:
    """The ids of what this caller may see, by the name that a parameter has for them."""
    known: dict[str, list[Any]] = {**WORDS}
    for name, path in LISTS.items():
        answer = await caller.get(path, params={"limit": 20})
        if answer.is_success and answer.json()["items"]:
            known[name] = [item["id"] for item in answer.json()["items"]]
    for other in ("enumerator_id", "actor_id", "sent_by"):
        known |= {other: known["staff_id"]} if "staff_id" in known else {}
    return known


def part_of(role: Role | None) -> dict[str, Any]:
    """The contract with what this role may call alone; without a role what is open to everybody."""
    document: dict[str, Any] = json.loads(CONTRACT.read_text())
    held = {None, *map(str, GRANTS[role])} if role else {None}
    for path, item in list(document["paths"].items()):
        for method, operation in list(item.items()):
            mine = operation.get("x-permission") in held and operation["operationId"] not in SPARED
            body = operation.get("requestBody", {}).get("content")
            mine = mine and (body is None or bool(WRITTEN & body.keys()))  # no pictures, no workbooks
            if not mine or (role and not operation.get("x-permission")):
                del item[method]
        if not item:
            del document["paths"][path]
    return document


async def prepared(house: ThrowAwayHouse, place: Path) -> dict[str, str]:
    """A house with something of everything; each caller's token, contract and known ids."""
    doors = Doors(house)
    for username in PEOPLE:
        await doors.sign_in(username)
    await honest_doors(doors)
    tokens = {}
    for username, role in PEOPLE.items():
        caller = await doors.sign_in(username)
        tokens[username] = caller.headers["Authorization"]
        (place / f"{username}.ids").write_text(json.dumps(await known_to(caller)))
        (place / f"{username}.json").write_text(json.dumps(part_of(role)))
    (place / "nobody.ids").write_text(json.dumps(WORDS))
    (place / "nobody.json").write_text(json.dumps(part_of(None)))
    await doors.close()
    return tokens


def fire(house: ThrowAwayHouse, place: Path, username: str, token: str | None) -> bool:
    """One role's calls; whether every answer was as the contract says."""
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
        tokens = asyncio.run(prepared(house, place))
        before = answered(house)
        kept = [fire(house, place, username, tokens.get(username)) for username in (*PEOPLE, "nobody")]
        after = answered(house)
    new = {kind: count - before.get(kind, 0) for kind, count in sorted(after.items())}
    console.print(f"{sum(new.values()):,} calls: " + ", ".join(f"{count:,} x {kind}" for kind, count in new.items()))
    return 0 if all(kept) and not new.get("5xx") else 1


if __name__ == "__main__":
    sys.exit(main())
