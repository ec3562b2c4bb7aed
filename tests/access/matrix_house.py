"""The house of the authorization matrix: three teams in two districts, a row of everything for each owner."""

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import orjson
from uuid_utils.compat import uuid7

from api.access.roles import CLIENT_SCOPES
from api.attachments.store import PhotoStore, folder_of
from api.core.files import seal_whole
from tests.access.matrix_operations import OWNED, Row
from tests.access.two_teams import PLANT, used
from tests.support.contract import Contract
from tests.support.house import House
from tests.support.make import WHEN, Person, Team
from tests.visits.bodies import visit

# what PLANT leaves unsealed, sealed as the app finds it
SEALED = (
    ("update visits set content = $2 where id = $1", "visit.content", b""),
    ("update receipts set body = $2 where id = $1", "receipt.body", b""),
    ("update household_revisions set changes = $2 where id = $1", "household_revision.changes", b"[]"),
)
NOT_HELD = '{"code": "not_held", "allowed": null, "errors": null}'
OWNERSHIPS = ("own", "same_team", "other_team", "other_district", "absent")
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# what differs between any two answers
MOVED = "update households set address = $2 where id = $1"
PASSING = {"x-request-id", "ratelimit", "ratelimit-policy", "content-length"}


@dataclass(slots=True)
class World:
    """Who calls, by the letter of the role, and whose things there are, by ownership as Siti sees it."""

    house: House
    people: dict[str, Person]
    owners: dict[str, Person]
    things: dict[str, dict[str, UUID]]
    common: dict[str, Any]
    numbers: dict[str, tuple[str, str]]
    marks: dict[str, set[str]] = field(default_factory=dict)

    def visible(self, letter: str, thing: str, ownership: str) -> bool:
        """Whether the caller may see this thing at all (trust.md T04)."""
        if ownership == "absent" or thing == "nothing":
            return False
        if thing not in OWNED:
            return True
        return {"e": ownership == "own", "c": ownership in ("own", "same_team")}.get(letter, True)

    def subject(self, thing: str, ownership: str) -> str:
        """The id of such a thing of somebody, or of none."""
        if ownership == "absent" or thing == "nothing":
            return str(uuid7())
        return str(self.things[thing][ownership] if thing in OWNED else self.common[thing])

    def strange(self, letter: str) -> set[str]:
        """What no answer to this caller may hold: ids, names, addresses, numbers of households that are not theirs."""
        return set().union(
            *(
                marks
                for whose, marks in self.marks.items()
                if letter in "dom" or not self.visible(letter, "visit", whose)
            )
        )


async def build(house: House) -> World:
    """Three teams, one campaign; each owner's household, assignment and so on; and a caller of each role."""
    house.state["settings"] = house.state["settings"].model_copy(
        update={"calls_machine": 10**6, "calls_person": 10**6, "calls_address": 10**6}
    )
    make, campaign = house.make, await house.make.campaign()
    teams: list[Team] = [
        await make.team(campaign, names=names)
        for names in (("Ratna", "Siti", "Budi"), ("Agus", "Lina", "Joko"), ("Wati", "Tono", "Rini"))
    ]
    ours, theirs, far = teams
    owners = {"own": ours.siti, "same_team": ours.budi, "other_team": theirs.siti, "other_district": far.siti}
    people = {
        "b": await make.dewi(), "c": ours.ratna, "e": ours.siti, "d": await make.arif(),
        "o": await make.observer(), "m": await make.machine("dinsos", *CLIENT_SCOPES),
    }  # fmt: skip
    things: dict[str, dict[str, UUID]] = {kind: {} for kind in OWNED}
    numbers, marks = {}, {}
    for place, (whose, owner) in enumerate(owners.items(), 1):
        nik, no_kk = f"357304120385111{place}", f"357304010115222{place}"
        region = "35.73.03.1001" if whose == "other_district" else "35.73.04.1005"
        household = await make.household(
            region_code=region, head=f"Sutinah{place}", nik=nik, no_kk=no_kk, external_id=f"DTKS{place}"
        )
        await house.owner.execute(
            "update households set address = $2 where id = $1", household, f"GANG RAHASIA {place}"
        )
        assignment, verdict = await make.assignment(campaign, household, owner, status="returned"), uuid7()
        for statement in PLANT:
            await house.owner.execute(*used(statement, household, assignment, verdict, campaign, owner.id, WHEN))
        await house.owner.execute("update assignments set verdict_stage = 'proposed' where id = $1", assignment)
        said = orjson.dumps(
            visit(assignment, id=str(verdict), respondent={"name": f"Sutinah{place}", "relation": "head"})
        )
        for statement, field_name, content in SEALED:
            await house.owner.execute(statement, verdict, make.vault.seal_bytes(field_name, verdict, content or said))
        seal_whole(PhotoStore(folder_of(house.state["settings"])).path_of(verdict), make.vault, verdict, b"a picture")
        planted = {"household": household, "assignment": assignment, "verdict": verdict}
        planted |= {"visit": verdict, "quarantine": verdict}  # planted under one id
        planted |= {"device": await make.phone(owner, f"hp-{place}"), "person": owner.id}
        for kind, made in planted.items():
            things[kind][whose] = made
        numbers[whose] = (nik, no_kk)
        marks[whose] = {str(planted[kind]) for kind in ("household", "assignment", "verdict")}
        marks[whose] |= {f"Sutinah{place}", f"GANG RAHASIA {place}", f"DTKS{place}", nik, no_kk}
    await house.owner.execute("update quarantined_items set problem = $1", NOT_HELD)
    questionnaire = await house.owner.fetchval("select id from questionnaires limit 1")
    await house.owner.execute("update campaigns set questionnaire_id = $1", questionnaire)
    common = {
        "campaign": campaign, "team": theirs.id, "heir": ours.budi.id, "questionnaire": questionnaire,
        "training": await house.owner.fetchval("select id from trainings limit 1"),
        "client": people["m"].id, "word": None,
    }  # fmt: skip
    return World(house, people, owners, things, common, numbers, marks)


WORDS = {"readRegion": "35.73.04", "readCodeList": "visit_outcome", "readCriteriaSet": "kriteria_fakir_miskin_262"}
UPLOADS = {
    "sendAttachment": ("image/jpeg", b"no photo"),
    "takeFile": ("multipart/form-data; boundary=x", b"--x--\r\n"),
    "recordRepliesFile": ("text/csv", b"household_id,status\n"),
    "takeQuestionnaireXlsform": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"no workbook"),
}
PLAIN = {"{attachment}": "door.jpg", "{number}": "1", "{file}": "households.csv", "{code}": "not_found"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation of the contract, ready to be called."""

    name: str
    method: str
    path: str
    row: Row

    async def call(self, world: World, caller: httpx.AsyncClient, subject: str, **query: str) -> httpx.Response:
        """Call it about this thing, with a body that would do something if the thing were the caller's."""
        path = self.path
        for part in re.findall(r"\{\w+\}", path):
            path = path.replace(part, WORDS.get(self.name) or PLAIN.get(part) or subject)
        headers = {"If-Match": '"1"', "Purpose": "verification"}
        if self.name in UPLOADS:
            kind, content = UPLOADS[self.name]
            return await caller.request(self.method, path, headers=headers | {"Content-Type": kind}, content=content)
        body = filled(
            self.row.body, {"{}": subject} | {f"{{{name}}}": str(made) for name, made in world.common.items()}
        )
        sent = {} if self.row.body is None else {"json": body}
        return await caller.request(self.method, path, headers=headers, params=query, **sent)


def operations(contract: Contract, table: dict[str, Row]) -> dict[str, Asked]:
    """Every operation of the contract that has a row."""
    return {
        operation["operationId"]: Asked(
            operation["operationId"], method.upper(), path, table[operation["operationId"]],
        )
        for path, item in contract.paths.items()
        for method, operation in item.items()
        if operation.get("operationId") in table
    }  # fmt: skip


def filled(body: Any, values: dict[str, str]) -> Any:
    """The body with its placeholders filled; `{new}` is another id each time."""
    if isinstance(body, dict):
        return {name: filled(value, values) for name, value in body.items()}
    if isinstance(body, list):
        return [filled(value, values) for value in body]
    if body == "{new}":
        return str(uuid7())
    return values.get(body, body) if isinstance(body, str) else body


def looks(answer: httpx.Response) -> tuple[Any, ...]:
    """An answer as somebody would see it who compares two: without what differs between any two."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return answer.status_code, ANY_ID.sub("ID", answer.text), ANY_ID.sub("ID", str(sorted(headers.items())))
