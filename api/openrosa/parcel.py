"""What Collect sends in one post: the filled form, and files sealed on the disk while they arrive.

python-multipart cuts the stream; Starlette's own form reader would write photos to the disk in the open.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from unicodedata import normalize
from uuid import UUID

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from uuid_utils.compat import uuid7

from api.attachments.arriving import MOST_BYTES
from api.attachments.store import folder_of
from api.core.files import SealedFile
from api.core.problems import TooLarge
from api.core.settings import Settings
from api.core.vault import Vault
from api.openrosa.answers import ACCEPT_BYTES
from api.openrosa.problems import BrokenParcel, NoForm

XML_PART: Final = "xml_submission_file"
MOST_XML: Final = 1024 * 1024
MOST_PARTS: Final = 400
# a file alone may exceed what a post should hold: Collect sends it by itself, beside the form
MOST_PARCEL: Final = ACCEPT_BYTES + MOST_XML + 2 * MOST_BYTES
ROUTE_BYTES: Final = 2 * MOST_PARCEL  # beyond what we refuse ourselves


@dataclass(slots=True)
class SentFile:
    """A file by the name that the form gives it; one beyond 5 MiB is not kept."""

    name: str
    sealed: SealedFile
    too_large: bool = False

    def write(self, data: bytes) -> None:
        """Take more of it, as far as a photo goes."""
        self.too_large = self.too_large or self.sealed.size + len(data) > MOST_BYTES
        if not self.too_large:
            self.sealed.write(data)


@dataclass(slots=True)
class Parcel:
    """One post: the bytes of the filled form, and the files."""

    xml: bytes
    files: list[SentFile]


@dataclass(slots=True)
class _Reader:
    """Where the parser hands what it finds."""

    wanted: Settings
    vault: Vault
    xml: bytearray | None = None
    files: list[SentFile] = field(default_factory=list)
    parts: int = 0
    ended: bool = False
    header: bytes = b""
    value: bytes = b""
    disposition: bytes = b""
    into: bytearray | SentFile | None = None

    def on_part_begin(self) -> None:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise BrokenParcel
        self.disposition, self.into = b"", None

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def on_header_end(self) -> None:
        if self.header.lower() == b"content-disposition":
            self.disposition = self.value
        self.header = self.value = b""

    def on_headers_finished(self) -> None:
        _, told = parse_options_header(self.disposition)
        if told.get(b"name") == XML_PART.encode():
            if self.xml is not None:
                raise NoForm
            self.into = self.xml = bytearray()
        elif name := told.get(b"filename"):
            owner: UUID = uuid7()
            path = folder_of(self.wanted) / "arriving" / str(owner)
            self.into = SentFile(_text(name), SealedFile(path, self.vault, owner))
            self.files.append(self.into)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if isinstance(self.into, SentFile):
            self.into.write(data[start:end])
        elif self.into is not None:
            self.into += data[start:end]
            if len(self.into) > MOST_XML:
                raise TooLarge

    def on_part_end(self) -> None:
        if isinstance(self.into, SentFile):
            self.into.sealed.close()

    def on_end(self) -> None:
        self.ended = True


def _text(name: bytes) -> str:
    """A file's name: UTF-8 as Android writes it, latin-1 from who does not."""
    try:
        return normalize("NFC", name.decode())
    except UnicodeDecodeError:
        return normalize("NFC", name.decode("latin-1"))


@asynccontextmanager
async def receive(request: Request, wanted: Settings, vault: Vault) -> AsyncIterator[Parcel]:
    """Take the whole body in; its files are gone afterwards. Raises `BrokenParcel`, `NoForm`, `TooLarge`."""
    kind, told = parse_options_header(request.headers.get("content-type"))
    length = request.headers.get("content-length", "")
    if kind != b"multipart/form-data" or not told.get(b"boundary"):
        raise BrokenParcel
    if length.isdecimal() and int(length[:20]) > MOST_PARCEL:
        raise TooLarge
    reader, size = _Reader(wanted, vault), 0
    try:
        try:
            parser = MultipartParser(
                told[b"boundary"],
                {
                    "on_part_begin": reader.on_part_begin,
                    "on_header_field": reader.on_header_field,
                    "on_header_value": reader.on_header_value,
                    "on_header_end": reader.on_header_end,
                    "on_headers_finished": reader.on_headers_finished,
                    "on_part_data": reader.on_part_data,
                    "on_part_end": reader.on_part_end,
                    "on_end": reader.on_end,
                },
            )
            async for chunk in request.stream():
                size += len(chunk)
                if size > MOST_PARCEL:
                    raise TooLarge
                parser.write(chunk)
            parser.finalize()
        except FormParserError as refused:
            raise BrokenParcel from refused
        if not reader.ended:
            raise BrokenParcel
        if reader.xml is None:
            raise NoForm
        yield Parcel(bytes(reader.xml), reader.files)
    finally:
        for file in reader.files:
            file.sealed.path.unlink(missing_ok=True)
