"""Code lists: the official ones as Kemensos, BPS and P3KE number them, and our own words with their cross-walk.

A number means nothing without its list (hasil_verivali 5 is "refused" in one scheme and "duplicate" in another), so
our words name list and code of each official scheme.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from api.regions.schemas import CodeListOut

FOLDER = Path(__file__).parent


def _read(name: str, kind: str, raw: dict[str, Any], english: dict[str, str]) -> CodeListOut:
    codes = [
        {
            "code": code["code"],
            "label": {"id": code["id"], "en": code["en"] or english[code["code"]]},
            "official": code.get("official", []),
        }
        for code in raw["codes"]
    ]
    title = {"id": raw["title_id"], "en": raw["title_en"]}
    given = {"name": name, "kind": kind, "title": title, "source": raw.get("source"), "note": raw.get("note")}
    return CodeListOut.model_validate(given | {"codes": codes})


def _load() -> dict[str, CodeListOut]:
    official = orjson.loads((FOLDER / "codelists.json").read_bytes())["lists"]
    ours = orjson.loads((FOLDER / "own_lists.json").read_bytes())
    # P3KE's lists come with Indonesian labels only; `english` holds our translation of them
    found = {name: _read(name, "official", raw, ours["english"].get(name, {})) for name, raw in official.items()}
    found |= {name: _read(name, "own", raw, {}) for name, raw in ours["lists"].items()}
    return dict(sorted(found.items()))


CODE_LISTS: Mapping[str, CodeListOut] = MappingProxyType(_load())
# one fingerprint for all: they only change together, with a release of this software
FINGERPRINT = hashlib.sha256(orjson.dumps([found.model_dump() for found in CODE_LISTS.values()])).hexdigest()[:32]
