"""A phone as the guide describes it: stores what it pulls, forgets what is removed, presents the cursor next time."""

from dataclasses import dataclass, field
from typing import Any

import httpx

Thing = dict[str, Any]


@dataclass(slots=True)
class Phone:
    """What a phone holds, by kind and id."""

    client: httpx.AsyncClient
    limit: int = 100
    cursor: str | None = None
    etag: str | None = None
    assignments: dict[str, Thing] = field(default_factory=dict)
    households: dict[str, Thing] = field(default_factory=dict)
    verdicts: dict[str, Thing] = field(default_factory=dict)
    forms: dict[str, Thing] = field(default_factory=dict)
    lists: dict[str, Thing] = field(default_factory=dict)

    async def ask(self, **headers: str) -> httpx.Response:
        """One request, nothing stored."""
        query = {"limit": str(self.limit)} | ({"cursor": self.cursor} if self.cursor else {})
        return await self.client.get("/v1/sync/pull", params=query, headers=headers)

    async def pull(self) -> Thing:
        """One request, its answer stored."""
        answer = await self.ask()
        assert answer.status_code == 200, answer.text
        got: Thing = answer.json()
        for kind, held in (
            ("assignments", self.assignments), ("households", self.households), ("verdicts", self.verdicts)
        ):  # fmt: skip
            held.update({thing["id"]: thing for thing in got[kind]})
        self.forms.update({form["questionnaire_id"]: form for form in got["questionnaires"]})
        self.lists.update({codes["name"]: codes for codes in got["code_lists"]})
        for gone in got["removed"]:
            getattr(self, f"{gone['kind']}s").pop(gone["id"], None)
        self.cursor, self.etag = got["cursor"], answer.headers["ETag"]
        return got

    async def sync(self) -> int:
        """Pull until there is no more; how many requests that took."""
        requests = 1
        while (await self.pull())["more"]:
            requests += 1
        return requests


def empty(got: Thing) -> bool:
    """Whether an answer holds nothing."""
    kinds = ("assignments", "households", "verdicts", "questionnaires", "code_lists", "removed")
    return not got["more"] and not any(got[kind] for kind in kinds)
