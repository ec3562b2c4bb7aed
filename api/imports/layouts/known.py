"""Every layout, and which of them a header is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from api.imports.layouts.dtks_bdt import DTKS_BDT
from api.imports.layouts.dtks_person import DTKS_PERSON
from api.imports.layouts.dtsen import DTSEN
from api.imports.layouts.layout import Columns, missing_columns
from api.imports.layouts.p3ke import P3KE_FAMILY, P3KE_PERSON
from api.imports.layouts.staff import STAFF
from api.imports.reading import Header

# a file of P3KE persons may have every column of the families too, so it is asked for first
LAYOUTS: Final = {layout.name: layout for layout in (DTKS_PERSON, DTKS_BDT, P3KE_PERSON, P3KE_FAMILY, DTSEN)}
# every layout that a file may have; the people of a campaign are no households, and go their own way
KNOWN: Final[dict[str, Columns]] = {**LAYOUTS, STAFF.name: STAFF}


@dataclass(frozen=True, slots=True)
class Recognised:
    """The header of a file, the layout that it is, and the columns that it lacks of it."""

    layout: Columns
    header: Header
    missing: list[str]


def recognise(headers: Iterable[Header], candidates: Sequence[Columns]) -> Recognised:
    """The first row that is the header of a layout; else the row and the layout of which it lacks the least."""
    best, least = None, 2.0
    for header in headers:
        for layout in candidates:
            missing = missing_columns(layout, header.columns)
            if len(missing) / len(layout.columns) < least:
                best, least = Recognised(layout, header, missing), len(missing) / len(layout.columns)
            if not missing:
                break
        if least == 0:
            break
    return best or Recognised(candidates[0], Header(()), list(candidates[0].columns))
