"""How lists write relations, sexes, dates, RT and RW (dossier 1.5, 4.3); what is not known here is not guessed at."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from api.core.types import three_digits

RELATIONS: Final = {
    "kepalakeluarga": "head",
    "kepalarumahtangga": "head",
    "krt": "head",
    "istri": "spouse",
    "suami": "spouse",
    "istrisuami": "spouse",
    "suamiistri": "spouse",
    "anak": "child",
    "anakkandung": "child",
    "anakangkat": "child",
    "anaktiri": "child",
    "menantu": "child_in_law",
    "cucu": "grandchild",
    "orangtua": "parent",
    "mertua": "parent",
    "orangtuamertua": "parent",
    "pembantu": "helper",
    "pembanturumahtangga": "helper",
    "sopir": "helper",
    "pembantusopir": "helper",
    "famililain": "other",
    "lainnya": "other",
}
SEXES: Final = {
    "lakilaki": "male",
    "l": "male",
    "lk": "male",
    "pria": "male",
    "perempuan": "female",
    "p": "female",
    "pr": "female",
    "wanita": "female",
}
# `bdt_hub_krt` and R409 of Regsosek agree (dossier 1.6, 1.7); sex as the SPDCI mapping has it (dossier 8)
RELATION_CODES: Final = RELATIONS | {
    "1": "head",
    "2": "spouse",
    "3": "child",
    "4": "child_in_law",
    "5": "grandchild",
    "6": "parent",
    "7": "helper",
    "8": "other",
}
SEX_CODES: Final = SEXES | {"1": "male", "2": "female"}
YES: Final = frozenset({"ya", "y", "1", "true"})
RT_AND_RW = re.compile(r"RT[ .:]*0*([0-9]{1,3})[ ,./-]*RW[ .:]*0*([0-9]{1,3})|0*([0-9]{1,3})/0*([0-9]{1,3})", re.I)
DAY_FIRST = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})(?:[ T]00:00:00)?")
EARLIEST = date(1900, 1, 2)  # what a spreadsheet makes of an empty date is earlier
INFANT_YEARS = 5


def read_date(text: str) -> date | None:
    """`dd/mm/yyyy`, `dd-mm-yyyy` or `yyyy-mm-dd`; nothing else is guessed at."""
    if found := DAY_FIRST.fullmatch(text):
        day, month, year = map(int, found.groups())
    elif found := YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def rt_and_rw(rt: str, rw: str) -> tuple[str | None, str | None]:
    """Each in its column, or both in one: `03/05`, `RT 03 RW 05`."""
    for both in (rt, rw):
        numbers = re.findall(r"[0-9]+", both)
        if len(numbers) == 2 and (both == rt or not rt) and (both == rw or not rw):
            return three_digits(numbers[0]), three_digits(numbers[1])
    return three_digits(rt), three_digits(rw)


def rt_and_rw_of(neighbourhood: str) -> tuple[str | None, str | None]:
    """RT and RW where the name of an SLS is both (`RT 03 RW 05`, `03/05`), else neither."""
    found = RT_AND_RW.fullmatch(neighbourhood)
    rt, rw = [part for part in found.groups() if part is not None] if found else ("", "")
    return three_digits(rt), three_digits(rw)


def age(born_on: date, today: date) -> int:
    """Full years."""
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
