"""Answers whose rows PostgreSQL writes as JSON: they go out as they are, without an object of ours for every value.

The columns of such a statement are the fields of its `Out`. Nothing checks them on the way out; the suite holds every
answer against the contract.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Response


def as_json(query: str, *ours: str) -> str:
    """The rows of this statement in its order, each as JSON in `shown`, beside the columns that we need ourselves."""
    return f"select {', '.join(ours)}, to_json(t)::text as shown from ({query}) t"  # noqa: S608  # text of ours


def instant(column: str) -> str:
    """An instant as Pydantic writes it: in UTC, its fraction only where it has one."""
    spelled = f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"replace({spelled}, '.000000', '')"


def written_page(rows: Sequence[Any], following: str | None, headers: Mapping[str, str] | None = None) -> Response:
    """One page of a list (`Page`) whose items stand in `shown`."""
    body = orjson.dumps({"items": [orjson.Fragment(row["shown"]) for row in rows], "next": following})
    return Response(body, media_type="application/json", headers=headers)
