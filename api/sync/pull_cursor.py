"""The cursor of a phone: how far it has read, as which person, in which epoch, with which forms and code lists.

It is opaque but no secret: it holds ids and counters of the person it was given to, is refused from anybody else, and
opens nothing. Nothing in it is sealed, so it outlives every key.
"""

from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID

from api.core.paging import Paging, cursor_of
from api.core.problems import Invalid

NOWHERE: Final = 2**63 - 1
DONE: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """Changes up to `(xid, seq)` are read. While `after` is set, so are the assignments up to it, as they stand.

    The first pull takes its place in the feed before it reads anything: what changes meanwhile comes after.
    """

    person: UUID
    epoch: int = 0
    xid: int = NOWHERE
    seq: int = 0
    after: UUID | None = None
    forms: str = ""
    lists: str = ""

    @classmethod
    def of(cls, wanted: Paging, person: UUID) -> Self | None:
        """The place that a query names, None on the first pull; 422 for one that is not this person's."""
        parts = wanted.after(UUID, int, int, int, UUID, str, str)
        if parts is None:
            return None
        whose, epoch, xid, seq, after, forms, lists = parts
        if whose != person:
            raise Invalid("query:cursor", "bad_cursor")
        return cls(whose, epoch, xid, seq, None if after == DONE else after, forms, lists)

    def moved(self, xid: int, seq: int) -> Self:
        """The same phone, further on."""
        return replace(self, xid=xid, seq=seq)

    def text(self) -> str:
        """The cursor of this place."""
        return cursor_of(self.person, self.epoch, self.xid, self.seq, self.after or DONE, self.forms, self.lists)
