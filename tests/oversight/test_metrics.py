"""`/metrics`: for Prometheus alone, with labels that tell of nobody, over all processes of a machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from api.access.sealing import Sealer
from api.oversight.measuring import TOKEN_FILE
from tests.support.house import House


def token(house: House) -> dict[str, str]:
    return {"Authorization": f"Bearer {(house.state['settings'].keys_folder / TOKEN_FILE).read_text()}"}


async def test_only_the_token_beside_the_keys_opens_it(house: House) -> None:
    nobody, dewi, arif = (
        await house.as_(None),
        await house.as_(await house.make.dewi()),
        await house.as_(await house.make.arif()),
    )
    for caller, headers in (
        (nobody, {}),
        (nobody, {"Authorization": "Bearer x"}),
        (nobody, {"Authorization": "Bearer "}),
        (dewi, {}),
        (arif, {}),
    ):
        answer = await caller.get("/metrics", headers=headers)
        assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)
    path = house.state["settings"].keys_folder / TOKEN_FILE
    assert path.stat().st_mode & 0o077 == 0
    kept = path.read_text()
    path.unlink()
    try:
        assert (await nobody.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 401
    finally:
        path.touch(mode=0o600)
        path.write_text(kept)


async def test_it_counts_requests_by_template_and_status_and_no_label_tells_of_anybody(house: House) -> None:
    team = await house.make.team(await house.make.campaign())
    nik = "3573041203859901"
    household = await house.make.household(head="Sutinah", nik=nik)
    await house.make.assignment(team.campaign_id, household, team.siti)
    siti, nobody = await house.as_(team.siti), await house.as_(None)
    assert (await siti.get(f"/v1/households/{household}")).status_code == 200
    await siti.get(f"/v1/households/{nik}")
    await siti.get(f"/v1/Sutinah/{nik}")
    await nobody.request("SUTINAH", "/v1/meta")

    answer = await nobody.get("/metrics", headers=token(house))

    assert answer.status_code == 200
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    labels = [sample.labels for family in families.values() for sample in family.samples]
    told = {value for one in labels for value in one.values()}
    assert not [
        value for value in told if nik in value or "utinah" in value.lower() or re.search(r"[0-9a-f]{8}-", value)
    ]
    counted = {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"])
        for sample in families["sambang_http_requests"].samples
        if sample.name.endswith("_total")
    }
    assert ("GET", "/v1/households/{household_id}", "200") in counted
    assert ("GET", "/", "404") in counted
    assert ("other", "/v1/meta", "405") in counted
    assert families["sambang_database_up"].samples[0].value == 1
    assert {sample.labels["what"] for sample in families["sambang_waiting"].samples} == {"import", "job"}
    assert {"sambang_database_connections_in_use", "sambang_oldest_transaction_seconds"} <= set(families)


async def test_figures_are_there_when_the_database_is_not(house: House) -> None:
    await house.owner.execute("revoke select on imports from sambang_worker")

    answer = await (await house.as_(None)).get("/metrics", headers=token(house))

    assert answer.status_code == 200
    assert "sambang_database_up 0.0" in answer.text


async def test_it_tells_how_old_the_last_seal_is_and_what_waits_for_one(house: House) -> None:
    nobody, names = await house.as_(None), ("sambang_audit_seal_age_seconds", "sambang_audit_unsealed_age_seconds")

    async def told() -> list[float]:
        text = (await nobody.get("/metrics", headers=token(house))).text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        return [families[name].samples[0].value for name in names]

    assert await told() == [0, 0]
    await house.owner.execute(
        "insert into audit_events (at, action, request_id, detail)"
        " values (now() - interval '2 hours', 'x.y', 'x', '{}')"
    )
    assert [round(value, -2) for value in await told()] == [0, 7200]
    await Sealer(house.owner).seal_all()
    await house.owner.execute("update audit_seals set sealed_at = now() - interval '1 hour'")
    assert [round(value, -2) for value in await told()] == [3600, 0]


def test_two_processes_tell_of_both(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from api.core import metrics; metrics.count('GET', '/v1/me', 200, 0.01, 2)"
    tell = "from api.core import metrics; print(metrics.registry().get_sample_value('sambang_http_requests_total',"
    tell += " {'method': 'GET', 'route': '/v1/me', 'status': '200'}))"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)  # noqa: S603

    told = subprocess.run([sys.executable, "-c", tell], env=environment, check=True, capture_output=True)  # noqa: S603

    assert told.stdout.decode().strip() == "2.0"
