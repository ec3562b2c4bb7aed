"""The form that is asked at the door, in numbered versions; a published version never changes."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, UniqueConstraint

from api.core.table import Identified, text_enum


class QuestionnaireStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Questionnaire(Identified, table=True):
    """A form by name."""

    __tablename__ = "questionnaires"

    code: str = Field(max_length=40, unique=True)
    title: str = Field(max_length=160)
    created_at: datetime


class QuestionnaireVersion(Identified, table=True):
    """Questions, relevance and declarative checks as data; nothing in it is evaluated as code."""

    __tablename__ = "questionnaire_versions"
    __table_args__ = (UniqueConstraint("questionnaire_id", "version"),)

    questionnaire_id: UUID = Field(foreign_key="questionnaires.id")
    version: int
    status: QuestionnaireStatus = Field(default=QuestionnaireStatus.DRAFT, sa_type=text_enum(QuestionnaireStatus))
    content: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime
    # what publishing moved, as it stood then; null for a draft and for what came with the software
    publication: dict[str, Any] | None = Field(
        default=None, sa_column=sa.Column(JSONB(none_as_null=True), nullable=True)
    )
