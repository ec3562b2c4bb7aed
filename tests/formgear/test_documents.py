"""`GET /v1/formgear/assignments/{id}` and `.../versions/{n}/formgear`: who gets them, and what stands in them."""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from api.core import clock
from tests.formgear.gear import components, filled, opened, path_of, prepared
from tests.support.house import House
from tests.sync.parcels import hand_on

NIK = "3573041203850001"


async def test_a_strangers_assignment_is_not_there_and_one_without_a_form_says_so(house: House) -> None:
    team, siti, assignment = await prepared(house)
    await hand_on(house, assignment, team.budi)
    own = await house.make.assignment(await house.make.campaign(code="lain"), await house.make.household(), team.siti)

    foreign = await siti.get(f"/v1/formgear/assignments/{assignment}")
    absent = await siti.get(f"/v1/formgear/assignments/{uuid4()}")
    formless = await siti.get(f"/v1/formgear/assignments/{own}")

    assert (
        (foreign.status_code, foreign.json()["code"])
        == (absent.status_code, absent.json()["code"])
        == (404, "not_found")
    )
    assert (formless.status_code, formless.json()["code"]) == (409, "no_published_form")
    assert (await siti.get(f"/v1/questionnaires/{uuid4()}/versions/1/formgear")).status_code == 404


async def test_the_preset_tells_the_household_without_its_numbers_and_the_look_is_on_record(house: House) -> None:
    _, siti, assignment = await prepared(house, nik=NIK)
    await house.owner.execute("update members set name = 'Slamet <img src=x>' where line = 1")

    answer = await siti.get(f"/v1/formgear/assignments/{assignment}", headers={"Accept-Language": "id"})

    told = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert NIK not in answer.text
    assert "<img" not in answer.text
    known = {one["dataKey"]: one["answer"] for one in told["preset"]["predata"]}
    assert (known["visit-based_on"], known["visit-address"]) == ("1", "JL. S. SUPRIADI 12 RT 003 RW 005")
    assert [one["value"] for one in known["visit-members"]] == ["0", "1", "2"]
    assert known["visit-members"][0]["label"] == "lastId#2"
    assert known["member-sex#1"] == [{"label": "Laki-laki", "value": "male"}]
    assert (known["member-born_on#2"], known["member-relation#2"][0]["value"]) == ("1985-03-12", "child")
    assert told["response"]["answers"] == told["remark"]["notes"] == told["media"]["media"] == []
    assert told["config"] == {"clientMode": 2, "formMode": 1, "initialMode": 2, "lookupMode": 2}
    looked = await house.owner.fetchval("select count(*) from disclosures where operation = 'read_formgear_assignment'")
    assert looked == 1


async def test_the_template_is_one_that_the_engine_takes(house: House) -> None:
    _, siti, assignment = await prepared(house)
    told = (await siti.get(f"/v1/formgear/assignments/{assignment}")).json()
    url = f"/v1/questionnaires/{told['questionnaire_id']}/versions/1/formgear"

    answer = await siti.get(url)

    seen = await siti.get(url, headers={"If-None-Match": answer.headers["ETag"]})
    assert (seen.status_code, answer.headers["Vary"]) == (304, "Accept-Language")
    assert (await siti.get(url, headers={"Accept-Language": "id"})).headers["ETag"] != answer.headers["ETag"]
    template = answer.json()["template"]
    assert (template["version"], template["dataKey"], template["title"]) == (
        "1.0.0",
        "coba",
        "Coba &lt;b&gt;&amp; lihat",
    )
    found = components(template)
    assert [one["dataKey"] for one in template["components"][0]] == [
        "section-visit", "section-housing", "section-members", "section-verdict",
    ]  # fmt: skip
    assert (found["light"]["type"], found["rooms"]["type"], found["visit-members"]["type"]) == (26, 28, 21)
    assert found["each-member"]["sourceQuestion"] == "visit-members"
    assert not found["rooms"]["required"], "FormGear takes a required 0 for no answer"
    assert None not in [value for one in found.values() for value in one.values()], "null is a value to the engine"
    for one in found.values():  # what is not listed is not filled in with its row, nor asked again
        script = str(one.get("enableCondition") or one.get("expression"))
        asked = re.findall(r"getValue\('([^']+)'\)", script)
        assert (one.get("componentEnable") or one.get("componentVar") or [])[: len(asked)] == asked


async def test_returned_work_comes_with_its_answers_and_remarks_and_goes_back(house: House) -> None:
    team, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    assert (await siti.post(path_of(assignment), json=gear.submission())).json()["status"] == "accepted"
    ratna = await house.as_(team.ratna)
    (verdict,) = (await ratna.get("/v1/verdicts")).json()["items"]
    remarks = [
        {"pointer": "/answers/fridge", "comment": "Kulkas < 2 pintu?"},
        {"pointer": "/members/0/answers/works", "comment": "Kerja apa?"},
        {"pointer": "/verdict", "comment": "Alasannya?"},
        {"pointer": "/somewhere", "comment": "Umum"},
    ]
    body = {"decision": "return", "comment": "Periksa lagi", "remarks": remarks}
    back = await ratna.post(f"/v1/verdicts/{verdict['id']}/reviews", json=body)
    assert back.status_code == 200, back.text

    gear = await opened(siti, assignment)

    assert {key: gear.answers[key] for key in ("rooms", "sleeping")} == {"rooms": 3, "sleeping": 2}
    assert gear.answers["answer-works#1"][0]["value"] == "yes"
    notes = {one["dataKey"]: one["comments"][0] for one in gear.remark["notes"]}
    assert list(notes) == ["fridge", "answer-works#1", "verdict-eligibility", "visit-outcome"]
    assert (notes["fridge"]["sender"], notes["fridge"]["comment"]) == ("sambang", "Kulkas &lt; 2 pintu?")
    said_at = datetime.strptime(notes["fridge"]["datetime"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=clock.WIB)
    assert abs(clock.now() - said_at) < timedelta(hours=1), "the clock on the wall, in Malang"
    filled(gear).note("fridge", "Satu pintu")
    mended = (await siti.post(path_of(assignment), json=gear.submission())).json()
    assert mended["status"] == "accepted", mended
    visit = (await ratna.get(f"/v1/visits/{mended['id']}")).json()
    assert visit["remarks"] == [{"pointer": "/answers/fridge", "comment": "Satu pintu"}], "ours are not taken for new"
    assert UUID(visit["id"]) == UUID(mended["id"])


async def test_who_is_no_longer_of_the_household_has_no_row_and_a_remark_on_them_is_not_lost(house: House) -> None:
    team, siti, assignment = await prepared(house)
    gear = filled(await opened(siti, assignment))
    assert (await siti.post(path_of(assignment), json=gear.submission())).json()["status"] == "accepted"
    ratna = await house.as_(team.ratna)
    (verdict,) = (await ratna.get("/v1/verdicts")).json()["items"]
    remarks = [{"pointer": "/members/0/answers/works", "comment": "Kerja apa?"}]
    body = {"decision": "return", "comment": "Periksa lagi", "remarks": remarks}
    assert (await ratna.post(f"/v1/verdicts/{verdict['id']}/reviews", json=body)).status_code == 200
    elsewhere = await house.make.household()
    await house.owner.execute(
        "update members set household_id = $1, line = 9 where id = $2", elsewhere, UUID(gear.answers["member-id#1"])
    )

    told = (await siti.get(f"/v1/formgear/assignments/{assignment}")).json()

    keys = {one["dataKey"] for one in told["response"]["answers"]}
    assert keys >= {"rooms", "member-whereabouts#1"}
    assert not {key for key in keys if key.endswith("#0") or key.startswith("answer-works")}
    assert [one["dataKey"] for one in told["remark"]["notes"]] == ["visit-outcome"]
