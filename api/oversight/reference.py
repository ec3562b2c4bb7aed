"""The pages that people read: the API reference at `/docs`, the guides at `/guides`.

Everything on them is served by us: a city's network may have no way out, and a reference with a login must not load
somebody else's script. Swagger UI is the folder of assets in `fastapi-offline`; that package is never imported. Redoc
is not offered: its bundle fetches a logo from its maker and needs inline styles.
"""

from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse
from markdown_it import MarkdownIt

from api.core.problems import NotFound
from api.oversight.outline import shipped

router = APIRouter(include_in_schema=False)

PAGES: Final = Path(__file__).parent / "pages"
# Swagger UI draws its icons as data: images; it needs neither inline scripts nor inline styles
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# in the order in which they are read
GUIDES: Final = (
    "getting-started",
    "season",
    "phones",
    "odk-collect",
    "formgear",
    "forms",
    "errors-and-retries",
    "roles-and-rows",
    "audit",
    "operations",
    "musim",
    "ponsel",
    "memasang-odk-collect",
    "capi-gaya-bps",
    "kuesioner",
    "peran-dan-baris",
    "jejak-audit",
    "menjalankan",
)
INDONESIAN: Final = frozenset(
    {
        "musim",
        "ponsel",
        "memasang-odk-collect",
        "capi-gaya-bps",
        "kuesioner",
        "peran-dan-baris",
        "jejak-audit",
        "menjalankan",
    }
)


def swagger_ui() -> Path:
    """The folder of Swagger UI's files, found without importing the package that brings it."""
    found = find_spec("fastapi_offline")
    if found is None or found.origin is None:
        raise RuntimeError("fastapi-offline is not installed: it brings the files of the API reference")
    return Path(found.origin).parent / "static"


ASSETS: Final = {
    name: folder / name
    for folder, names in (
        (swagger_ui(), ("swagger-ui-bundle.js", "swagger-ui.css")),
        (PAGES, ("reference.js", "pages.css")),
    )
    for name in names
}


@router.get("/docs")
async def show_reference() -> HTMLResponse:
    """Show the API reference."""
    return HTMLResponse((PAGES / "docs.html").read_text(encoding="utf-8"), headers=HEADERS)


@router.get("/docs/assets/{name}")
async def read_asset(name: str) -> FileResponse:
    """Read a script or a style sheet of these pages."""
    if name not in ASSETS:
        raise NotFound
    return FileResponse(ASSETS[name], headers={"Cache-Control": "public, max-age=3600"})


@router.get("/guides")
async def list_guides() -> HTMLResponse:
    """List the guides."""
    return HTMLResponse(_index(), headers=HEADERS)


@router.get("/guides/{name}")
async def show_guide(name: str) -> HTMLResponse:
    """Show a guide; the name may end in `.md`, so that the links inside work in the repository too."""
    wanted = name.removesuffix(".md")
    if wanted not in GUIDES:
        raise NotFound
    return HTMLResponse(_guide(wanted), headers=HEADERS)


def _text(name: str) -> str:
    return (shipped("guides") / f"{name}.md").read_text(encoding="utf-8")


def _title(name: str) -> str:
    return _text(name).partition("\n")[0].removeprefix("# ")


@cache
def _index() -> str:
    def links(names: list[str]) -> str:
        lines = (f'<li><a href="guides/{name}">{escape(_title(name))}</a></li>' for name in names)
        return f"<ul>{''.join(lines)}</ul>"

    english = links([name for name in GUIDES if name not in INDONESIAN])
    indonesian = links([name for name in GUIDES if name in INDONESIAN])
    content = f'<h1>Guides</h1>{english}<h2 lang="id">Panduan</h2><div lang="id">{indonesian}</div>'
    return _page("Guides", "en", "", content)


@cache
def _guide(name: str) -> str:
    content = MarkdownIt("commonmark").enable("table").render(_text(name))
    return _page(_title(name), "id" if name in INDONESIAN else "en", "../", content)


def _page(title: str, language: str, root: str, content: str) -> str:
    frame = Template((PAGES / "guide.html").read_text(encoding="utf-8"))
    return frame.substitute(title=escape(title), language=language, root=root, content=content)
