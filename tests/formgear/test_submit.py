"""`POST /v1/formgear/assignments/{id}/submissions`: what is refused, what waits for a person, what becomes a visit."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.formgear.reading import read_submission
from api.formgear.schemas import SubmissionIn
from tests.formgear.gear import PHONE, filled, opened, path_of, prepared
from tests.support.house import House
from tests.sync.parcels import count, hand_on

GOOD = {"light": "1", "power": "2", "fridge": "yes", "rooms": 3, "sleeping": 2}


async def test_what_is_no_submission_is_refused_by_place_and_never_repeated(house: House) -> None:
    _, siti, assignment = await prepared(house)
    good = filled(await opened(siti, assignment)).submission()
    broken: list[tuple[dict[str, Any], str, str]] = [
        ({"id": "x"}, "/id", "uuid_parsing"),
        ({"colour": "Rahasia"}, "", "extra_forbidden"),
        ({"device_id": "3573040101900001"}, "/device_id", "personal_number"),
        ({"response": {}}, "/response/templateDataKey", "missing"),
        (
            {"response": good["response"] | {"answers": [{"answer": "Rahasia"}]}},
            "/response/answers/0/dataKey",
            "missing",
        ),
        (
            {
                "response": good["response"]
                | {"answers": [{"dataKey": "fridge", "answer": [{"value": "[object Object]"}]}]}
            },
            "/response/answers/0/answer",
            "object_as_text",
        ),
        (
            {"remark": {"notes": [{"dataKey": "fridge", "comments": [{}]}]}},
            "/remark/notes/0/comments/0/comment",
            "missing",
        ),
    ]

    for change, pointer, code in broken:
        answer = await siti.post(path_of(assignment), json=good | change)
        assert answer.status_code == 422, change
        assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
        assert "Rahasia" not in answer.text
    assert await count(house, "receipts") == 0


@pytest.mark.parametrize(
    ("key", "answer", "status"),
    [
        ("visit-outcome", [{"label": "Selesai", "value": {"a": 1}}], "invalid"),
        ("visit-outcome", {"a": 1}, "invalid"),
        ("visit-outcome", ["completed"], "invalid"),
        ("visit-location", [{"label": "map", "value": {"latitude": 10**400, "longitude": 1}}], "accepted"),
        ("visit-location", [{"label": "map", "value": {"latitude": 90.5, "longitude": 1}}], "accepted"),
        ("visit-location", [{"label": "map", "value": {"latitude": 1, "longitude": "-180.5"}}], "accepted"),
    ],
)
async def test_an_answer_of_another_shape_is_kept_whatever_it_is(
    house: House, key: str, answer: Any, status: str
) -> None:
    _, siti, assignment = await prepared(house)
    submission = filled(await opened(siti, assignment)).submission()
    others = [one for one in submission["response"]["answers"] if one["dataKey"] != key]
    submission["response"]["answers"] = [*others, {"dataKey": key, "answer": answer}]

    told = await siti.post(path_of(assignment), json=submission)

    assert (told.status_code, told.json()["status"]) == (200, status)
    assert await count(house, "receipts") == 1


async def test_a_foreign_and_an_absent_assignment_look_alike_and_nothing_is_lost(house: House) -> None:
    team, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    await hand_on(house, assignment, team.budi)

    foreign = (await siti.post(path_of(assignment), json=gear.submission())).json()
    absent = (await siti.post(path_of(uuid4()), json=gear.submission())).json()

    assert (foreign["status"], foreign["problem"]["code"]) == ("quarantined", "not_held")
    assert foreign["problem"] == absent["problem"]
    assert (await count(house, "receipts"), await count(house, "visits")) == (2, 0)
    ratna = await house.as_(team.ratna)
    waiting = (await ratna.get("/v1/quarantine")).json()["items"]
    one = next(item for item in waiting if item["assignment_id"] == str(assignment))
    adopted = await ratna.post(
        f"/v1/quarantine/{one['id']}/resolutions", json={"action": "adopt", "reason": "Sudah dikerjakan Siti"}
    )
    assert adopted.status_code == 201, adopted.text
    assert (await ratna.get(f"/v1/visits/{foreign['id']}")).json()["answers"] == GOOD


async def test_what_a_retry_cannot_mend_waits_with_its_places_in_the_words_of_the_template(house: House) -> None:
    _, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    contradicting, unknown, other = (gear.submission() for _ in range(3))
    strange = gear.submission(device_id="hp-asing")
    unknown["response"] |= {"templateVersion": "9.0.0"}
    other["response"] |= {"templateDataKey": "sensus-lain"}
    gear.fill("light", "4")
    gear.answers.pop("verdict-eligibility")
    contradicting = gear.submission()
    answers = [await siti.post(path_of(assignment), json=one) for one in (contradicting, unknown, other, strange)]

    told = [one.json() for one in answers]
    assert [one["status"] for one in told] == ["invalid", "quarantined", "invalid", "quarantined"]
    assert told[0]["places"] == [{"pointer": "/verdict/eligibility", "data_key": "verdict-eligibility"}]
    gear.fill("verdict-eligibility", "undetermined")
    blocked = (await siti.post(path_of(assignment), json=gear.submission())).json()
    assert blocked["places"] == [{"pointer": "/answers/fridge", "data_key": "fridge"}]
    assert told[3]["problem"]["code"] == "device_not_enrolled"
    assert (await count(house, "receipts"), await count(house, "visits")) == (5, 0)


async def test_a_filled_template_becomes_a_visit_with_equal_answers_once(house: House) -> None:
    team, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    born = gear.add_person("Sri <Lestari>")
    for key, answer in (
        (f"member-whereabouts#{born}", "new"), (f"member-new-sex#{born}", "female"),
        (f"member-new-born_on#{born}", "1990-05-01"), (f"member-new-relation#{born}", "spouse"),
        (f"answer-works#{born}", "yes"), (f"answer-pregnant#{born}", "no"),
    ):  # fmt: skip
        gear.fill(key, answer)
    gear.note("rooms", "Satu kamar dipakai gudang")
    gear.note("answer-works#1", "Ojek, " + "x" * 600)
    submission = gear.submission()

    first = await siti.post(path_of(assignment), json=submission)
    again = await siti.post(path_of(assignment), json=submission)
    other = await siti.post(path_of(assignment), json=gear.submission(id=submission["id"], media=None, remark=None))

    assert (first.status_code, first.json()["status"]) == (200, "accepted"), first.text
    assert (first.json()["problem"], first.json()["findings"]) == (None, [])
    assert (again.json()["status"], again.json()["receipt"]) == ("duplicate", first.json()["receipt"])
    assert other.json()["status"] == "conflict"
    visit = (await (await house.as_(team.ratna)).get(f"/v1/visits/{submission['id']}")).json()
    head, child = await house.owner.fetch(
        "select m.id from members m join assignments a using (household_id) where a.id = $1 and line < 3 order by line",
        assignment,
    )
    assert visit["answers"] == GOOD
    assert [(one["id"], one["whereabouts"], one["answers"]) for one in visit["members"][:2]] == [
        (str(head["id"]), "present", {"works": "yes"}),
        (str(child["id"]), "moved", {}),
    ]
    new = visit["members"][2]
    assert (new["name"], new["sex"], new["born_on"], new["relation"]) == (
        "Sri <Lestari>",
        "female",
        "1990-05-01",
        "spouse",
    )
    assert new["answers"] == {"works": "yes", "pregnant": "no"}
    assert (visit["started_at"], visit["ended_at"]) == ("2022-11-03T02:00:00Z", "2022-11-03T02:25:00Z")
    assert (visit["location"]["lat"], visit["notice_given"], visit["submits"]) == (-7.9921, True, True)
    assert (visit["respondent"]["name"], visit["device"]["app_version"]) == ("Slamet", "FormGear 1.1.1")
    assert (visit["verdict"]["field_result"], visit["verdict"]["comment"]) == ("completed", "Rumah rapi")
    assert [(one["pointer"], len(one["comment"])) for one in visit["remarks"]] == [
        ("/answers/rooms", 25), ("/members/0/answers/works", 500), ("/members/0/answers/works", 106),
    ]  # fmt: skip
    assert await count(house, "visits") == 1
    assert await house.owner.fetchval("select count(*) from members where name = 'Sri <Lestari>'") == 1


async def test_what_is_doubtful_is_taken_in_and_told_by_key(house: House) -> None:
    _, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    gear.answers |= {"rooms": "99", "warna#1": "merah", "warna": "biru", "answer-works#1": "kadang"}
    gear.answers["member-id#1"], gear.answers["visit-based_on"] = gear.answers["member-id#1"], "1"
    gear.answers.pop("fridge")

    told = (await siti.post(path_of(assignment), json=gear.submission())).json()

    assert told["status"] == "accepted"
    keys = {one["pointer"]: one["data_key"] for one in told["places"]}
    assert [(keys[one["pointer"]], one["code"]) for one in told["findings"]] == [
        ("fridge", "missing"), ("rooms", "less_than_equal"), ("warna", "unknown_question"),
        ("warna#1", "unknown_question"), ("answer-works#1", "not_an_answer"),
    ]  # fmt: skip


def test_a_verdict_on_an_absent_household_is_taken_where_there_is_one() -> None:
    """The third time that nobody opens, the enumerator judges without having met anybody."""
    told = {"visit-outcome": "no_respondent", "verdict-eligibility": "undetermined", "verdict-registry_action": "keep"}
    answers = [{"dataKey": key, "answer": [{"label": code, "value": code}]} for key, code in told.items()]
    response = {"templateDataKey": "coba", "templateVersion": "1.0.0", "createdAt": "2022-11-03 09:00:00"}

    def verdict_in(several: list[dict[str, Any]]) -> Any:
        said = {"id": str(uuid4()), "device_id": PHONE, "response": response | {"answers": several}}
        return read_submission(SubmissionIn.model_validate(said), uuid4(), [], 1, None).visit.get("verdict")

    assert verdict_in(answers[:1]) is None
    assert verdict_in(answers) == {
        "field_result": "no_respondent", "eligibility": "undetermined", "registry_action": "keep",
    }  # fmt: skip


async def test_a_clock_that_was_put_to_another_zone_on_the_way_is_read_by_each_offset(house: House) -> None:
    _, siti, assignment = await prepared(house)
    submission = filled(await opened(siti, assignment)).submission()
    submission["response"] |= {"createdAt": "2022-11-03 09:00:00", "createdAtGMT": 7}
    submission["response"] |= {"updatedAt": "2022-11-03 10:25:00", "updatedAtGMT": 8}

    told = (await siti.post(path_of(assignment), json=submission)).json()

    visit = (await siti.get(f"/v1/visits/{told['id']}")).json()
    assert (visit["started_at"], visit["ended_at"]) == ("2022-11-03T02:00:00Z", "2022-11-03T02:25:00Z")


async def test_an_absent_household_needs_no_verdict_and_a_renamed_person_is_a_correction(house: House) -> None:
    _, siti, assignment = await prepared(house)
    gear = await opened(siti, assignment)
    gear.fill("visit-outcome", "no_respondent")
    gear.answers = {key: gear.answers[key] for key in ("visit-based_on", "visit-address", "visit-outcome")}
    absent = gear.submission()
    gear = filled(await opened(siti, assignment))
    gear.answers["visit-members"][1]["label"] = "Slamet Riyadi"
    renamed = gear.submission()

    told = [(await siti.post(path_of(assignment), json=one)).json() for one in (absent, renamed)]

    assert [one["status"] for one in told] == ["accepted", "accepted"], told
    visits = [(await siti.get(f"/v1/visits/{one['id']}")).json() for one in told]
    assert (visits[0]["outcome"], visits[0]["members"], visits[0]["verdict"]) == ("no_respondent", [], None)
    assert [one["name"] for one in visits[1]["members"]] == ["Slamet Riyadi", None]


async def test_what_the_engine_itself_gave_out_becomes_a_visit(house: House) -> None:
    """`engine.json` is what form-gear 1.1.1 of npm, unchanged, gave out (`setSubmitMobile`) for the template of `FORM`.

    It was run in jsdom with a preset of two people and answers to `FORM`; a row that is not answered is `[]` there.
    """
    given = (Path(__file__).parent / "engine.json").read_text(encoding="utf-8")
    _, siti, assignment = await prepared(house)
    visits = []
    for kind in ("no_respondent", "completed"):
        known = (await opened(siti, assignment)).answers
        documents = json.loads(given)[kind]
        own = {"aaa": known["member-id#1"], "bbb": known["member-id#2"]}
        for one in documents["response"]["answers"]:
            one["answer"] = own.get(one["answer"], one["answer"]) if isinstance(one["answer"], str) else one["answer"]
        body = documents | {"id": str(uuid4()), "device_id": PHONE}

        told = (await siti.post(path_of(assignment), json=body)).json()

        assert (told["status"], told["findings"]) == ("accepted", []), told
        visits.append((await siti.get(f"/v1/visits/{body['id']}")).json())
    absent, met = visits
    assert (absent["outcome"], absent["answers"], absent["members"], absent["verdict"]) == (
        "no_respondent",
        {},
        [],
        None,
    )
    assert met["answers"] == {"light": "1", "power": "2", "fridge": "yes", "rooms": 0, "sleeping": 0}
    assert [(one["name"], one["whereabouts"], one["answers"]) for one in met["members"]] == [
        (None, "present", {"works": "yes"}), (None, "moved", {}),
        ("Sri Lestari", "new", {"works": "no", "pregnant": "no"}),
    ]  # fmt: skip
    assert (met["verdict"]["registry_action"], met["submits"]) == ("keep", True)
