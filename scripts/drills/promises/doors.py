"""Nobody gets in without a token of this house: every operation of the contract, asked without one and with rubbish."""

from collections.abc import AsyncIterator

import httpx

from scripts.drills.promises.promise import Line, all_of
from scripts.drills.throw_away import ThrowAwayHouse

METHODS = ("get", "post", "put", "patch", "delete")


async def keep(house: ThrowAwayHouse) -> AsyncIterator[Line]:
    """401 from every operation that names a security scheme, for no token and for three that are none."""
    tried = refused = 0
    async with httpx.AsyncClient(base_url=house.url, timeout=30) as nobody:
        contract = (await nobody.get("/openapi.json")).json()
        for path, item in contract["paths"].items():
            for method in METHODS:
                if not item.get(method, {}).get("security"):
                    continue
                for token in (None, "x", "x.y.z", "eyJhbGciOiJub25lIn0.e30."):
                    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
                    answer = await nobody.request(method, path, headers=headers)
                    tried += 1
                    refused += answer.status_code == httpx.codes.UNAUTHORIZED and "www-authenticate" in answer.headers
    yield all_of("P2", "calls without a valid token refused", refused, tried)
