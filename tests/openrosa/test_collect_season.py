"""End to end: Collect as it is fills a form, ours or somebody else's, and a visit with its photos arrives."""

import csv
import io

from pyxform.xls2xform import convert

from tests.attachments.shots import noise, shot
from tests.openrosa.collect import FORM, equipped, filled, instance_of
from tests.support.house import House


async def test_a_form_filled_in_collect_arrives_as_a_visit_with_its_photo(house: House) -> None:
    field = await equipped(house)
    collect, ratna = field.collect, await house.as_(field.team.ratna)
    (door,) = csv.DictReader(io.StringIO(collect.lists["assignments.csv"]))
    people = list(csv.DictReader(io.StringIO(collect.lists["members.csv"])))
    assert [one["label"] for one in people] == ["Slamet", "Slamet 2"]
    xml = filled(
        collect.forms[FORM],
        {
            "started_at": "2022-11-03T09:00:00.000+07:00",
            "ended_at": "2022-11-03T09:25:00.000+07:00",
            "device_id": "collect:abc",
            "visit/assignment_id": door["name"],
            "visit/based_on": door["revision"],
            "visit/household_id": door["household_id"],
            "visit/outcome": "completed",
            "visit/notice_given": "yes",
            "visit/location": "-7.9921 112.6183 440.0 8.5",
            "visit/respondent_name": "Slamet",
            "visit/house_photo": "1667441520000.jpg",
            "answers/housing/floor_area": "36",
            "answers/housing/floor": "8",
            "verdict/eligibility": "eligible",
            "verdict/registry_action": "correct",
            "verdict/comment": "Lantai tanah",
        },
        [
            {
                "member-whereabouts": "present", "member-id": people[0]["name"],
                "members/works": "1", "members/hours": "40",
            },
            {"member-whereabouts": "moved", "member-id": people[1]["name"]},
            {
                "member-whereabouts": "new", "member-name": "Ani", "member-new-sex": "female",
                "member-new-born-on": "2021-05-01",
            },
        ],
    )  # fmt: skip

    done, shown = await collect.send(xml, ("1667441520000.jpg", shot()))

    assert (done, shown) == (True, "Kunjungan diterima")
    visit = (await ratna.get(f"/v1/visits/{instance_of(xml)}")).json()
    assert visit["assignment_id"] == door["name"]
    assert (visit["outcome"], visit["submits"]) == ("completed", True)
    assert visit["location"] == {"lat": -7.9921, "lon": 112.6183, "accuracy_m": 8.5, "mock": False}
    assert visit["answers"] == {"floor_area": 36, "floor": "8"}
    assert visit["device"] == {
        "id": "collect:abc", "app_version": "org.odk.collect.android/v2024.3.4 Dalvik", "clock_at": None
    }  # fmt: skip
    assert visit["verdict"]["registry_action"] == "correct"
    assert [(one["whereabouts"], one["answers"]) for one in visit["members"]] == [
        ("present", {"works": "1", "hours": 40}),
        ("moved", {}),
        ("new", {}),
    ]
    assert visit["members"][2]["name"] == "Ani"
    assert await house.owner.fetchval("select status from assignments") == "submitted"
    photo = await ratna.get(f"/v1/visits/{instance_of(xml)}/attachments/1667441520000.jpg")
    assert (photo.status_code, photo.headers["content-type"]) == (200, "image/jpeg")
    assert "members.csv" in await collect.refresh(), "what is submitted leaves the lists"
    assert list(csv.DictReader(io.StringIO(collect.lists["assignments.csv"]))) == []


async def test_a_form_that_somebody_made_elsewhere_arrives_too(house: House) -> None:
    field = await equipped(house)
    made = convert(
        xlsform={
            "survey": [
                {"type": "start", "name": "start"},
                {"type": "end", "name": "end"},
                {"type": "text", "name": "assignment_id", "label": "Penugasan"},
                {"type": "begin_group", "name": "di_rumah", "label": "Di rumah"},
                {"type": "select_one outcome", "name": "outcome", "label": "Hasil"},
                {"type": "geopoint", "name": "location", "label": "Letak"},
                {"type": "integer", "name": "floor_area", "label": "Luas lantai"},
                {"type": "image", "name": "foto_rumah", "label": "Foto rumah"},
                {"type": "image", "name": "foto_dapur", "label": "Foto dapur"},
                {"type": "end_group", "name": "di_rumah"},
                {"type": "select_one eligibility", "name": "eligibility", "label": "Kelayakan"},
            ],
            "choices": [
                {"list_name": "outcome", "name": "completed", "label": "Selesai"},
                {"list_name": "eligibility", "name": "eligible", "label": "Layak"},
            ],
            "settings": [{"form_title": "Buatan kelurahan", "form_id": FORM, "version": "1"}],
        },
        form_name="survei",
        warnings=[],
    ).xform.encode()  # fmt: skip
    xml = filled(
        made,
        {
            "start": "2022-11-03T09:00:00.000+07:00",
            "end": "2022-11-03T09:25:00.000+07:00",
            "assignment_id": str(field.assignments[0]),
            "di_rumah/outcome": "completed",
            "di_rumah/location": "-7.9921 112.6183 0 0",
            "di_rumah/floor_area": "36",
            "di_rumah/foto_rumah": "rumah depan é.jpg",
            "di_rumah/foto_dapur": "dapur.png",
            "eligibility": "eligible",
        },
    )

    photos = [("rumah depan é.jpg", noise()), ("dapur.png", shot(kind="PNG"))]
    done, shown = await field.collect.send(xml, *photos)

    assert (done, shown) == (True, "Kunjungan diterima")
    ratna = await house.as_(field.team.ratna)
    visit = (await ratna.get(f"/v1/visits/{instance_of(xml)}")).json()
    assert (visit["outcome"], visit["answers"], visit["based_on"]) == ("completed", {"floor_area": 36}, 1)
    held = (await ratna.get(f"/v1/visits/{instance_of(xml)}/attachments")).json()["items"]
    assert [one["status"] for one in held] == ["held", "held"]
    assert {one["name"] for one in held} >= {"dapur.png"}
    for one in held:
        assert (await ratna.get(f"/v1/visits/{instance_of(xml)}/attachments/{one['name']}")).status_code == 200
