"""Annotated types that validate, mask and document themselves: NIK, No. KK, region code, rupiah, instants.

The rules of NIK and No. KK are those of PP 37/2007 article 37 (province, city, district of first registration,
birth date with day + 40 for women, serial) as the field reads them; a stated birth date wins over the number's.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

# the first two digits that Kemendagri has given out
PROVINCES = frozenset(
    f"{number:02}"
    for first, last in ((11, 21), (31, 36), (51, 53), (61, 65), (71, 76), (81, 82), (91, 97))
    for number in range(first, last + 1)
) - {"20"}
PLACEHOLDERS = frozenset({"1234567890123456", "0123456789012345", "3573000000000000"})
# what PostgreSQL and every zone can hold; a phone with a dead battery starts in 1970 and is refused, not stored
Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]
SEPARATORS = re.compile(r"[ .\-]")
EXCEL_DAMAGE = re.compile(r"[eE,]|[0-9]\.[0-9]+[eE]")
SIXTEEN = re.compile(r"[0-9]{16}")  # not \d: full-width digits are digits to Python


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What a raw NIK or No. KK turned out to be: the clean number or None, and the code of what is wrong with it."""

    number: str | None
    problem: str | None = None
    woman: bool | None = None
    born_on: date | None = None


def _shape(raw: str) -> NumberCheck:
    number = raw.strip().lstrip("'").strip()
    if SIXTEEN.fullmatch(number) is None:  # what is not clean already
        if not number:
            return NumberCheck(None, "empty")
        if EXCEL_DAMAGE.search(number):
            return NumberCheck(None, "excel_damage")
        number = SEPARATORS.sub("", number)
        if SIXTEEN.fullmatch(number) is None:
            return NumberCheck(None, "not_16_digits")
    if len(set(number)) == 1 or number in PLACEHOLDERS:
        return NumberCheck(None, "placeholder")
    if number.endswith("00000"):
        return NumberCheck(None, "excel_damage")
    if number[:2] not in PROVINCES or number[2:4] == "00" or number[4:6] == "00":
        return NumberCheck(None, "unknown_region")
    if number[12:] == "0000":
        return NumberCheck(None, "serial_0000")
    return NumberCheck(number)


def _date(day: int, month: int, year: int, reference: date) -> date | None:
    for century in (2000, 1900) if year <= reference.year % 100 else (1900,):
        try:
            return date(century + year, month, day)
        except ValueError:
            continue
    return None


def check_nik(raw: str, reference: date) -> NumberCheck:
    """Read a NIK as files and forms bring it: spaces, dots, dashes and a leading apostrophe are dropped, never more.

    A number damaged by a spreadsheet is refused, never repaired. `reference` settles the century of the birth year.
    """
    shape = _shape(raw)
    if shape.number is None:
        return shape
    day, month, year = int(shape.number[6:8]), int(shape.number[8:10]), int(shape.number[10:12])
    woman = day > 40
    born_on = _date(day - 40 if woman else day, month, year, reference)
    if born_on is None:
        return NumberCheck(None, "impossible_date")
    return NumberCheck(shape.number, None, woman, born_on)


def check_no_kk(raw: str, reference: date) -> NumberCheck:
    """Read a No. KK: as a NIK, but the date is that of the card's issue and has no offset."""
    shape = _shape(raw)
    if shape.number is None:
        return shape
    day, month, year = int(shape.number[6:8]), int(shape.number[8:10]), int(shape.number[10:12])
    if _date(day, month, year, reference) is None:
        return NumberCheck(None, "impossible_date")
    return shape


def mask(number: str | None) -> str | None:
    """`3573************`: the region stays, the person does not (the last four beside a birth date would tell)."""
    return None if number is None else number[:4] + "*" * 12


def _valid_nik(value: str) -> str:
    check = check_nik(value, date.today())  # noqa: DTZ011  # only the century hangs on it
    if check.number is None:
        raise PydanticCustomError("nik_" + (check.problem or "invalid"), "not a valid NIK")
    return check.number


def _valid_no_kk(value: str) -> str:
    check = check_no_kk(value, date.today())  # noqa: DTZ011  # only the century hangs on it
    if check.number is None:
        raise PydanticCustomError("no_kk_" + (check.problem or "invalid"), "not a valid No. KK")
    return check.number


def is_personal_number(value: str) -> bool:
    """Whether an identifier that stands in the open is somebody's NIK: sixteen digits with a date in them."""
    return SIXTEEN.fullmatch(value) is not None and check_nik(value, date.today()).number is not None  # noqa: DTZ011


def _no_personal_number(value: str) -> str:
    if is_personal_number(value):
        raise PydanticCustomError("personal_number", "a NIK is no identifier")
    return value


# what a phone calls itself: stored and logged in the open, so it may not be anybody's number
DeviceId = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_no_personal_number)]
Nik = Annotated[
    str,
    Field(
        max_length=24,
        description="NIK, 16 digits (PP 37/2007). Never in a URL.",
        examples=["3573041203859901"],
    ),
    AfterValidator(_valid_nik),
]
NoKK = Annotated[
    str,
    Field(max_length=24, description="No. KK, 16 digits. Never in a URL.", examples=["3573040101159902"]),
    AfterValidator(_valid_no_kk),
]
MaskedNumber = Annotated[
    str, Field(description="Masked: the first four digits, then stars.", examples=["3573************"])
]
RegionCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?$",
        description="Kemendagri code with dots (the BPS code is another number).",
        examples=["35.73.04.1005"],
    ),
]
Rupiah = Annotated[int, Field(ge=0, le=10**12, description="Whole rupiah.")]


def three_digits(value: Any) -> str | None:
    """RT or RW as Dukcapil writes it: `3`, `03`, `RT 03` become `003`; nothing usable becomes None."""
    digits = re.sub(r"[^0-9]", "", str(value or ""))
    return digits.zfill(3) if 0 < len(digits) <= 3 and int(digits) else None


Rt = Annotated[str, Field(pattern=r"^[0-9]{3}$", description="RT, three digits.", examples=["003"])]
