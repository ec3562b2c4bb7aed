"""Keyset pages: an opaque cursor over the sort key, stable while rows are added; a bad cursor or limit is 422."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Request, Response
from pydantic import Field

from api.core.problems import Invalid
from api.core.schema import In, Out

MOST_ROWS = 1000
MOST_ROWS_FOR_AGENCIES = 100

Item = TypeVar("Item")
Row = TypeVar("Row")


class Paging(In):
    """The query of every list. A list's own filters inherit this: one model a list, unknown parameters refused."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows a page (clients of agencies: at most 100).")] = (
        100
    )
    cursor: Annotated[str | None, Field(max_length=500, description="`next` of the page before.")] = None

    def after(self, *kinds: type) -> tuple[Any, ...] | None:
        """The sort key that the cursor stands for, as these types (str, int, UUID); None on the first page."""
        if self.cursor is None:
            return None
        try:
            parts = orjson.loads(base64.urlsafe_b64decode(self.cursor.encode()))
            if not isinstance(parts, list) or len(parts) != len(kinds):
                raise ValueError
            key = tuple(UUID(part) if kind is UUID else part for part, kind in zip(parts, kinds, strict=True))
            if not all(type(part) is kind and _storable(part) for part, kind in zip(key, kinds, strict=True)):
                raise ValueError
        except (ValueError, TypeError, AttributeError, binascii.Error) as broken:
            raise Invalid("query:cursor", "bad_cursor") from broken
        return key


def _storable(part: Any) -> bool:
    """Whether PostgreSQL can hold this part of a key: text without NUL, integers of 64 bits."""
    if isinstance(part, str):
        return "\x00" not in part
    return not isinstance(part, int) or -(2**63) <= part < 2**63


class Page(Out, Generic[Item]):
    """One page of a list and the cursor of the next, or null."""

    items: list[Item]
    next: str | None


def cursor_of(*key: Any) -> str:
    """The opaque cursor of a sort key."""
    return base64.urlsafe_b64encode(
        orjson.dumps([str(part) if isinstance(part, UUID) else part for part in key])
    ).decode()


def page(
    rows: Sequence[Row],
    wanted: Paging,
    key: Callable[[Row], tuple[Any, ...]],
    request: Request,
    response: Response,
) -> tuple[list[Row], str | None]:
    """Cut a result that was asked for with `limit + 1` to a page; puts `Link: rel="next"` on the answer too.

    Here, where every list passes, and not at the door: only the validated limit is the one that was served.
    """
    if wanted.limit > request.state.most_rows:
        raise Invalid("query:limit", "less_than_equal")
    shown = list(rows[: wanted.limit])
    if len(rows) <= wanted.limit:
        return shown, None
    following = cursor_of(*key(shown[-1]))
    response.headers["Link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
    return shown, following
