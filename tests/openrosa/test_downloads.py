"""What Collect downloads: forms, the manifest, the lists, and what has gone from them."""

import csv
import hashlib
import io
from uuid import uuid4

import pytest
from defusedxml import ElementTree

from tests.openrosa.collect import FORM, LIST, MANIFEST, OPENROSA, enrolled, equipped, message
from tests.openrosa.test_phones import CALLS
from tests.support.house import House
from tests.sync.parcels import hand_on


@pytest.mark.parametrize("version", [None, "2.0", "1"])
async def test_another_version_of_openrosa_is_400(house: House, version: str | None) -> None:
    field = await equipped(house)
    headers = {} if version is None else {"X-OpenRosa-Version": version}

    for method, path in CALLS:
        answer = await field.collect.http.request(method, f"{field.collect.server_url}/{path}", headers=headers)
        assert answer.status_code == 400
        assert method == "HEAD" or message(answer) == "Header X-OpenRosa-Version harus 1.0"


async def test_every_answer_has_openrosas_headers_and_no_date_of_ours(house: House) -> None:
    field = await equipped(house)

    for method, path in CALLS[:-1]:
        answer = await field.collect.http.request(method, f"{field.collect.server_url}/{path}", headers=OPENROSA)
        assert answer.status_code == (204 if path == "submission" else 200)
        assert answer.headers["X-OpenRosa-Version"] == "1.0"
        assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "10000000"
        assert answer.headers["Content-Language"] == "id"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "date" not in answer.headers, "uvicorn adds it; two would be wrong"


async def test_the_form_list_shows_the_persons_forms_alone_with_the_hash_of_their_bytes(house: House) -> None:
    field = await equipped(house)
    elsewhere = await house.make.campaign(code="lain")
    stranger = await enrolled(house, (await house.make.team(elsewhere, names=("Agus", "Lina", "Joko"))).siti)
    url = field.collect.server_url

    listed = ElementTree.fromstring((await field.collect.get(f"{url}/formList")).content)

    (form,) = listed.iterfind(f"{LIST}xform")
    told = {one.tag.removeprefix(LIST): one.text for one in form}
    assert (told["formID"], told["version"], told["manifestUrl"]) == (FORM, "1", f"{url}/manifest")
    made = (await field.collect.get(told["downloadUrl"])).content
    assert told["hash"] == f"md5:{hashlib.md5(made, usedforsecurity=False).hexdigest()}"
    for asked, count in ((FORM, 1), ("malang-1999", 0)):
        answer = await field.collect.get(f"{url}/formList", formID=asked, verbose="true")
        assert len(ElementTree.fromstring(answer.content)) == count
    assert len(ElementTree.fromstring((await stranger.get(f"{stranger.server_url}/formList")).content)) == 0
    await house.owner.execute("update campaigns set status = 'closed'")
    assert len(ElementTree.fromstring((await field.collect.get(f"{url}/formList")).content)) == 0


@pytest.mark.parametrize("path", ["malang-2022/2", "malang-2022/0", "malang-2022/99999999999", "malang-1999/1"])
async def test_a_form_that_is_not_published_is_404(house: House, path: str) -> None:
    field = await equipped(house)

    answer = await field.collect.http.get(f"{field.collect.server_url}/forms/{path}.xml", headers=OPENROSA)

    assert (answer.status_code, message(answer)) == (404, "Formulir ini tidak dikenal")


async def test_the_lists_hold_open_work_of_ones_own_without_numbers_and_leave_a_look(house: House) -> None:
    field = await equipped(house)
    secret = await house.make.household(head="Tukiyem, S.Pd", nik="3573041203859901", no_kk="3573040101159902")
    own = await house.make.assignment(field.team.campaign_id, secret, field.team.siti, status="returned")
    await house.make.assignment(
        field.team.campaign_id, await house.make.household(), field.team.siti, status="approved"
    )
    await house.make.assignment(field.team.campaign_id, await house.make.household(head="Budiman"), field.team.budi)
    url = f"{field.collect.server_url}/lists"

    work = (await field.collect.get(f"{url}/assignments.csv", "text/csv")).text
    people = (await field.collect.get(f"{url}/members.csv", "text/csv")).text

    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(work))}
    assert set(rows) == {str(field.assignments[0]), str(own)}
    assert rows[str(own)] == {
        "name": str(own), "label": "RW 005 RT 003 · Tukiyem, S.Pd · JL. S. SUPRIADI 12", "__version__": "1",
        "household_id": str(secret), "revision": "1",
    }  # fmt: skip
    members = list(csv.DictReader(io.StringIO(people)))
    assert len(members) == 4
    assert list(members[0]) == ["name", "label", "__version__", "household_id", "sex", "born_on", "relation"]
    assert "Budiman" not in work + people
    assert "3573" not in work + people
    looks = await house.owner.fetch(
        "select household_ids, operation from disclosures where operation like '%openrosa%'"
    )
    assert len(looks) == 4, "two when the phone was set up, two now"
    assert {secret} <= set(looks[-1]["household_ids"])


async def test_the_manifest_changes_when_a_list_does_and_only_then(house: House) -> None:
    field = await equipped(house, 2)
    assert await field.collect.refresh() == []

    async def after(change: str) -> list[str]:
        await house.owner.execute(change)
        return await field.collect.refresh()

    assert await after("update households set head_name = 'Slamet Riyadi'") == ["assignments.csv"]
    assert await after("update members set name = 'Ani' where line = 2") == ["members.csv"]
    assert await after("update members set restricted_at = now() where line = 2") == ["members.csv"]
    await hand_on(house, field.assignments[0], field.team.budi)
    assert await field.collect.refresh() == ["assignments.csv", "members.csv"]
    kinds = ElementTree.fromstring((await field.collect.get(f"{field.collect.server_url}/manifest")).content)
    assert {one.get("type") for one in kinds.iterfind(f"{MANIFEST}mediaFile")} == {"entityList"}


async def test_integrity_says_what_has_gone(house: House) -> None:
    field = await equipped(house, 2)
    await hand_on(house, field.assignments[0], field.team.budi)
    member = await house.owner.fetchval("select m.id from members m join assignments a using (household_id) where a.id = $1", field.assignments[1])  # fmt: skip  # noqa: E501
    asked = [str(field.assignments[0]), str(field.assignments[1]), str(member), str(uuid4()), '"><x>']

    answer = await field.collect.get(f"{field.collect.server_url}/integrity", id=",".join(asked))

    entities = ElementTree.fromstring(answer.content).findall("entities/entity")
    assert [(one.get("id"), one.find("deleted").text) for one in entities] == list(
        zip(asked, ["true", "false", "false", "true", "true"], strict=True)
    )
