"""the files of a release are hashed once by the worker."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "release_file_hashes",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("fk_release_file_hashes_release_id_releases")
        ),
        sa.PrimaryKeyConstraint("release_id", "edition", "name", name=op.f("pk_release_file_hashes")),
    )
    # a release of before is hashed by the next worker that starts
    op.add_column(
        "releases", sa.Column("manifest_status", sa.String(length=40), server_default="hashing", nullable=False)
    )
    op.create_check_constraint(
        op.f("ck_releases_manifeststatus"), "releases", "manifest_status in ('hashing', 'ready', 'failed')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_releases_manifeststatus"), "releases", type_="check")
    op.drop_column("releases", "manifest_status")
    op.drop_table("release_file_hashes")
