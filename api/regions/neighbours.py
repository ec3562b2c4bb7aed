"""Which kelurahan border on which, as far as two sources agree; where each pair comes from stands in the file.

Only Kota Malang is known. A village that is not in the file has no neighbours here: nothing is guessed.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import orjson

RAW = orjson.loads((Path(__file__).parent / "neighbours.json").read_bytes())


def _load() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {code: set() for code in RAW["middles"]}
    for one, other, *_ in RAW["pairs"]:
        found[one].add(other)
        found[other].add(one)
    return {code: frozenset(others) for code, others in found.items()}


NEIGHBOURS: Mapping[str, frozenset[str]] = MappingProxyType(_load())
# WGS 84: latitude, longitude
MIDDLES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {code: (latitude, longitude) for code, (latitude, longitude) in RAW["middles"].items()}
)
