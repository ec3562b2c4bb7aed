"""A phone in the field: a small client of `/v1/sync` to copy. It works without a network; nothing is lost or doubled.

Three rules carry it (openapi/guides/phones.md):

- The JSON of an item is made once and kept until its receipt has come: these bytes are sent, these are asked about.
- An answer is stored before its cursor is presented.
- Where no answer came nothing is known, so the same is sent again. It is always safe to press synchronise again.

A real phone keeps these fields in its database, and stores one answer in one transaction.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import httpx

Json = dict[str, Any]
WORK = ("open", "downloaded", "returned")
PUSH, PULL, RECONCILE = "/v1/sync/push", "/v1/sync/pull", "/v1/sync/reconcile"
PAGE, MOST_ITEMS, MOST_BYTES, MOST_ASKED = 500, 500, 7 * 1024 * 1024, 1000


class NoAnswer(Exception):
    """Nothing came back. Whether the call arrived is not known."""


class Line(Protocol):
    """The way to the API. It signs in, renews tokens, and waits when the API is busy (429, 503)."""

    async def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """An answer of 200, 304 or 410; raises `NoAnswer` when none came."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """Something done offline, as it will be sent: `said` is its JSON and never made again."""

    kind: Literal["households", "visits"]
    id: str
    said: bytes

    @property
    def sha256(self) -> str:
        """What to ask about it with."""
        return hashlib.sha256(self.said).hexdigest()


@dataclass(slots=True)
class Phone:
    """One installation of the app. `told` is what the app shows to its user: what became of what was sent."""

    line: Line
    device_id: str
    assignments: dict[str, Json] = field(default_factory=dict)
    households: dict[str, Json] = field(default_factory=dict)
    returned: dict[str, Json] = field(default_factory=dict)  # verdicts that came back, by assignment
    cursor: str = ""
    etag: str = ""
    unsent: dict[str, Item] = field(default_factory=dict)  # in the order in which it was done
    doubtful: set[str] = field(default_factory=set)  # sent without an answer: it may be there, or not
    told: list[tuple[Item, Json]] = field(default_factory=list)

    def write_down(self, kind: Literal["households", "visits"], body: Json) -> Item:
        """Keep what was done until it has its receipt. The id is made here, so a retry is the same item."""
        item = Item(kind, body["id"], json.dumps(body, ensure_ascii=False).encode())
        self.unsent[item.id] = item
        return item

    async def synchronise(self) -> None:
        """Send what waits, then learn what is new. Send first: a removal may name work that is not sent yet."""
        await self.push()
        await self.pull()

    async def push(self) -> None:
        """Send everything that waits, a parcel at a time; raises `NoAnswer`, and then the rest still waits."""
        while parcel := self._parcel():
            self.doubtful |= {item.id for item in parcel}
            headers = {"Content-Type": "application/json"}
            answer = await self.line.ask("POST", PUSH, headers=headers, content=self._wrapped(parcel))
            for item, result in zip(parcel, answer.json()["results"], strict=True):
                self._settle(item, result)

    async def reconcile(self) -> None:
        """Ask whether what waits is there already, and let go of what is: for after a lost answer."""
        waiting = list(self.unsent.values())
        for item, status in zip(waiting, await self.ask_about(waiting), strict=True):
            if status in ("held", "quarantined"):
                self._settle(item, {"id": item.id, "status": status})

    async def ask_about(self, items: Sequence[Item]) -> list[str]:
        """Whether the API holds each of these, in their order: `held`, `quarantined`, `missing` or `differs`."""
        statuses: list[str] = []
        for first in range(0, len(items), MOST_ASKED):
            some = items[first : first + MOST_ASKED]
            asked = {"items": [{"id": item.id, "sha256": item.sha256} for item in some]}
            headers = {"Content-Type": "application/json"}
            answer = await self.line.ask("POST", RECONCILE, headers=headers, content=json.dumps(asked).encode())
            statuses += [result["status"] for result in answer.json()["results"]]
        return statuses

    async def pull(self) -> None:
        """Take in what is new, page by page; raises `NoAnswer`, and then the next pull brings it again."""
        more = True
        while more:
            query = {"limit": str(PAGE)} | ({"cursor": self.cursor} if self.cursor else {})
            headers = {"If-None-Match": self.etag} if self.etag else {}
            answer = await self.line.ask("GET", PULL, query=query, headers=headers)
            if answer.status_code == httpx.codes.NOT_MODIFIED:
                return
            if answer.status_code == httpx.codes.GONE:  # restored from a backup: begin anew, and keep what is unsent
                self._forget_the_list()
                continue
            more = self._store(answer.json())
            self.etag = answer.headers["ETag"]

    def _store(self, news: Json) -> bool:
        """Replace what came, take out what is gone, keep the cursor; whether there is more already."""
        self.households |= {household["id"]: household for household in news["households"]}
        for assignment in news["assignments"]:
            self.assignments[assignment["id"]] = assignment
            self.returned.pop(assignment["id"], None)
            if assignment["status"] not in WORK:  # with it go the personal numbers; returned work brings it again
                self.households.pop(assignment["household_id"], None)
        self.returned |= {verdict["assignment_id"]: verdict for verdict in news["verdicts"]}
        for gone in news["removed"]:
            if gone["kind"] == "assignment":
                self.assignments.pop(gone["id"], None)
                self.returned.pop(gone["id"], None)
            else:
                self.households.pop(gone["id"], None)
        self.cursor = news["cursor"]
        return bool(news["more"])

    def _forget_the_list(self) -> None:
        self.assignments, self.households, self.returned = {}, {}, {}
        self.cursor = self.etag = ""

    def _parcel(self) -> list[Item]:
        """As much of what waits as one push takes, households before the visits that name them."""
        parcel, size = list[Item](), 0
        for item in self.unsent.values():
            size += len(item.said) + 1
            if len(parcel) == MOST_ITEMS or (parcel and size > MOST_BYTES):
                break
            parcel.append(item)
        return sorted(parcel, key=lambda item: item.kind)

    def _wrapped(self, parcel: list[Item]) -> bytes:
        """The body around the items, whose bytes stay as they are."""
        said = {kind: b",".join(item.said for item in parcel if item.kind == kind) for kind in ("households", "visits")}
        device_id = json.dumps(self.device_id).encode()
        return b'{"device_id":%b,"households":[%b],"visits":[%b]}' % (device_id, said["households"], said["visits"])

    def _settle(self, item: Item, result: Json) -> None:
        """It is there, whatever became of it: the API keeps the bytes in every case, also of an `invalid` one."""
        del self.unsent[item.id]
        self.doubtful.discard(item.id)
        self.told.append((item, result))
