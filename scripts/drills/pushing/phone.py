"""A phone that sends the same bytes until they are answered, and the ledger of what it was told."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import httpx
import orjson
from uuid_utils.compat import uuid7

from api.questionnaires.conditions import holds
from api.questionnaires.schemas import Form, QuestionSubject, QuestionType

BUSY = (429, 503)
PATIENCE_S, PAUSE_S = 180.0, 0.2
ELIGIBLE = {
    "field_result": "completed", "eligibility": "eligible", "reasons": [], "criteria": ["K0"],
    "registry_action": "keep", "comment": None,
}  # fmt: skip
JSON = {"Content-Type": "application/json"}


def filled(form: Form, subject: QuestionSubject, codes: dict[str, str]) -> dict[str, Any]:
    """Answers to every question that is asked: the first code of its list, the least number."""
    answers: dict[str, Any] = {}
    for question in (one for part in form.sections if part.subject is subject for one in part.questions):
        if question.relevant is None or holds(question.relevant, answers, []):
            first: Any = codes[question.list] if question.list else "jawaban"
            if question.type is QuestionType.INTEGER:
                first = question.minimum or 0
            answers[question.name] = [first] if question.type is QuestionType.SELECT_MULTIPLE else first
    return answers


@cache
def _answers(content: bytes, codes: bytes) -> dict[QuestionSubject, dict[str, Any]]:
    """Read once for all phones: 126 of them on the API's own machine would take more of it than the API does."""
    form, first = Form.model_validate_json(content), orjson.loads(codes)
    return {subject: filled(form, subject, first) for subject in QuestionSubject}


@dataclass(slots=True)
class Door:
    """An assignment as the phone pulled it."""

    id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A visit that went out, and what it must move: one that submits brings a verdict and a new member."""

    id: UUID
    assignment_id: UUID
    submits: bool
    member: UUID | None


@dataclass(slots=True)
class Ledger:
    """What was sent, what was told of it, and what nobody may be told."""

    sent: dict[UUID, Sent] = field(default_factory=dict)
    receipts: dict[UUID, UUID] = field(default_factory=dict)
    revisions: dict[UUID, int] = field(default_factory=dict)  # of assignments, as they were pulled
    statuses: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def told(self, results: Sequence[dict[str, Any]]) -> None:
        """An answer of a push: every item done, and under one receipt for ever."""
        for one in results:
            self.statuses[one["status"]] += 1
            if one["status"] not in ("accepted", "duplicate"):
                self.wrong[f"an item is {one['status']}: {(one['problem'] or {}).get('code')}"] += 1
            receipt = UUID(one["receipt"])
            if self.receipts.setdefault(UUID(one["id"]), receipt) != receipt:
                self.wrong["an item has two receipts"] += 1


@dataclass(slots=True)
class Phone:
    """One enumerator's phone with its open doors; its calls come one after another."""

    username: str
    password: str
    ledger: Ledger
    patience_s: float = PATIENCE_S
    access: str = ""
    refresh: str = ""
    version: int = 0
    doors: list[Door] = field(default_factory=list)
    answers: dict[QuestionSubject, dict[str, Any]] = field(default_factory=dict)

    @property
    def device_id(self) -> str:
        """What the phone calls itself."""
        return f"hp-{self.username}"

    async def call(self, http: httpx.AsyncClient, method: str, path: str, **asked: Any) -> httpx.Response:
        """The same call until it is answered; busy and broken lines are counted. Raises `RuntimeError` at the end."""
        until, operation = time.monotonic() + self.patience_s, f"{method} {path}"
        headers = asked.pop("headers", {}) | ({"Authorization": f"Bearer {self.access}"} if self.access else {})
        while time.monotonic() < until:
            began = time.perf_counter()
            try:
                answer = await http.request(method, path, headers=headers, **asked)
            except httpx.TransportError:
                self.ledger.broken += 1
                await asyncio.sleep(PAUSE_S)
                continue
            if answer.is_success:
                self.ledger.milliseconds[operation].append((time.perf_counter() - began) * 1000)
                return answer
            if answer.status_code not in BUSY or "retry-after" not in answer.headers:
                self.ledger.wrong[f"{operation} → {answer.status_code} {answer.text[:200]}"] += 1
            self.ledger.busy[f"{operation} → {answer.status_code}"] += 1
            await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
        raise RuntimeError(f"{operation} was not answered in {self.patience_s:.0f} s; busy: {dict(self.ledger.busy)}")

    async def sign_in(self, http: httpx.AsyncClient) -> None:
        """Sign in on this phone, which enrols it."""
        body = {"username": self.username, "password": self.password, "device_id": self.device_id}
        self._carry(await self.call(http, "POST", "/v1/sessions", json=body))

    async def renew(self, http: httpx.AsyncClient) -> None:
        """The next pair of tokens."""
        self.access = ""
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        self._carry(await self.call(http, "POST", "/v1/oauth/token", data=form))

    def _carry(self, answer: httpx.Response) -> None:
        given = answer.json()
        self.access, self.refresh = given["access_token"], given["refresh_token"]

    async def pull(self, http: httpx.AsyncClient, limit: int = 50) -> None:
        """Everything that its holder has."""
        got = orjson.loads((await self.call(http, "GET", "/v1/sync/pull", params={"limit": limit})).content)
        self.doors = [Door(one["id"], one["revision"]) for one in got["assignments"]]
        self.learn(got)
        self.ledger.revisions |= {UUID(door.id): door.revision for door in self.doors}

    def learn(self, got: dict[str, Any]) -> None:
        """How the form that a pull brought is filled in."""
        codes = {kept["name"]: kept["codes"][0]["code"] for kept in got["code_lists"]}
        for form in got["questionnaires"]:
            self.version = form["version"]
            self.answers = _answers(orjson.dumps(form["content"]), orjson.dumps(codes))

    def parcel(self, visits: int, submits: int) -> bytes:
        """A push with so many visits, the last of them submitting as many doors, which are closed by it then.

        Its last open door stays open: a phone without one has nothing to send.
        """
        submitted = [self.doors.pop() for _ in range(min(submits, len(self.doors) - 1))]
        told = [self._visit(self.doors[turn % len(self.doors)], None) for turn in range(visits - len(submitted))]
        told += [self._visit(door, str(uuid7())) for door in submitted]
        return json.dumps({"device_id": self.device_id, "visits": told}).encode()

    def _visit(self, door: Door, member: str | None) -> dict[str, Any]:
        made, now = uuid7(), datetime.now(UTC)
        sent = Sent(made, UUID(door.id), member is not None, UUID(member) if member else None)
        self.ledger.sent[made] = sent
        visit: dict[str, Any] = {
            "id": str(made), "assignment_id": door.id, "based_on": door.revision, "notice_given": True,
            "started_at": (now - timedelta(minutes=20)).isoformat(), "ended_at": now.isoformat(),
            "outcome": "completed" if member else "partial", "answers": self.answers.get(QuestionSubject.HOUSEHOLD, {}),
            "device": {"id": self.device_id, "app_version": "1.0", "clock_at": now.isoformat()},
        }  # fmt: skip
        if self.version:
            visit["questionnaire_version"] = self.version
        if member:
            tini = {
                "id": member,
                "whereabouts": "new",
                "name": "Tini",
                "answers": self.answers.get(QuestionSubject.MEMBER, {}),
            }
            visit |= {"verdict": ELIGIBLE, "members": [tini]}
        return visit

    async def push(self, http: httpx.AsyncClient, parcel: bytes) -> list[dict[str, Any]]:
        """Send these bytes until they are answered."""
        answer = await self.call(http, "POST", "/v1/sync/push", content=parcel, headers=JSON)
        results: list[dict[str, Any]] = answer.json()["results"]
        self.ledger.told(results)
        return results
