"""What Collect logs of how a form was filled (`audit.csv`, getodk.github.io/xforms-spec/client-audit-logs) as paradata.

It also writes answers there, before and after a change: those are let go. A row that cannot be read is left out, and
the log never costs its visit anything.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError

from api.attachments.arriving import Piece
from api.core.schema import In
from api.openrosa.parcel import SentFile
from api.openrosa.reading import FilledForm, text_of
from api.questionnaires.paradata import MOST_EDITS, MOST_POSITIONS, MOST_TIMINGS, EditIn, PositionIn, TimingIn

MOST_ROWS: Final = 20_000
REPEATED: Final = re.compile(r"\[[0-9]+\]$")
KINDS: Final[Mapping[str, tuple[type[In], int]]] = {
    "timings": (TimingIn, MOST_TIMINGS),
    "positions": (PositionIn, MOST_POSITIONS),
    "edits": (EditIn, MOST_EDITS),
}
Row = dict[str, str | None]


def log_of(filled: FilledForm, files: list[SentFile]) -> bytes:
    """The log that the form names, if it came in this post; nothing of one beyond 5 MiB."""
    name = text_of(filled.root.find("meta/audit"))
    sent = next((file for file in files if name and file.name == name and not file.too_large), None)
    return b"" if sent is None else Piece(sent.sealed, 0, sent.sealed.size).read()


def paradata_of(log: bytes) -> dict[str, list[dict[str, Any]]]:
    """How long each question was open, where the phone was, and which answers were changed, as far as the log says."""
    noted: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    place: tuple[Any, ...] = ()
    for row in _rows(log):
        question = REPEATED.sub("", (row.get("node") or "").rpartition("/")[2])
        began, ended = _instant(row.get("start")), _instant(row.get("end"))
        if row.get("event") == "question" and began and ended:
            told = {"question": question, "at": began, "seconds": (ended - began).total_seconds()}
            _note(noted, "timings", told)
        if row.get("old-value"):
            _note(noted, "edits", {"question": question, "at": ended or began})
        here = (row.get("latitude"), row.get("longitude"), row.get("accuracy") or None)
        if all(here[:2]) and here != place:
            place = here
            _note(noted, "positions", {"at": began, "lat": here[0], "lon": here[1], "accuracy_m": here[2]})
    return {kind: told for kind, told in noted.items() if told}


def _note(noted: dict[str, list[dict[str, Any]]], kind: str, told: dict[str, Any]) -> None:
    body, most = KINDS[kind]
    if len(noted[kind]) < most:
        try:
            noted[kind].append(body.model_validate(told).model_dump(mode="json", exclude_defaults=True))
        except ValidationError:
            return


def _rows(log: bytes) -> Iterator[Row]:
    try:
        yield from islice(csv.DictReader(StringIO(log.decode("utf-8-sig", "replace"), newline="")), MOST_ROWS)
    except csv.Error:
        return


def _instant(milliseconds: str | None) -> datetime | None:
    """Of milliseconds since 1970."""
    try:
        return datetime.fromtimestamp(int(milliseconds or "") / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
