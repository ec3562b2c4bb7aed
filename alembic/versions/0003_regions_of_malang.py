"""Kota Malang, its 5 kecamatan and 57 kelurahan, in both code systems."""

import csv
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op

import api.regions

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REGIONS = sa.table("regions", *(sa.column(name) for name in ("code", "bps_code", "level", "name", "parent")))


def upgrade() -> None:
    with (Path(api.regions.__file__).parent / "malang.csv").open(encoding="utf-8", newline="") as file:
        op.bulk_insert(REGIONS, [{**row, "parent": row["parent"] or None} for row in csv.DictReader(file)])


def downgrade() -> None:
    op.execute("delete from regions where code like '35.73%'")
