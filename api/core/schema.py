"""The bases of every body: In is strict, Out is complete."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


def _refuse_nul(value: Any) -> Any:
    if isinstance(value, str) and "\x00" in value:
        raise PydanticCustomError("nul_character", "PostgreSQL text cannot hold a NUL character")
    return value


class In(BaseModel):
    """What a caller may send: unknown fields are refused, numbers are finite, no text holds NUL."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, str_strip_whitespace=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def refuse_nul(cls, values: Any) -> Any:
        """Refuse a NUL in any text of this body; nested bodies check their own."""
        if isinstance(values, dict):
            for value in values.values():
                _refuse_nul(value)
        return values


class Out(BaseModel):
    """What we answer: no field has a default, so a generated client knows that each is there."""

    model_config = ConfigDict(from_attributes=True)


NoNul = Annotated[str, AfterValidator(_refuse_nul)]


def pointer_of(path: Iterable[str | int]) -> str:
    """A place in a body as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
