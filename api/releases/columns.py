"""Rows of a file, column by column: what is done to a cell is then done to a column of some hundred at once."""

from collections.abc import Sequence
from typing import Any

import asyncpg

Column = Sequence[Any]
Columns = dict[str, Column]


def columns_of(rows: list[asyncpg.Record]) -> Columns:
    """The columns of a part that holds at least one row, by their names."""
    return dict(zip(rows[0].keys(), zip(*rows, strict=True), strict=True))


def as_cells(column: Column) -> Column:
    """The column as cells of a table: a list is one cell with semicolons."""
    return [";".join(value) for value in column] if isinstance(column[0], list) else column
