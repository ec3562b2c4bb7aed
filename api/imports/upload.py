"""A file as it comes in: sealed chunk by chunk while it arrives, never whole in memory, never plain on a disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from streaming_form_data import StreamingFormDataParser
from streaming_form_data.parser import ParseFailedException, UnexpectedPartException
from streaming_form_data.targets import BaseTarget, ValueTarget
from streaming_form_data.validators import MaxSizeValidator
from streaming_form_data.validators import ValidationError as TooLong

from api.core.files import SealedFile
from api.core.problems import Invalid
from api.core.settings import Settings
from api.core.vault import Vault
from api.imports.problems import FileTooLarge, NotMultipart
from api.imports.schemas import ImportIn
from api.imports.workbooks import STARTS_WITH

MOST_BYTES = 256 * 1024 * 1024
FORM_BYTES = MOST_BYTES + 64 * 1024  # the fields and boundaries around the file
# beyond what we refuse ourselves: FastAPI's own refusal is no problem document
ROUTE_BYTES = 2 * FORM_BYTES
LONGEST_FIELD = 200


def multipart_only(request: Request) -> None:
    """Refuse another content type, and a body that says it is too large, before anything reads it."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise NotMultipart
    if int(request.headers.get("content-length", "0")) > FORM_BYTES:
        raise FileTooLarge


MultipartOnly = Annotated[None, Depends(multipart_only)]


def file_of(wanted: Settings, import_id: UUID) -> Path:
    """Where the sealed file of an import lies."""
    return wanted.files_folder / "imports" / str(import_id)


class FileTarget(BaseTarget):  # type: ignore[misc]  # the library has no types
    """Where the parser hands the file's bytes: into the sealed file; the first four say whether it is a workbook."""

    def __init__(self, file: SealedFile) -> None:
        super().__init__()
        self.file, self.start_bytes, self.times = file, bytearray(), 0

    def on_start(self) -> None:
        """One file an import."""
        self.times += 1
        if self.times > 1:
            raise Invalid("/file", "too_long")

    def on_data_received(self, chunk: bytes) -> None:
        """Take the next bytes; text with NUL is not text, and PostgreSQL could not hold it."""
        if len(self.start_bytes) < len(STARTS_WITH):
            self.start_bytes += chunk[: len(STARTS_WITH)]
        if b"\0" in chunk and not self.start_bytes.startswith(STARTS_WITH):
            raise Invalid("/file", "nul_character")
        self.file.write(chunk)
        if self.file.size > MOST_BYTES:
            raise FileTooLarge

    @property
    def complete(self) -> bool:
        """Whether the part ended as a part ends."""
        return bool(self._finished)


class Upload:
    """One multipart body on its way in."""

    def __init__(self, wanted: Settings, vault: Vault, import_id: UUID) -> None:
        self.file = SealedFile(file_of(wanted, import_id), vault, import_id)
        self.target = FileTarget(self.file)
        self.texts = {name: ValueTarget(MaxSizeValidator(LONGEST_FIELD)) for name in ImportIn.model_fields}

    async def receive(self, request: Request) -> ImportIn:
        """Take the whole body; raises a problem that names the part."""
        try:
            parser = StreamingFormDataParser(request.headers, strict=True)
            parser.register("file", self.target)
            for name, target in self.texts.items():
                parser.register(name, target)
            async for chunk in request.stream():
                parser.data_received(chunk)
        except UnexpectedPartException as refused:
            raise Invalid("", "extra_forbidden") from refused
        except (ParseFailedException, UnicodeDecodeError) as refused:  # a part's own headers are no UTF-8
            raise Invalid("", "multipart_broken") from refused
        except TooLong as refused:
            raise Invalid("", "string_too_long") from refused
        if not self.target.times:
            raise Invalid("/file", "missing")
        if not self.target.complete:
            raise Invalid("/file", "multipart_broken")
        self.file.close()
        return read_fields({name: target.value for name, target in self.texts.items()})

    def discard(self) -> None:
        """Forget what came."""
        self.file.path.unlink(missing_ok=True)


def read_fields(sent: Mapping[str, bytes]) -> ImportIn:
    """The text parts as their model; an empty part was not sent."""
    values = {name: value.decode("utf-8", errors="replace") for name, value in sent.items() if value}
    try:
        return ImportIn.model_validate(values)
    except ValidationError as refused:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in refused.errors(include_input=False)]
        raise RequestValidationError(errors) from refused
