"""A FormGear client as its engine hands things out: the documented shapes, made from a template and a preset.

What it does is what `setData` of `src/Form.tsx` does with what `src/components/*.tsx` give it: answers of enabled
components that are not empty, chosen options as `[{value, label}]`, rows as `key#1`. It runs no expression.
"""

import base64
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from uuid_utils.compat import uuid7

from tests.questionnaires.forms import FORM
from tests.support.house import House
from tests.support.make import Team

PHONE = "capi-siti"
Document = dict[str, Any]


def components(template: Document) -> dict[str, Document]:
    """Every component of a template by its key, nested ones too."""
    found: dict[str, Document] = {}

    def walk(several: list[list[Document]]) -> None:
        for group in several:
            for one in group:
                assert one["dataKey"] not in found, "FormGear refuses a template with a key twice"
                found[one["dataKey"]] = one
                walk(one.get("components", []))

    walk(template["components"])
    return found


@dataclass(slots=True)
class Gear:
    """One form that is being filled in."""

    template: Document
    preset: Document
    answers: Document = field(default_factory=dict)
    remark: Document = field(default_factory=lambda: {"dataKey": "", "notes": []})

    def __post_init__(self) -> None:
        asked = components(self.template)
        for one in self.preset["predata"]:
            assert asked[one["dataKey"].partition("#")[0]].get("presetMaster"), one["dataKey"]
            self.answers[one["dataKey"]] = one["answer"]

    def fill(self, key: str, *values: Any) -> None:
        """Answer what this component asks, as its control does."""
        component = components(self.template)[key.partition("#")[0]]
        if component["type"] in (26, 29):
            labels = {one["value"]: one["label"] for one in component["options"]}
            self.answers[key] = [{"value": value, "label": labels[value]} for value in values]
        else:
            (self.answers[key],) = values

    def add_person(self, name: str) -> int:
        """Add a name to the list of people, as `ListTextInputRepeat` does; its row."""
        people = self.answers["visit-members"]
        row = int(people[0]["label"].partition("#")[2]) + 1
        self.answers["visit-members"] = [
            people[0] | {"label": f"lastId#{row}"},
            *people[1:],
            {"value": row, "label": name},
        ]
        return row

    def locate(self, lat: float, lon: float) -> None:
        """Take the place, as `GpsInput` does."""
        source = f"https://maps.google.com/maps?q={lat},{lon}&output=embed"
        self.answers["visit-location"] = [
            {"value": {"latitude": lat, "longitude": lon}, "label": source},
            {"label": "map", "value": source},
            {"label": "latitude", "value": lat},
            {"label": "longitude", "value": lon},
        ]

    def photograph(self, data: bytes) -> None:
        """Take a photo, as `PhotoInput` does."""
        value = "data:image/jpeg;base64," + base64.b64encode(data).decode()
        self.answers["visit-house_photo"] = [{"value": value, "label": "IMG_1.jpg", "type": "image/jpeg"}]

    def note(self, key: str, comment: str) -> None:
        """Write a remark on a field."""
        said = {"sender": "siti", "datetime": "2022-11-03 09:20:00", "comment": comment}
        self.remark["notes"].append({"dataKey": key, "comments": [said]})

    def submission(self, **changes: Any) -> Document:
        """What `setSubmitMobile` is called with, and the id that the client gave it."""
        told = [{"dataKey": key, "name": key, "answer": answer} for key, answer in self.answers.items() if answer != ""]
        versions = {
            "templateDataKey": self.template["dataKey"],
            "gearVersion": "1.1.1",
            "templateVersion": self.template["version"],
            "validationVersion": self.template["version"],
        }
        media = [one for one in told if one["dataKey"] == "visit-house_photo"]
        asked = components(self.template)
        principal = [
            one | {"principal": asked[one["dataKey"]]["principal"], "columnName": asked[one["dataKey"]]["columnName"]}
            for one in told
            if asked.get(one["dataKey"], {}).get("principal")
        ]
        response = {
            "description": self.template["description"],
            "dataKey": self.template["dataKey"],
            "docState": "C",
            "answers": told,
            "summary": {"answer": len(told), "blank": 0, "error": 0, "remark": 0, "clean": len(told)},
            "counter": [{"render": 1, "validate": 3}],
            "createdBy": "siti",
            "createdAt": "2022-11-03 09:00:00",
            "createdAtTimezone": "Asia/Jakarta",
            "createdAtGMT": 7,
            "updatedBy": "siti",
            "updatedAt": "2022-11-03 09:25:00",
            "updatedAtTimezone": "Asia/Jakarta",
            "updatedAtGMT": 7,
        }
        return {
            "id": str(uuid7()),
            "device_id": PHONE,
            "response": response | versions,
            "media": {"dataKey": "", "media": media} | versions,
            "remark": self.remark | versions,
            "principal": {"principals": principal} | versions,
        } | changes


async def prepared(
    house: House, form: Document = FORM, members: int = 2, *, nik: str | None = None
) -> tuple[Team, httpx.AsyncClient, UUID]:
    """Siti on her phone with one assignment of a campaign that asks this form, in version 1."""
    campaign = await house.make.campaign()
    team = await house.make.team(campaign)
    dewi = await house.as_(await house.make.dewi())
    made = await dewi.post("/v1/questionnaires", json={"code": "coba", "title": "Coba <b>& lihat"})
    draft = await dewi.post(f"/v1/questionnaires/{made.json()['id']}/versions", json={"content": form})
    assert draft.status_code == 201, draft.text
    url, seen = draft.headers["Location"], draft.headers["ETag"]
    assert (await dewi.patch(url, json={"status": "published"}, headers={"If-Match": seen})).status_code == 200
    await house.owner.execute(
        "update campaigns set questionnaire_id = $1 where id = $2", UUID(made.json()["id"]), campaign
    )
    await house.make.phone(team.siti, PHONE)
    household = await house.make.household(members=members, nik=nik)
    assignment = await house.make.assignment(campaign, household, team.siti)
    return team, await house.as_(team.siti), assignment


def path_of(assignment: UUID) -> str:
    """Where an assignment's submissions go."""
    return f"/v1/formgear/assignments/{assignment}/submissions"


async def opened(client: httpx.AsyncClient, assignment: UUID) -> Gear:
    """The form of this assignment as the client opens it."""
    begun = await client.get(f"/v1/formgear/assignments/{assignment}")
    assert begun.status_code == 200, begun.text
    told = begun.json()
    version = await client.get(f"/v1/questionnaires/{told['questionnaire_id']}/versions/{told['version']}/formgear")
    assert version.status_code == 200, version.text
    assert told["config"]["formMode"] == 1
    gear = Gear(version.json()["template"], told["preset"])
    gear.answers |= {one["dataKey"]: one["answer"] for one in told["response"]["answers"]}
    gear.remark = told["remark"]
    return gear


def filled(gear: Gear) -> Gear:
    """The form filled in as at a door where the head lives and a child has moved away."""
    for key, answer in (
        ("visit-outcome", "completed"), ("visit-notice_given", "yes"), ("visit-respondent_name", "Slamet"),
        ("light", "1"), ("power", "2"), ("fridge", "yes"), ("rooms", 3), ("sleeping", 2),
        ("member-whereabouts#1", "present"), ("answer-works#1", "yes"), ("member-whereabouts#2", "moved"),
        ("verdict-eligibility", "undetermined"), ("verdict-registry_action", "keep"), ("verdict-comment", "Rumah rapi"),
    ):  # fmt: skip
        gear.fill(key, answer)
    gear.locate(-7.9921, 112.6183)
    gear.answers["member-age#1"] = 37  # the engine's own arithmetic
    return gear
