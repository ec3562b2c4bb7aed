"""What a caller of a drill knows: the ids of what it may see, by the names that the contract's parameters have."""

from typing import Any

import httpx

from api.access.roles import CLIENT_SCOPES
from scripts.drills.promises.canary_doors import Doors

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


async def machine_token(doors: Doors, client_id: str) -> str:
    """A machine of an agency with every scope that one may have, signed in as machines do (client_credentials)."""
    arif = await doors.sign_in("arif")
    told = {"client_id": client_id, "name": "Drill", "agency": "Dinsos", "scopes": sorted(CLIENT_SCOPES)}
    added = (await arif.post("/v1/clients", json=told)).json()
    secret = (await arif.post(f"/v1/clients/{added['id']}/secrets")).json()["client_secret"]
    async with httpx.AsyncClient(base_url=doors.house.url) as machine:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        given = (await machine.post("/v1/oauth/token", data=form)).json()
    return f"Bearer {given['access_token']}"
