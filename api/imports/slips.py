"""Activation codes as a sheet of slips to print and cut, or as CSV; a page of ours that loads and runs nothing."""

import base64
import hashlib
import io
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

import mimeparse
from defusedcsv import csv
from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.core import clock
from api.imports.problems import NotAcceptable
from api.imports.schemas import IssuedCodesOut

JSON, CSV, HTML = "application/json", "text/csv", "text/html"
PAGES: Final = Path(__file__).parent / "pages"
STYLE: Final = (PAGES / "slips.css").read_text(encoding="utf-8")
# nothing but our own style: no script, no picture, no other address
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
SHEET: Final = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
).get_template("slips.html")
COLUMNS: Final = ("team", "name", "role", "username", "code", "expires_at")


def form_of(accept: str | None) -> str:
    """The form that the header `Accept` prefers, JSON where it does not say; raises `NotAcceptable`."""
    try:
        form: str = mimeparse.best_match([HTML, CSV, JSON], accept or JSON)
    except mimeparse.MimeTypeParseException as refused:
        raise NotAcceptable from refused
    if not form:
        raise NotAcceptable
    return form


def printed(issued: IssuedCodesOut, form: str) -> Response:
    """The codes as a sheet of slips, a page for each team, or as CSV."""
    name = f"activation-codes-{issued.import_id}"
    until = issued.expires_at and issued.expires_at.astimezone(clock.WIB)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form.partition("/")[2]}"'}
    if form == CSV:
        text = io.StringIO()
        rows = (
            [*map(str, code.model_dump(mode="json").values()), until and until.isoformat()] for code in issued.codes
        )
        csv.writer(text, lineterminator="\r\n").writerows([COLUMNS, *rows])
        return Response(text.getvalue(), 201, headers, f"{CSV}; charset=utf-8")
    teams = [(team, list(codes)) for team, codes in groupby(issued.codes, attrgetter("team"))]
    sheet = SHEET.render(campaign=issued.campaign, teams=teams, until=until, style=STYLE, policy=POLICY)
    return Response(sheet, 201, headers | {"Content-Security-Policy": POLICY}, f"{HTML}; charset=utf-8")
