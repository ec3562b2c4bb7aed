"""Bodies of the ministry's replies."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.paging import Paging
from api.core.problems import ItemProblem, Problem
from api.core.schema import In, Out
from api.tables import ReplyStatus, ReplyUnit


class ReplyIn(In):
    """The ministry's answer about a person or a household, by the id that the release's files carry."""

    unit: ReplyUnit = ReplyUnit.PERSON
    external_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=80,
            description="Of a person `Id_DTKS` of `dtks_update.csv`; of a household one of the `dtks_ids` of "
            "`households.csv`, or its `household_id`, which stands for all of them.",
        ),
    ]
    status: ReplyStatus
    reason: Annotated[str | None, Field(max_length=300)] = None


class RepliesIn(In):
    """Up to 1,000 answers, each on its own merits."""

    items: Annotated[list[ReplyIn], Field(min_length=1, max_length=1000)]


class RefusedReply(Out):
    """An answer that was not recorded; `row` counts the items from 1, in a file as a spreadsheet does."""

    row: int
    problem: ItemProblem


class ReplyResultsOut(Out):
    """How many answers were recorded, were known already, or were refused (the first 1,000 of those with why)."""

    recorded: int
    known: int
    refused: int
    problems: list[RefusedReply]


class ReplyFilter(Paging):
    """Which answers to list."""

    household_id: UUID | None = None
    unit: ReplyUnit | None = None
    status: ReplyStatus | None = None


class ReplyOut(Out):
    """One answer; the latest of an id is the present one."""

    household_id: UUID
    unit: ReplyUnit
    external_id: str
    status: ReplyStatus
    reason: str | None
    recorded_by: UUID
    at: datetime


Row = tuple[int, ReplyIn | Problem]
