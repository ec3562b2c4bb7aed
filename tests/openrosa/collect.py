"""A client that follows ODK Collect's calls (openrosa.md 5, read from its sources), and a phone that has been set up.

It sends `deviceID` with everything, HEAD once, at most a hundred files or the advertised bytes a post, the same form
with each; 201 and 202 are done, 200 is a captive portal, everything else stays on the phone.
"""

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4
from xml.etree.ElementTree import Element, tostring

import httpx
from defusedxml import ElementTree

from tests.support.house import House
from tests.support.make import Person, Team

XF = "{http://www.w3.org/2002/xforms}"
LIST, MANIFEST = "{http://openrosa.org/xforms/xformsList}", "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
OPENROSA = {
    "X-OpenRosa-Version": "1.0",
    "Date": "Kam, 03 Nov 2022 09:12:00 GMT+07:00",
    "User-Agent": "org.odk.collect.android/v2024.3.4 Dalvik/2.1.0",
}
FORM = "malang-2022"


@dataclass(slots=True)
class Collect:
    """A phone with Collect: what it has downloaded, and what it was told."""

    http: httpx.AsyncClient
    server_url: str
    forms: dict[str, bytes] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    accept_bytes: int | None = None
    posts: int = 0

    async def get(self, url: str, kind: str = "text/xml", **query: str) -> httpx.Response:
        """What Collect downloads; it looks at the type and at the version."""
        answer = await self.http.get(url, params=query | {"deviceID": "collect:abc"}, headers=OPENROSA)
        assert answer.status_code == 200, answer.text
        assert kind in answer.headers["content-type"]
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        return answer

    async def refresh(self) -> list[str]:
        """Match the server exactly; the names of what was new."""
        new = []
        listed = ElementTree.fromstring((await self.get(f"{self.server_url}/formList")).content)
        for entry in listed.iterfind(f"{LIST}xform"):
            told = {one.tag.removeprefix(LIST): one.text or "" for one in entry}
            assert told["formID"]
            assert told["name"]
            if self.hashes.get(told["formID"]) != told["hash"]:
                made = (await self.get(told["downloadUrl"])).content
                assert told["hash"] == f"md5:{hashlib.md5(made, usedforsecurity=False).hexdigest()}"
                self.forms[told["formID"]], self.hashes[told["formID"]] = made, told["hash"]
                new.append(told["formID"])
            new += await self._lists(told["manifestUrl"])
        return new

    async def _lists(self, url: str) -> list[str]:
        new = []
        for entry in ElementTree.fromstring((await self.get(url)).content).iterfind(f"{MANIFEST}mediaFile"):
            assert entry.get("type") == "entityList"
            told = {one.tag.removeprefix(MANIFEST): one.text or "" for one in entry}
            assert told["integrityUrl"]
            if self.hashes.get(told["filename"]) != told["hash"]:
                self.lists[told["filename"]] = (await self.get(told["downloadUrl"], "text/csv")).text
                self.hashes[told["filename"]] = told["hash"]
                new.append(told["filename"])
        return new

    async def head(self) -> httpx.Response:
        """Collect's question before it sends."""
        url = f"{self.server_url}/submission?deviceID=collect:abc"
        return await self.http.head(url, headers=OPENROSA)

    async def post(self, xml: bytes, *files: tuple[str, bytes], incomplete: bool = False) -> httpx.Response:
        """One post, as it is."""
        self.posts += 1
        parts: list[Any] = [("xml_submission_file", ("form.xml", xml, "text/xml"))]
        parts += [(name, (name, data, "image/jpeg")) for name, data in files]
        told = {"*isIncomplete*": "yes"} if incomplete else {}
        url = f"{self.server_url}/submission?deviceID=collect:abc"
        return await self.http.post(url, data=told, files=parts, headers=OPENROSA)

    async def send(self, xml: bytes, *files: tuple[str, bytes]) -> tuple[bool, str]:
        """Send a finished form in as many posts as it takes: whether Collect forgets it now, and what it shows."""
        if self.accept_bytes is None:
            asked = await self.head()
            if asked.status_code != 204:
                return False, "Is this an OpenRosa submission endpoint?"
            self.accept_bytes = int(asked.headers.get("X-OpenRosa-Accept-Content-Length", "10000000"))
        waiting = list(files)
        while True:
            now: list[tuple[str, bytes]] = []
            size = len(xml)
            while waiting and len(now) < 100 and (not now or size + len(waiting[0][1]) <= self.accept_bytes):
                size += len(waiting[0][1])
                now.append(waiting.pop(0))
            answer = await self.post(xml, *now, incomplete=bool(waiting))
            shown = message(answer)
            if answer.status_code not in (201, 202):
                return False, shown  # 200 is a captive portal
            if not waiting:
                return True, shown


def message(answer: httpx.Response) -> str:
    """The sentence that Collect shows; every answer has one, in the envelope."""
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert "text/xml" in answer.headers["content-type"]
    (told,) = ElementTree.fromstring(answer.content).iterfind(f"{RESPONSE}message")
    return str(told.text)


def filled(form: bytes, values: dict[str, str], members: list[dict[str, str]] = (), **meta: str) -> bytes:  # type: ignore[assignment]
    """The form's own instance with these answers by path, as Collect saves it: what is not relevant is not there."""
    model = ElementTree.fromstring(form).find(f".//{XF}model/{XF}instance")
    root = deepcopy(model[0])
    for element in list(root.iter()):
        element.tag = element.tag.rpartition("}")[2]
    everything = {parent: list(parent) for parent in root.iter()}
    repeats = [(parent, one) for parent, inside in everything.items() for one in inside if one.tag == "each-member"]
    for parent, one in repeats:
        parent.remove(one)
    for told in members:
        parent, one = repeats[-1]
        put(again := deepcopy(one), told)
        parent.append(again)
    put(root, values)
    head = root.find("meta")
    head.find("instanceID").text = meta.get("instance_id") or f"uuid:{uuid4()}"
    if "edits" in meta:
        put_element(head, "deprecatedID").text = meta["edits"]
    prune(root)
    written: bytes = tostring(root, encoding="utf-8")
    return b"<?xml version='1.0' ?>" + written


def put(root: Element, values: dict[str, str]) -> None:
    for path, text in values.items():
        found = root.find(path)
        assert found is not None, path
        found.text = text


def put_element(parent: Element, name: str) -> Element:
    made = Element(name)
    parent.append(made)
    return made


def prune(element: Element) -> None:
    """Leave out what nobody answered."""
    for one in list(element):
        prune(one)
        if len(one) == 0 and not one.text:
            element.remove(one)


def answers(assignment: Any, **changes: str) -> dict[str, str]:
    """What Siti fills in at a door that opens."""
    return {
        "started_at": "2022-11-03T09:00:00.000+07:00",
        "ended_at": "2022-11-03T09:25:00.000+07:00",
        "device_id": "collect:abc",
        "visit/assignment_id": str(assignment),
        "visit/based_on": "1",
        "visit/outcome": "completed",
        "visit/notice_given": "yes",
        "visit/location": "-7.9921 112.6183 440.0 8.5",
        "visit/respondent_name": "Slamet",
        "answers/housing/floor_area": "36",
        "verdict/eligibility": "eligible",
        "verdict/registry_action": "keep",
    } | {name.replace("__", "/"): text for name, text in changes.items()}


def instance_of(xml: bytes) -> UUID:
    """The id of a filled form."""
    return UUID(ElementTree.fromstring(xml).find("meta/instanceID").text.removeprefix("uuid:"))


@dataclass(slots=True)
class Field:
    """Siti's team, her assignments, and her phone with Collect."""

    house: House
    team: Team
    assignments: list[UUID]
    collect: Collect

    def fill(self, number: int = 0, members: Any = (), meta: dict[str, str] | None = None, **changes: str) -> bytes:
        """The pilot's form filled in at this door."""
        told = answers(self.assignments[number], **changes)
        return filled(self.collect.forms[FORM], told, members, **(meta or {}))

    async def count(self, table: str) -> int:
        counted: int = await self.house.owner.fetchval(f"select count(*) from {table}")
        return counted


async def enrolled(house: House, person: Person, **body: Any) -> Collect:
    """A phone with Collect of this person, who made the code."""
    made = await (await house.as_(person)).post("/v1/openrosa/phones", json={"name": "HP uji"} | body)
    assert made.status_code == 201, made.text
    nobody = await house.as_(None)
    del nobody.headers["Accept-Language"]
    return Collect(nobody, made.json()["server_url"])


async def equipped(house: House, doors: int = 1) -> Field:
    """A campaign with the pilot's form, Siti's assignments, her phone with everything on it."""
    campaign = await house.make.campaign()
    await house.owner.execute(
        "update campaigns set questionnaire_id = (select id from questionnaires where code = $1)", FORM
    )
    team = await house.make.team(campaign)
    held = [await house.make.assignment(campaign, await house.make.household(), team.siti) for _ in range(doors)]
    collect = await enrolled(house, team.siti)
    await collect.refresh()
    return Field(house, team, held, collect)
