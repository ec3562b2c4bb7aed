"""JSON as we take it: UTF-8, finite numbers, at most twenty levels deep. What a body says is checked after this."""

import json
from typing import Any, Final, NoReturn

from fastapi import Request

from api.core.problems import Invalid, Problem

MOST_LEVELS: Final = 20


class EncodedBody(Problem):
    """Send the body as it is: a compressed one could unpack to anything."""

    status, code = 415, "encoded_body"
    title_id, title_en = "Kirim isi tanpa Content-Encoding", "Send the body without Content-Encoding"


def deeper_than(value: Any, levels: int) -> bool:
    """Whether objects and arrays lie more than so many levels deep in each other."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _refuse_constant(_: str) -> NoReturn:
    raise json.JSONDecodeError("NaN and Infinity are no JSON", "", 0)


class StrictRequest(Request):
    """A request that parses JSON strictly; `refusal` is what FastAPI cannot say of a body that is no JSON for us."""

    refusal: Problem | None = None

    async def json(self) -> Any:
        """The parsed body. Python's own parser, because it keeps integers of any size as they are."""
        try:
            parsed = json.loads((await self.body()).decode(), parse_constant=_refuse_constant)
        except RecursionError:
            self.refusal = Invalid("", "too_deep")
        except json.JSONDecodeError:
            raise
        except ValueError as refused:  # not UTF-8, or a number of thousands of digits
            raise json.JSONDecodeError("no JSON in UTF-8", "", 0) from refused
        else:
            if not deeper_than(parsed, MOST_LEVELS):
                return parsed
            self.refusal = Invalid("", "too_deep")
        raise json.JSONDecodeError("too deep", "", 0)
