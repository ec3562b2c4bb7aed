"""Which fields an answer shows: the JSON paths at which it holds a value, `members[].nik`."""

from collections.abc import Iterator
from typing import Any

# objects whose names are their content: what a form asked, what a deed was about, what an item said
FREE = frozenset({"answers", "content", "detail"})


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Every place of a value; null shows nothing, nor does an empty list."""
    if isinstance(value, dict) and at.rpartition(".")[2] not in FREE:
        for name, inner in value.items():
            yield from paths(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{at}[]")
    elif value is not None:
        yield at


def under(place: str, names: str) -> str:
    """The names beneath a place: `under("members[]", "id nik")`."""
    return " ".join(f"{place}.{name}" for name in names.split())
