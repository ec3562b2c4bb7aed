"""`GET /v1/meta`: what this server says it offers is there, and nothing else."""

from tests.support.house import House

WHERE = {
    "sync": "/v1/sync/",
    "attachments": "/v1/attachments",
    "openrosa": "/v1/openrosa/",
    "formgear": "/v1/formgear/",
    "eligibility_checks": "/v1/eligibility-checks",
}


async def test_a_feature_is_on_when_its_operations_are_there(house: House) -> None:
    told = (await (await house.as_(None)).get("/v1/meta")).json()["features"]

    paths = house.app.openapi()["paths"]
    assert told == {name: any(path.startswith(start) for path in paths) for name, start in WHERE.items()}
