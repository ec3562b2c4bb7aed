"""How a form was filled, beside what was answered: it shows work that was done at home or in haste (trust.md H3).

A phone sends it with its visit, where it lies in the seal like everything else: positions are somebody's, and a
question that took long says something about who was asked. No value of an answer stands in it.
"""

from typing import Annotated

from pydantic import Field

from api.core.schema import In
from api.core.types import Instant

MOST_TIMINGS, MOST_POSITIONS, MOST_EDITS = 1000, 500, 1000
Question = Annotated[str, Field(min_length=1, max_length=120, description="The name of the question in the form.")]
Second = Annotated[float, Field(ge=0, le=86_400)]


class TimingIn(In):
    """How long a question was open, each time anew."""

    question: Question
    at: Instant
    seconds: Second


class PositionIn(In):
    """Where the phone was while the form was filled, WGS 84."""

    at: Instant
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float | None, Field(ge=0, le=100_000)] = None
    mock: bool = False


class EditIn(In):
    """An answer that was given and then changed; neither of the two."""

    question: Question
    at: Instant


class ParadataIn(In):
    """How a form was filled: what the phone noted of it, as far as it does."""

    timings: Annotated[list[TimingIn], Field(default_factory=list, max_length=MOST_TIMINGS)]
    positions: Annotated[list[PositionIn], Field(default_factory=list, max_length=MOST_POSITIONS)]
    edits: Annotated[list[EditIn], Field(default_factory=list, max_length=MOST_EDITS)]
