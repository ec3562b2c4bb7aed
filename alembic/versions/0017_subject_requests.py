"""what people ask about the data that is held of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = "kind in ('access', 'correction', 'restriction', 'erasure', 'objection')"
MOVES = "move in ('take_up', 'answer', 'refuse')"
STATUSES = "status in ('received', 'in_progress', 'answered', 'refused')"


def upgrade() -> None:
    op.create_table(
        "subject_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_subject_requests_subjectrequestkind")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_subject_requests_household_id_households")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_subject_requests_member_id_members")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["principals.id"], name=op.f("fk_subject_requests_recorded_by_principals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_requests")),
    )
    op.create_index(op.f("ix_subject_requests_household_id"), "subject_requests", ["household_id"])
    op.create_table(
        "subject_request_events",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(MOVES, name=op.f("ck_subject_request_events_subjectrequestmove")),
        sa.CheckConstraint(STATUSES, name=op.f("ck_subject_request_events_subjectrequeststatus")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["principals.id"], name=op.f("fk_subject_request_events_actor_id_principals")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["subject_requests.id"], name=op.f("fk_subject_request_events_request_id_subject_requests")
        ),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("pk_subject_request_events")),
    )


def downgrade() -> None:
    op.drop_table("subject_request_events")
    op.drop_table("subject_requests")
