"""How a visit was done: kept with it in its seal, read by supervision alone, in no log."""

from typing import Any

import pytest
from uuid_utils.compat import uuid7

from tests.attachments.shots import announced, exif, knocked, put, shot
from tests.support.house import House
from tests.sync.parcels import doors, push
from tests.visits.bodies import visit

NOTED: dict[str, Any] = {
    "timings": [{"question": "floor", "at": "2022-11-03T02:01:00Z", "seconds": 4.2}],
    "positions": [
        {"at": "2022-11-03T02:02:00Z", "lat": -7.99234567, "lon": 112.61876543, "accuracy_m": 9.0, "mock": False}
    ],
    "edits": [{"question": "floor", "at": "2022-11-03T02:03:00Z"}],
}
PHOTO = shot(exif=exif())


async def test_only_supervision_reads_it_and_only_of_its_own_people(house: House) -> None:
    team, _, body = await knocked(house, PHOTO, paradata=NOTED)
    other = await house.make.team(team.campaign_id, names=("Agus", "Lina", "Joko"))
    path = f"/v1/visits/{body['id']}/paradata"

    for person in (team.siti, await house.make.arif(), await house.make.observer()):
        assert (await (await house.as_(person)).get(path)).status_code == 403, person.name
    agus = await house.as_(other.ratna)
    assert (await agus.get(path)).status_code == (await agus.get(f"/v1/visits/{uuid7()}/paradata")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"timings": [{"question": "floor", "at": "2022-11-03T02:01:00Z", "seconds": -1}]}, "/timings/0/seconds"),
        ({"positions": NOTED["positions"] * 501}, "/positions"),
        ({"positions": [NOTED["positions"][0] | {"lat": 91}]}, "/positions/0/lat"),
        ({"edits": [{"question": "floor", "at": "1970-01-01T00:00:00Z"}]}, "/edits/0/at"),
        ({"edits": [NOTED["edits"][0] | {"answer": "3573041203851111"}]}, "/edits/0"),
        ({"audio": "x"}, ""),
    ],
)
async def test_what_is_no_paradata_is_422_at_its_field(house: House, wrong: dict[str, Any], pointer: str) -> None:
    team, (assignment,) = await doors(house)

    answer = await (await house.as_(team.siti)).post("/v1/visits", json=visit(assignment, paradata=wrong))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/paradata{pointer}")


async def test_what_the_phone_and_the_cameras_noted_is_read_together(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    team, (assignment,) = await doors(house)
    siti, ratna = await house.as_(team.siti), await house.as_(team.ratna)
    body = visit(assignment, attachments=announced(PHOTO), paradata=NOTED)
    assert [one["status"] for one in await push(siti, body)] == ["accepted"]
    assert (await put(siti, body["id"], PHOTO)).status_code == 201

    shown = (await ratna.get(f"/v1/visits/{body['id']}/paradata")).json()

    assert {part: shown[part] for part in NOTED} == NOTED
    (photo,) = shown["photos"]
    assert (photo["lat"], photo["lon"], photo["model"]) == (-7.9920833, 112.6183333, "HP-1")
    assert photo["taken_at"] == "2022:11:03 09:12:00"
    assert "paradata" not in (await ratna.get(f"/v1/visits/{body['id']}")).text
    for table in ("photos", "visits", "receipts", "audit_events"):
        rows = await house.owner.fetch(f"select t::text as text from {table} t")
        for secret in ("7.99234567", "7.9920833"):
            assert not [row for row in rows if secret in row["text"]], table
            assert secret not in caplog.text
    looks = await house.owner.fetch("select fields from disclosures where operation = 'read_paradata'")
    assert [row["fields"] for row in looks] == [["paradata"]]
