"""Projections, and what a map colours its points by."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Level, Model
from visionlens_jlab.core.views.shapes import OutcomeFilter
from visionlens_jlab.embeddings.shapes import EmbedderInfo

REQUESTED = "requested"
"""Among a projection's parameters: the method that was wanted, where it could not be had."""


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


class ProjectionMethod(Model):
    """A method of projection, as the dialog lists it."""

    method: Literal["umap", "pca", "tsne", "pacmap"]
    label: str
    available: bool
    reason: str = ""
    """Why it is not available, and what to do."""


class ProjectRequest(DatasetRequest):
    """Parameters of a projection job."""

    space: str
    method: Literal["umap", "pca", "tsne", "pacmap"] = "umap"
    dimensions: Literal[2, 3] = 2
    seed: int | None = 42
    """null: not reproducible, on all processors."""
    parameters: dict[str, Any] = {}
    clusters: bool = True
    """Find clusters of the points; they become the field `cluster`."""
    refit: bool = False
    """Start anew; else new vectors are placed where an earlier model of the same kind puts them."""

    @property
    def stored_parameters(self) -> dict[str, Any]:
        """The parameters that are kept with a projection."""
        return {**self.parameters, "seed": self.seed}


class Projection(Model):
    """Coordinates of a space's vectors."""

    projection: str
    space: str
    level: Level
    method: str
    dimensions: int
    parameters: dict[str, Any]
    rows: int
    preview: bool = False
    """A quick stand-in while the real one is computed."""
    warning: str | None = None
    created_at: str


class EmbedderList(Model):
    """Models that can embed, and methods that can project."""

    embedders: list[EmbedderInfo]
    projections: list[ProjectionMethod]


class ProjectionList(Model):
    """Projections of a dataset."""

    projections: list[Projection]
