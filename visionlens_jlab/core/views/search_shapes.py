"""What a view searches for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from visionlens_jlab.core.shapes import Model


class SearchSpec(Model):
    """What a view looks for in a space; its ids come by descending score.

    The score is the cosine of the angle to `sum(weight * positive) - sum(weight * negative)`, each
    vector of unit length.
    """

    space: str
    like: list[int] = Field([], max_length=1000)
    """Ids of the space's level that what is searched looks like."""
    unlike: list[int] = Field([], max_length=1000)
    queries: list[str] = Field([], max_length=20)
    """Keys of encoded texts and images (see `EncodeRequest`)."""
    weights: list[float] = Field([], max_length=20)
    """One for each of `queries`; missing: 1. Negative: away from it."""
    mode: Literal["similar", "diverse", "outliers"] = "similar"
    """`diverse`: farthest-point sample of the view; `outliers`: by mean distance to neighbours."""
    k: int | None = Field(100, ge=1)
    """At most so many; null: all, or those from `threshold` on."""
    threshold: float | None = Field(None, ge=-1, le=1)
