"""Who takes part: everybody signs in with a login of their own; Bu Dewi appoints a colleague at Bappeda."""

import asyncio
import json
import secrets
import ssl
import time
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import pyotp
from rich.console import Console

from scripts.season_play.callers import Caller, Ledger
from scripts.season_play.season import Season
from scripts.season_play.troubles import Chances

COLLEAGUE = "lestari"
PATIENCE_S = 300  # a workbook of 52,881 rows takes its time


async def invite(
    stack: AsyncExitStack, url: str, logins: Path, seed: int, chances: Chances, at_once: int, console: Console
) -> Season:
    """An HTTP client and a login for each of them."""
    known = json.loads(await asyncio.to_thread(logins.read_text))
    ledger, gate, trusted = Ledger(), asyncio.Semaphore(at_once), ssl.create_default_context()
    limits = httpx.Limits(max_connections=5, max_keepalive_connections=1, keepalive_expiry=3)

    async def caller(login: dict[str, object], name: str, role: str) -> Caller:
        client = httpx.AsyncClient(
            base_url=url, verify=trusted, limits=limits, timeout=PATIENCE_S, headers={"Accept-Language": "en"}
        )
        return Caller(name, role, login, await stack.enter_async_context(client), gate, ledger)

    for login in known["staff"]:
        if login["role"] == "enumerator":
            login |= {"device_id": f"hp-{uuid4()}", "device_name": "Samsung A15", "app_version": "1.0"}
    people = [await caller(login, login["username"], login["role"]) for login in known["staff"]]
    machines = [await caller(login, login["client_id"], "client") for login in known["clients"]]
    readers = [machine for machine in machines if "releases:read" in machine.login["scopes"]]
    by_role = {role: [one for one in people if one.role == role] for role in ("bappeda", "coordinator", "enumerator")}
    bappeda = by_role["bappeda"][0]
    everybody = [bappeda, *by_role["coordinator"], *by_role["enumerator"], *readers[:1]]
    with console.status(f"{len(everybody)} people sign in …"):
        await asyncio.gather(*(person.sign_in() for person in everybody))
        colleague = await caller(await _appoint(bappeda), COLLEAGUE, "bappeda")
        await _enrol(colleague)
        await colleague.sign_in()
    return Season(
        seed, chances, ledger, console, bappeda, by_role["coordinator"], by_role["enumerator"],
        readers[0] if readers else None, colleague,
    )  # fmt: skip


async def _appoint(bappeda: Caller) -> dict[str, object]:
    """Bu Lestari's account, made or found; a one-time code sets her password."""
    body = {"username": COLLEAGUE, "name": "Lestari Handayani", "role": "bappeda"}
    made = await bappeda.answer("POST", "/v1/staff", body=body, expect=(201, 409))
    if made.status_code == httpx.codes.CREATED:
        staff_id = made.json()["id"]
    else:
        staff_id = next(one["id"] for one in await bappeda.pages("/v1/staff") if one["username"] == COLLEAGUE)
        # the app that she had in the season before is lost
        await bappeda.call("POST", "/v1/staff/{}/second-factor-resets", staff_id, body={}, expect=(204,))
    code = await bappeda.call("POST", "/v1/staff/{}/activation-codes", staff_id, body={}, expect=(201,), keyed=False)
    password = secrets.token_urlsafe(16)
    activation = {"code": code["code"], "password": password}
    await bappeda.call("POST", "/v1/activations", body=activation, expect=(200, 201, 204), keyed=False)
    return {"username": COLLEAGUE, "password": password}


async def _enrol(person: Caller) -> None:
    """The first session of somebody who needs a second factor can do nothing but enrol one."""
    await person.sign_in()
    given = await person.call("POST", "/v1/me/second-factor", body={}, expect=(201,), keyed=False)
    person.login["otp_secret"] = given["secret"]
    code = pyotp.TOTP(given["secret"]).at(time.time(), counter_offset=-1)  # the present one is left for signing in
    await person.call("POST", "/v1/me/second-factor/confirmations", body={"otp": code}, expect=(204,))
