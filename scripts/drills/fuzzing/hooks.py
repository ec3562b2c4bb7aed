"""Read by Schemathesis in its own environment: puts ids that exist where a made-up id would only be 404.

Which one, and whether at all, hangs on the value that was made up, so that a failure can be played again.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any

import schemathesis

KNOWN: dict[str, list[Any]] = json.loads(Path(os.environ["FUZZING_KNOWN"]).read_text())
LONGEST = 2_000  # what is longer than a head may be is the server's to refuse, before there is an operation
KEPT = 8  # one value of so many stays as it was made up


def real(name: str, value: Any) -> Any:
    """A value of this name that exists, or the one that was made up."""
    draw = zlib.crc32(repr(value).encode())
    found = KNOWN.get(name)
    if isinstance(value, str) and len(value) > LONGEST:
        return value[:LONGEST]
    return found[draw // KEPT % len(found)] if found and draw % KEPT else value


def realized(value: Any) -> Any:
    """The same of every field in a body."""
    if isinstance(value, dict):
        return {name: real(name, inner) if isinstance(inner, str) else realized(inner) for name, inner in value.items()}
    return [realized(inner) for inner in value] if isinstance(value, list) else value


@schemathesis.hook  # type: ignore[untyped-decorator]  # typed where it is installed
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> Any:
    """Ids in the path."""
    return {name: real(name, value) for name, value in (path_parameters or {}).items()}


@schemathesis.hook  # type: ignore[untyped-decorator]  # typed where it is installed
def map_query(context: Any, query: dict[str, Any] | None) -> Any:
    """Ids in filters; a cursor is nobody's to make up."""
    return {name: real(name, value) for name, value in (query or {}).items() if name != "cursor"}


@schemathesis.hook  # type: ignore[untyped-decorator]  # typed where it is installed
def map_body(context: Any, body: Any) -> Any:
    """Ids in bodies."""
    return realized(body) if isinstance(body, dict) else body
