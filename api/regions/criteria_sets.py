"""Criteria sets: by which decree a household is judged, from when to when, and which answers point to a criterion.

A verdict names the set that it was judged by, so a new decree never changes an old verdict. Where nobody has read the
decree the set is marked unverified and lists nothing: law is not invented here. Source: dossier 1.1.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from api.regions.code_lists import CODE_LISTS
from api.regions.schemas import CriteriaSetOut


def _read(name: str, raw: dict[str, Any]) -> CriteriaSetOut:
    codes = CODE_LISTS[raw["list"]].codes if raw["list"] else []
    criteria = [
        {
            "code": code.code,
            "label": code.label.model_dump(),
            "suffices_alone": code.code in raw["suffices_alone"],
            "evidence": raw["evidence"].get(code.code, []),
        }
        for code in codes
    ]
    return CriteriaSetOut.model_validate(raw | {"name": name, "criteria": criteria})


def _load() -> dict[str, CriteriaSetOut]:
    raw = orjson.loads((Path(__file__).parent / "criteria_sets.json").read_bytes())
    return {name: _read(name, raw[name]) for name in sorted(raw)}


CRITERIA_SETS: Mapping[str, CriteriaSetOut] = MappingProxyType(_load())
FINGERPRINT = hashlib.sha256(orjson.dumps([found.model_dump() for found in CRITERIA_SETS.values()])).hexdigest()[:32]
