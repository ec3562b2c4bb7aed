"""Every operation that shows a household or a person leaves one disclosure that names it; the rest says why not."""

from typing import Any
from uuid import UUID

import pytest

from tests.attachments.shots import announced, put, shot
from tests.support.house import House
from tests.support.make import Person
from tests.verdicts.official import letter, meeting, release
from tests.verdicts.season import Season, proposed, submit
from tests.visits.bodies import visit

PHOTO = shot()
# operation → who asks, and for what
LOOKS: dict[str, tuple[str, str]] = {
    "pullChanges": ("siti", "/v1/sync/pull"),
    "listHouseholds": ("ratna", "/v1/households"),
    "searchHouseholds": ("dewi", "/v1/households/search"),
    "readHousehold": ("siti", "/v1/households/{open_household}"),
    "listMembers": ("ratna", "/v1/households/{household}/members"),
    "readIdentities": ("ratna", "/v1/households/{household}/identities"),
    "readHouseholdHistory": ("ratna", "/v1/households/{household}/history"),
    "listAssignments": ("siti", "/v1/assignments"),
    "readAssignment": ("ratna", "/v1/assignments/{assignment}"),
    "listAssignmentEvents": ("ratna", "/v1/assignments/{assignment}/history"),
    "listVisits": ("ratna", "/v1/visits"),
    "readVisit": ("ratna", "/v1/visits/{visit}"),
    "readAttachment": ("ratna", "/v1/visits/{photographed}/attachments/door.jpg"),
    "readParadata": ("ratna", "/v1/visits/{photographed}/paradata"),
    "listVisitAttachments": ("ratna", "/v1/visits/{photographed}/attachments"),
    "listAttachments": ("ratna", "/v1/attachments"),
    "readFormgearAssignment": ("siti", "/v1/formgear/assignments/{open_work}"),
    "listQuarantine": ("ratna", "/v1/quarantine"),
    "readQuarantinedItem": ("ratna", "/v1/quarantine/{quarantined}"),
    "listVerdicts": ("ratna", "/v1/verdicts"),
    "readVerdict": ("ratna", "/v1/verdicts/{verdict}"),
    "readVerdictHistory": ("ratna", "/v1/verdicts/{verdict}/history"),
    "readDeliberation": ("dewi", "/v1/deliberations/{meeting}"),
    "listObjections": ("dewi", "/v1/objections"),
    "readObjection": ("dewi", "/v1/objections/{objection}"),
    "listReleaseDifferences": ("dewi", "/v1/releases/{later}/differences?against={release}"),
    "downloadReleaseFile": ("dewi", "/v1/releases/{release}/files/households.csv"),
    "listSubjectRequests": ("dewi", "/v1/subject-requests"),
    "readSubjectRequest": ("dewi", "/v1/subject-requests/{asked}"),
    "listReplies": ("dewi", "/v1/releases/{release}/replies"),
    "readCollectList": ("siti", "{collect}/lists/assignments.csv"),
}
# operation → what it shows instead
NO_LOOKS = dict.fromkeys(
    ("readHealth", "readReadiness", "readAuditHealth", "readProblem", "readMeta", "readMetrics", "readSigningKeys",
     "readServerMetadata", "showLogin"), "the system",
) | dict.fromkeys(
    ("readMe", "listStaff", "readStaffMember", "listDevices", "listClients", "readClient", "listTeams", "readTeam",
     "listTrainings", "readTraining", "listImportedPeople"), "those who work",
) | dict.fromkeys(
    ("listRegions", "readRegion", "listCodeLists", "readCodeList", "listCriteriaSets", "readCriteriaSet",
     "listCampaigns", "readCampaign", "listQuestionnaires", "listQuestionnaireVersions", "readQuestionnaireVersion",
     "readQuestionnaireXform", "readQuestionnaireXlsform", "readQuestionnaireFormgear",
     "listCollectForms", "readCollectForm"),
    "what everybody knows",
) | dict.fromkeys(
    ("listImports", "readImport", "listFindings", "downloadFindings"), "rows and columns of a file, never a value",
) | dict.fromkeys(
    ("listReleases", "readRelease", "readReleaseManifest", "listDeliberations", "listEndorsements", "readEndorsement"),
    "counts and letters",
) | dict.fromkeys(
    ("readCollectManifest", "checkCollectEntities", "askForCollectSubmission"), "hashes, and ids that the caller has",
) | dict.fromkeys(
    ("listHouseholdDisclosures", "listAuditEvents", "verifyAudit"), "the record itself: who looked, ids and numbers",
) | dict.fromkeys(
    ("readQuestionnairePublication",), "counts of work, and the ids of visits",
)  # fmt: skip


def test_every_read_is_a_look_or_says_why_it_is_none(house: House) -> None:
    reads = {
        operation["operationId"]
        for path in house.app.openapi()["paths"].values()
        for method, operation in path.items()
        if method == "get"
    }

    assert reads | {"searchHouseholds"} == set(LOOKS) | set(NO_LOOKS)
    assert not set(LOOKS) & set(NO_LOOKS)


async def decide(season: Season, verdict: UUID) -> None:
    """Ratna approves and Dewi confirms."""
    ratna, dewi = await season.house.as_(season.team.ratna), await season.house.as_(season.dewi)
    assert (await ratna.post(f"/v1/verdicts/{verdict}/reviews", json={"decision": "approve"})).status_code == 200
    assert (await dewi.post(f"/v1/verdicts/{verdict}/decisions", json={"decision": "confirm"})).status_code == 200


async def made(house: House) -> tuple[dict[str, Person], dict[str, UUID]]:
    """A season that has come so far that every operation has something to show."""
    season = await proposed(house)
    await decide(season, season.verdict)
    team, dewi = season.team, await house.as_(season.dewi)
    first = await release(season)
    await dewi.post("/v1/endorsements", json=letter(first))
    household = await house.owner.fetchval("select household_id from assignments where id = $1", season.assignment)
    replied = {"items": [{"external_id": f"{household}-1", "status": "accepted"}]}
    assert (await dewi.post(f"/v1/releases/{first}/replies", json=replied)).status_code == 200
    objected, doubted = await submit(house, team), await submit(house, team)
    for _, verdict in (objected, doubted):
        await decide(season, verdict)
    later = await release(season)
    body = {"verdict_id": str(objected[1]), "by": "family", "reason": "Kami tidak pernah didatangi."}
    objection = (await dewi.post("/v1/objections", json=body)).json()["id"]
    held = meeting(season, {"verdict_id": str(doubted[1]), "result": "approve"})
    minutes = (await dewi.post("/v1/deliberations", json=held)).json()["id"]
    asks = {"kind": "access", "household_id": str(household), "received_at": "2022-12-01T08:00:00+07:00"}
    asked = (await dewi.post("/v1/subject-requests", json=asks)).json()["id"]
    photographed = visit(
        await house.make.assignment(team.campaign_id, await house.make.household(), team.siti),
        attachments=announced(PHOTO),
    )
    siti = await house.as_(team.siti)
    assert (await siti.post("/v1/visits", json=photographed)).status_code == 201
    assert (await put(siti, photographed["id"], PHOTO)).status_code == 201
    open_household = await house.make.household()
    open_work = await house.make.assignment(team.campaign_id, open_household, team.siti)
    parcel = {"device_id": "a-strange-phone", "households": [], "visits": [visit(open_work)]}
    pushed = await (await house.as_(team.siti)).post("/v1/sync/push", json=parcel)
    assert pushed.json()["results"][0]["status"] == "quarantined"
    await house.owner.execute("update campaigns set questionnaire_id = (select id from questionnaires limit 1)")
    things = {
        "household": household, "open_work": open_work, "open_household": open_household,
        "assignment": season.assignment,
        "verdict": season.verdict, "release": first, "later": later, "objection": objection, "meeting": minutes,
        "asked": asked, "photographed": photographed["id"],
        "visit": await house.owner.fetchval("select id from visits order by received_at limit 1"),
        "collect": (await siti.post("/v1/openrosa/phones", json={"name": "HP"})).json()["server_url"],
        "quarantined": await house.owner.fetchval("select id from quarantined_items"),
    }  # fmt: skip
    return {"siti": team.siti, "ratna": team.ratna, "dewi": season.dewi}, things


@pytest.fixture
async def known(house: House) -> tuple[dict[str, Person], dict[str, UUID]]:
    """The season's people and things."""
    return await made(house)


async def test_each_look_leaves_one_row_that_names_every_household_it_showed(
    house: House, known: tuple[dict[str, Person], dict[str, UUID]]
) -> None:
    people, things = known
    households = [row["id"] for row in await house.owner.fetch("select id from households")]

    for operation, (name, path) in LOOKS.items():
        caller, place = await house.as_(people[name]), path.format(**things)
        if operation == "searchHouseholds":
            body: dict[str, Any] = {"member_name": "Slamet", "born_on": "1985-03-12", "region_code": "35.73.04"}
            answer = await caller.post(place, json=body)
        else:
            answer = await caller.get(place, headers={"Purpose": "verification", "X-OpenRosa-Version": "1.0"})
        assert answer.status_code == 200, (operation, answer.text)
        rows = await house.owner.fetch(
            "select * from disclosures where request_id = $1", answer.headers["x-request-id"]
        )
        assert len(rows) == 1, f"{operation} left {len(rows)} disclosures"
        look = rows[0]
        shown = {one for one in households if str(one) in answer.text}
        assert look["household_ids"], operation
        assert shown <= set(look["household_ids"]), operation
        assert set(look["household_ids"]) <= set(households), operation
        assert (look["actor_id"], bool(look["fields"])) == (people[name].id, True), operation
        assert (look["purpose"] is not None) == (operation == "readIdentities"), operation


@pytest.mark.parametrize("operation", ["readHousehold", "readAssignment"])
async def test_what_was_not_shown_again_is_no_look(
    house: House, known: tuple[dict[str, Person], dict[str, UUID]], operation: str
) -> None:
    people, things = known
    name, path = LOOKS[operation]
    caller = await house.as_(people[name])
    etag = (await caller.get(path.format(**things))).headers["etag"]
    before = await house.owner.fetchval("select count(*) from disclosures")

    assert (await caller.get(path.format(**things), headers={"If-None-Match": etag})).status_code == 304
    assert await house.owner.fetchval("select count(*) from disclosures") == before
