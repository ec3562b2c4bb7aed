"""What a list says newly of a household that was known before: one revision of it, with the import as its cause."""

from collections.abc import Collection, Iterable
from uuid import UUID

import asyncpg

from api.households.revising import Change, Revision
from api.tables import RevisionCause


class Told:
    """The changes of a batch, household by household. In a pointer a list's rows stand by its own ids."""

    def __init__(self, source: str, household_rows: bool) -> None:
        self.source = source
        self.household_rows = household_rows
        self.changes: dict[UUID, list[Change]] = {}

    def joined(self, people: Iterable[asyncpg.Record]) -> None:
        """People whom the list names, and those of them who are new to the household."""
        for row in people:
            if not row["known"]:
                person = {"name": row["name"], "relation": row["relation"], "family_no": row["family_no"]}
                self._add(row, f"/members/{row['member_id']}", person)
            member_id = None if self.household_rows else row["member_id"]
            self._add(row, f"/sources/{self.source}/{row['external_id']}", {"member_id": member_id})

    def listed(self, households: Iterable[asyncpg.Record]) -> None:
        """Households that the list names by an id of their own."""
        for row in households:
            self._add(row, f"/sources/{self.source}/{row['external_id']}", {"member_id": None})

    def ranked(self, households: Iterable[asyncpg.Record]) -> None:
        """Households that the list puts into another desil."""
        for row in households:
            pointer = f"/sources/{self.source}/{row['external_id']}/desil"
            self.changes.setdefault(row["household_id"], []).append(Change(pointer, row["before"], row["after"]))

    def receiving(self, programmes: Iterable[asyncpg.Record]) -> None:
        """Programmes that the list says somebody receives."""
        for row in programmes:
            self._add(row, f"/programmes/{row['programme']}", {"member_id": row["member_id"]})

    def revisions(self, known: Collection[UUID], import_id: UUID) -> list[Revision]:
        """One for each household that was known and of which the list says something new."""
        return [
            Revision(household_id, RevisionCause.IMPORT, changes, import_id)
            for household_id, changes in sorted(self.changes.items())
            if household_id in known
        ]

    def _add(self, row: asyncpg.Record, pointer: str, value: dict[str, object]) -> None:
        self.changes.setdefault(row["household_id"], []).append(Change(pointer, None, value))
