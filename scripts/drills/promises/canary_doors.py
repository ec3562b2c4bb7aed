"""Every door through which a number or a name comes in, honestly and as bad input; each answer is kept for the hunt."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from api.demo import seed
from api.imports.layouts.dtks_person import COLUMNS
from scripts.drills.promises.hunting import COUNT, name, nik, no_kk
from scripts.drills.throw_away import ThrowAwayHouse

VILLAGE = "35.73.04.1005"
MORNING = datetime(2022, 11, 3, 2, 0, tzinfo=UTC)
IMPORT_S = 120.0
ENUMERATORS = ("siti", "budi")
# a code of an authenticator works once, so who has just signed in goes on with that token; until when
SIGNED_IN: dict[tuple[str, str], tuple[str, float]] = {}


@dataclass(slots=True)
class Doors:
    """The people who call, and what every call was answered: bytes, and whether a number or a name may be in them."""

    house: ThrowAwayHouse
    people: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    answers: list[tuple[str, bytes, bool, bool]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    async def sign_in(self, username: str) -> httpx.AsyncClient:
        """A client of this person's, with a token of a real login."""
        client = self.people[username] = httpx.AsyncClient(base_url=self.house.url, timeout=60)
        token, until = SIGNED_IN.get((self.house.url, username), ("", 0.0))
        if time.monotonic() < until:
            client.headers["Authorization"] = f"Bearer {token}"
            return client
        phone = {"device_id": f"hp-{username}"} if username in ENUMERATORS else {}
        for step in (0, 1, -1):
            answer = await client.post(
                "/v1/sessions", json=seed.session_body(self.house.folder, username, step) | phone
            )
            if answer.is_success:
                break
        token = answer.json()["access_token"]
        self.tokens += [token, answer.json().get("refresh_token") or ""]
        SIGNED_IN[self.house.url, username] = token, time.monotonic() + answer.json()["expires_in"] / 2
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    async def call(
        self, who: str, method: str, path: str, *, numbers: bool = False, names: bool = False, **sent: Any
    ) -> httpx.Response:
        """Call as somebody; `numbers` and `names` say that the answer's body may hold them when it is no refusal."""
        answer = await self.people[who].request(method, path, **sent)
        shown = answer.is_success
        head = "\n".join(f"{key}: {value}" for key, value in answer.headers.items()).encode()
        self.answers.append((f"{method} answer head", head, False, False))
        self.answers.append((f"{method} {answer.status_code}", answer.content, shown and numbers, shown and names))
        return answer

    def opened_tokens(self) -> bytes:
        """What stands in every token."""
        parts = [part for token in self.tokens for part in token.split(".")]
        return b"\n".join(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)

    async def close(self) -> None:
        """Let the clients go."""
        for client in self.people.values():
            await client.aclose()


def file_of(first: int, last: int) -> bytes:
    """A DTKS file of canaries, one to a family; then rows that are refused, with canaries in every cell."""
    lines = [",".join(COLUMNS)]
    for number in range(first, last):
        cells = (
            f"KN{number:06}", "JAWA TIMUR", "KOTA MALANG", "SUKUN", "SUKUN", f"JL. KENANGA {number}", "", "003", "005",
            no_kk(number), nik(number), name(number), "17/08/1945", "MALANG", "LAKI-LAKI", "BURUH", name(number),
            "KEPALA KELUARGA", "PADAN", "YA", "TIDAK", "TIDAK", "YA",
        )  # fmt: skip
        lines.append(",".join(cells))
    lines += [",".join([nik(number)] * len(COLUMNS)) for number in range(first, first + 5)]
    lines += [",".join([name(number)] * (len(COLUMNS) + 1)) for number in range(first, first + 5)]
    return "\n".join(lines).encode()


async def honest_doors(doors: Doors) -> None:
    """Import, search, correct, push, add, read, release: each NIK and KK goes through one of them at least."""
    campaigns = (await doors.call("dewi", "GET", "/v1/campaigns")).json()["items"]
    campaign = campaigns[0]["id"]
    sent = await doors.call(
        "dewi", "POST", "/v1/imports", data={"campaign_id": campaign}, files={"file": ("k.csv", file_of(0, 60))}
    )
    path = sent.headers["Location"]
    async with asyncio.timeout(IMPORT_S):
        status = "queued"
        while status not in ("done", "failed"):
            await asyncio.sleep(0.5)
            status = (await doors.call("dewi", "GET", path)).json()["status"]
    await doors.call("dewi", "GET", f"{path}/findings?limit=500")
    body = {"dry_run": False}
    await doors.call("dewi", "POST", f"/v1/campaigns/{campaign}/allocations", json=body)
    found = []
    for number in range(60):
        by = {"nik": nik(number)} if number % 2 else {"no_kk": no_kk(number)}
        answer = await doors.call("dewi", "POST", "/v1/households/search", names=True, json=by)
        found += [item["id"] for item in answer.json()["items"]]
        likely = {"member_name": name(number), "born_on": "1945-08-17", "region_code": VILLAGE}
        await doors.call("siti", "POST", "/v1/households/search", names=True, json=by if number % 3 else likely)
    for number, household in enumerate(found[:20], 60):
        whole = await doors.call("dewi", "GET", f"/v1/households/{household}", names=True)
        await doors.call(
            "dewi", "GET", f"/v1/households/{household}/identities", numbers=True, names=True,
            headers={"Purpose": "verification"},
        )  # fmt: skip
        person = whole.json()["members"][0]["id"]
        members = [{"id": person, "nik": nik(number), "name": name(number)}]
        change = {"members": members, "families": [{"no": 1, "no_kk": no_kk(number)}]}
        await doors.call(
            "dewi", "PATCH", f"/v1/households/{household}", names=True, json=change,
            headers={"If-Match": whole.headers.get("etag", "*"), "Idempotency-Key": str(uuid4())},
        )  # fmt: skip
        await doors.call("dewi", "GET", f"/v1/households/{household}/history", names=True)
    await doors.call("siti", "GET", "/v1/sync/pull?limit=100", numbers=True, names=True)
    await push_and_add(doors, campaign)
    made = await doors.call("dewi", "POST", "/v1/releases", json={"campaign_id": campaign})
    if made.is_success:
        for file in ("households.csv", "members.csv", "households.ndjson"):
            await doors.call("dewi", "GET", f"/v1/releases/{made.json()['id']}/files/{file}", names=True)


async def push_and_add(doors: Doors, campaign: str) -> None:
    """Siti's phone: visits that find new people, and households that no list has."""
    mine = (await doors.call("siti", "GET", "/v1/assignments?status=open&limit=20")).json()["items"]
    verdict = {"field_result": "completed", "eligibility": "eligible", "reasons": [], "criteria": ["K5"]}
    visits: list[dict[str, Any]] = [
        {
            "id": str(uuid4()),
            "assignment_id": item["id"],
            "based_on": item["revision"],
            "started_at": MORNING.isoformat(),
            "ended_at": (MORNING + timedelta(minutes=20)).isoformat(),
            "outcome": "completed",
            "location": {"lat": -7.99, "lon": 112.62, "accuracy_m": 8, "mock": False},
            "respondent": {"name": name(number), "relation": "head"},
            "notice_given": True,
            "questionnaire_version": 1,
            "answers": {"catatan": nik(number)},
            "members": [{"id": str(uuid4()), "whereabouts": "new", "name": name(number), "nik": nik(number)}],
            "verdict": verdict | {"registry_action": "keep"},
            "device": {"id": "hp-siti", "app_version": "1.0"},
        }
        for number, item in enumerate(mine, 80)
    ]
    added = [
        {
            "id": str(uuid4()), "campaign_id": campaign, "region_code": VILLAGE, "rw": "005", "rt": "003",
            "address": f"JL. MELATI {number}", "families": [{"no": 1, "no_kk": no_kk(number)}],
            "members": [{"name": name(number), "nik": nik(number), "sex": "male", "relation": "head"}],
        }
        for number in range(80, COUNT)
    ]  # fmt: skip
    for broken in ({"id": nik(80)}, {"id": str(uuid4()), "members": [nik(81)], nik(82): name(82)}):
        visits.append(broken)
    parcel = {"device_id": "hp-siti", "households": added, "visits": visits}
    for _ in range(2):
        await doors.call("siti", "POST", "/v1/sync/push", json=parcel)
    # the same id with other content, at once: the database itself refuses
    others = [added[0] | {"id": added[1]["id"], "address": f"JL. MELATI {number}"} for number in range(8)]
    await asyncio.gather(*(doors.call("siti", "POST", "/v1/households", names=True, json=one) for one in others))
    await doors.call("ratna", "GET", "/v1/quarantine", names=True)


async def bad_doors(doors: Doors) -> None:
    """Numbers and names where they do not belong: in paths, queries, headers, broken bodies, fields of another type."""
    for number in range(0, COUNT, 10):
        one, who = nik(number), name(number)
        for path in (f"/v1/households/{one}", f"/v1/visits/{who}", f"/{one}", f"/v1/households?nik={one}",
                     f"/v1/households?cursor={one}", f"/v1/households?limit={one}", f"/v1/assignments?status={who}",
                     f"/problems/{one}", f"/v1/regions/{one}", f"/v1/households?q={who}"):  # fmt: skip
            await doors.call("dewi", "GET", path)
        for header in ("If-Match", "Purpose", "Accept-Language", "X-Request-Id", "User-Agent", "Idempotency-Key"):
            await doors.call("dewi", "PATCH", f"/v1/households/{uuid4()}", headers={header: one}, json={"rw": one})
        bodies: tuple[Any, ...] = (
            {"nik": one + "x"}, {"nik": {one: one}}, {"nik": [one]}, {"nik": one, one: 1}, {"no_kk": int(one)},
            {"member_name": {"x": who}}, {"born_on": one, "member_name": who}, [one], one, {"region_code": one},
        )  # fmt: skip
        for body in bodies:
            await doors.call("dewi", "POST", "/v1/households/search", json=body)
            await doors.call("siti", "POST", "/v1/households", json=body)
            await doors.call("siti", "POST", "/v1/visits", json=body)
            await doors.call("siti", "POST", "/v1/sync/push", json={"device_id": one, "visits": body})
        for raw, kind in ((f'{{"nik": "{one}"', "application/json"), (one, "text/plain"), (one, one),
                          (json.dumps({"nik": one}).encode("utf-16"), "application/json"),
                          (f'{{"nik": "{one}\\u0000"}}', "application/json")):  # fmt: skip
            said: dict[str, Any] = {"content": raw, "headers": {"Content-Type": kind}}
            await doors.call("dewi", "POST", "/v1/households/search", names=True, **said)
        files = {"file": (f"{one}.csv", f"{one},{who}\n{one},{who}\n".encode())}
        await doors.call("dewi", "POST", "/v1/imports", data={"campaign_id": one, one: who}, files=files)
        await doors.call("nobody", "GET", "/v1/me", headers={"Authorization": f"Bearer {one}"})
        await doors.call("nobody", "POST", "/v1/sessions", json={"username": one, "password": who})
        await doors.call("nobody", "POST", "/v1/activations", json={"code": one, "password": who * 2})
        form = {"grant_type": "refresh_token", "refresh_token": one, "client_id": one}
        await doors.call("nobody", "POST", "/v1/oauth/token", data=form)
