"""What a map colours its points by."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Level, Model
from .outcomes import OutcomeFilter


class ColorsRequest(Model):
    """Which field, for the ids of which level."""

    field: str
    """`outcome` with an evaluation: what became of an annotation, of a sample its worst."""
    level: Level = "samples"
    limit: int = Field(1000, ge=1, le=65_000)
    """Values told apart, most frequent first; the rest share a code."""
    outcomes: OutcomeFilter | None = None
    """The evaluation and the confidence that the field `outcome` speaks of."""


class ColorValue(Model):
    """A value and how many ids have it; its code is its place in the legend."""

    value: str | int | float | bool
    count: int


class ColorLegend(Model):
    """What the codes or numbers after it mean.

    The answer is the length of this document in bytes (uint32, little-endian), the document as
    JSON, padded with spaces to a multiple of four, then one entry by id, from 0 to the largest:
    for `values` a code (uint16, little-endian; `len(values)`: one of the others, 65535: no value),
    for `numbers` a float32 (NaN: none), times in seconds since 1970.
    """

    field: str
    label: str
    level: Level
    type: Literal["values", "numbers"]
    version: int
    size: int
    """Largest id + 1."""
    values: list[ColorValue] = []
    others: int = 0
    """Distinct values beyond `limit`."""
    others_count: int = 0
    """Ids that have one of them."""
    missing: int = 0
    """Ids without a value."""
    low: float | None = None
    high: float | None = None
