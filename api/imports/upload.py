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

from api.access.actor import token_claims
from api.access.tokens import Claims
from api.core.files import SealedFile
from api.core.problems import Invalid
from api.core.settings import Settings
from api.core.vault import Vault
from api.imports.problems import FileTooLarge, NotMultipart
from api.imports.schemas import ImportIn
from api.imports.workbooks import STARTS_WITH
from api.tables import ImportPart

MOST_BYTES = 256 * 1024 * 1024
FORM_BYTES = MOST_BYTES + 64 * 1024  # the fields and boundaries around the file
# beyond what we refuse ourselves: FastAPI's own refusal is no problem document
ROUTE_BYTES = 2 * FORM_BYTES
LONGEST_FIELD = 200


async def multipart_only(request: Request, _: Annotated[Claims, Depends(token_claims)]) -> None:
    """Refuse, of who has a token, another content type and a body that says it is too large, before it is read."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise NotMultipart
    if int(request.headers.get("content-length", "0")) > FORM_BYTES:
        raise FileTooLarge


MultipartOnly = Annotated[None, Depends(multipart_only)]


def folder_of(wanted: Settings) -> Path:
    """Where the sealed files of imports lie."""
    return wanted.files_folder / "imports"


def file_of(wanted: Settings, import_id: UUID, part: ImportPart = ImportPart.FILE) -> Path:
    """Where a sealed file of an import lies."""
    name = str(import_id) if part is ImportPart.FILE else f"{import_id}-{part.value}"
    return folder_of(wanted) / name


class FileTarget(BaseTarget):  # type: ignore[misc]  # the library has no types
    """Where the parser hands the file's bytes: into the sealed file; the first four say whether it is a workbook."""

    def __init__(self, part: ImportPart, file: SealedFile) -> None:
        super().__init__()
        self.part, self.file, self.start_bytes, self.times = part, file, bytearray(), 0

    def on_start(self) -> None:
        """One file of a kind an import."""
        self.times += 1
        if self.times > 1:
            raise Invalid(f"/{self.part.value}", "too_long")

    def on_data_received(self, chunk: bytes) -> None:
        """Take the next bytes; text with NUL is not text, and PostgreSQL could not hold it."""
        if len(self.start_bytes) < len(STARTS_WITH):
            self.start_bytes += chunk[: len(STARTS_WITH)]
        if b"\0" in chunk and not self.start_bytes.startswith(STARTS_WITH):
            raise Invalid(f"/{self.part.value}", "nul_character")
        self.file.write(chunk)
        if self.file.size > MOST_BYTES:
            raise FileTooLarge

    def end(self) -> None:
        """The whole body was read; raises `Invalid` when the part did not end as a part ends."""
        if not self._finished:
            raise Invalid(f"/{self.part.value}", "multipart_broken")
        self.file.close()


class Upload:
    """One multipart body on its way in."""

    def __init__(self, wanted: Settings, vault: Vault, import_id: UUID) -> None:
        files = {part: SealedFile(file_of(wanted, import_id, part), vault, import_id) for part in ImportPart}
        self.targets = {part: FileTarget(part, file) for part, file in files.items()}
        self.texts = {name: ValueTarget(MaxSizeValidator(LONGEST_FIELD)) for name in ImportIn.model_fields}

    @property
    def file(self) -> SealedFile:
        """The file that every import has."""
        return self.targets[ImportPart.FILE].file

    @property
    def members_file(self) -> SealedFile | None:
        """The file of the people, if one came."""
        target = self.targets[ImportPart.MEMBERS_FILE]
        return target.file if target.times else None

    @property
    def digests(self) -> str:
        """What the files are, in one word."""
        return "+".join(target.file.digest.hexdigest() for target in self.targets.values() if target.times)

    async def receive(self, request: Request) -> ImportIn:
        """Take the whole body; raises a problem that names the part."""
        try:
            parser = StreamingFormDataParser(request.headers, strict=True)
            for part, target in self.targets.items():
                parser.register(part.value, target)
            for name, text in self.texts.items():
                parser.register(name, text)
            async for chunk in request.stream():
                parser.data_received(chunk)
        except UnexpectedPartException as refused:
            raise Invalid("", "extra_forbidden") from refused
        except (ParseFailedException, UnicodeDecodeError) as refused:  # a part's own headers are no UTF-8
            raise Invalid("", "multipart_broken") from refused
        except TooLong as refused:
            raise Invalid("", "string_too_long") from refused
        if not self.targets[ImportPart.FILE].times:
            raise Invalid("/file", "missing")
        for target in self.targets.values():
            if target.times:
                target.end()
        return read_fields({name: text.value for name, text in self.texts.items()})

    def discard(self) -> None:
        """Forget what came."""
        for target in self.targets.values():
            target.file.path.unlink(missing_ok=True)


def read_fields(sent: Mapping[str, bytes]) -> ImportIn:
    """The text parts as their model; an empty part was not sent."""
    values = {name: value.decode("utf-8", errors="replace") for name, value in sent.items() if value}
    try:
        return ImportIn.model_validate(values)
    except ValidationError as refused:
        errors = [{**error, "loc": ("body", *error["loc"])} for error in refused.errors(include_input=False)]
        raise RequestValidationError(errors) from refused
