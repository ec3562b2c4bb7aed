"""Refusals name the field, never the value, in the caller's language."""

import logging
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client import generate_latest

from api.core import answering, metrics
from tests.support.house import House

NIK = "3573041203850001"


async def test_an_unknown_path_is_not_repeated(house: House) -> None:
    answer = await (await house.as_(None)).get(f"/v1/people/{NIK}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert NIK not in answer.text


async def test_a_path_parameter_is_named_by_its_place(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.get(f"/v1/regions/{NIK}")

    assert answer.status_code == 422
    assert answer.json()["instance"] == "/v1/regions/{code}"
    assert NIK not in answer.text


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/questionnaires/a/versions/{}.xml", "/v1/questionnaires/{{questionnaire_id}}/versions/{{number}}.xml"),
        ("/v1/openrosa/a/forms/b/{}.xml", "/v1/openrosa/{{token}}/forms/{{code}}/{{version}}.xml"),
        ("/v1/openrosa/a/lists/{}.csv", "/v1/openrosa/{{token}}/lists/{{entities}}.csv"),
        ("/v1/openrosa/{}/formList", "/v1/openrosa/{{token}}/formList"),
    ],
)
async def test_a_path_parameter_before_a_dot_reaches_no_log_figure_or_answer(
    house: House, caplog: pytest.LogCaptureFixture, path: str, shown: str
) -> None:
    nobody = await house.as_(None)

    caplog.set_level(logging.INFO, "sambang")
    logging.getLogger("sambang").addHandler(caplog.handler)
    try:
        answer = await nobody.get(path.format(NIK))
    finally:
        logging.getLogger("sambang").removeHandler(caplog.handler)

    assert answer.status_code >= 400
    assert NIK not in answer.text
    assert {record.__dict__["route"] for record in caplog.records if record.msg == "request"} == {shown.format()}
    assert NIK not in generate_latest(metrics.registry()).decode()


async def test_the_title_follows_the_accepted_language(house: House) -> None:
    nobody = await house.as_(None)

    indonesian = await nobody.get("/v1/regions", headers={"Accept-Language": "id"})
    english = await nobody.get("/v1/regions", headers={"Accept-Language": "en-GB, id;q=0.5"})

    assert indonesian.json()["title"] == "Belum masuk, atau token tidak berlaku"
    assert english.json()["title"] == "No valid token"


async def test_each_problem_type_has_its_page(house: House) -> None:
    nobody = await house.as_(None)

    page = await nobody.get("/problems/wrong_state")
    absent = await nobody.get("/problems/never_heard_of")

    assert page.json()["status"] == 409
    assert absent.status_code == 404


async def test_a_body_over_one_mebibyte_is_a_problem_too(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.post("/v1/households/search", json={"nik": "3" * 1024 * 1024})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "33333" not in answer.text


async def test_an_error_of_ours_is_a_problem_that_tells_nothing() -> None:
    app = FastAPI()
    answering.install(app)

    @app.get("/broken")
    async def break_down() -> None:
        raise RuntimeError(f"could not read {NIK}")

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sambang.test") as nobody:
        answer = await nobody.get("/broken")

    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert NIK not in answer.text


async def test_a_line_that_breaks_in_the_midst_of_a_request_is_no_error_of_ours() -> None:
    app = FastAPI()
    answering.install(app)

    @app.post("/push")
    async def take(request: Request) -> None:
        await request.body()

    sent: list[int] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message.get("status", 0))

    scope = {"type": "http", "method": "POST", "path": "/push", "headers": [], "query_string": b"", "root_path": ""}
    await app(scope, receive, send)

    assert sent[0] == 400, "it ends here, and no log is told"


async def test_a_refused_field_says_what_its_rule_is(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    far = await dewi.get("/v1/campaigns", params={"limit": 1001})
    body = {"code": "Malang 2026", "title": NIK * 20}
    form = await dewi.post("/v1/questionnaires", json=body)
    reply = await dewi.post("/v1/activations", json={"code": "a" * 200, "password": NIK[:5]})

    assert far.json()["errors"][0]["message"] == "The number is too large (≤ 1000)"
    told = {error["pointer"]: error["message"] for error in form.json()["errors"]}
    assert told["/code"] == "The text does not have the required form (^[a-z0-9]+(-[a-z0-9]+)*$)"
    assert NIK not in form.text + reply.text
    assert NIK[:5] not in reply.text


async def test_a_refused_choice_names_the_choices(house: House) -> None:
    dewi = await house.as_(await house.make.dewi())

    answer = await dewi.get("/v1/verdicts", params={"stage": "finished"})

    error = answer.json()["errors"][0]
    assert error["message"] == (
        "Not one of the allowed values ('proposed', 'reviewed', 'decided', 'deliberated' or 'endorsed')"
    )


async def test_who_may_not_is_told_which_permission_it_takes(house: House) -> None:
    arif = await house.as_(await house.make.arif())

    answer = await arif.get("/v1/releases")

    assert (answer.status_code, answer.json()["detail"]) == (403, "releases:read")
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="sambang", error="insufficient_scope", scope="releases:read"'
    )
