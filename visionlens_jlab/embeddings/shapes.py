"""Embedding spaces, their vectors, and encoded queries."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Level, LevelQuery, Model


class EmbeddingSpace(Model):
    """Vectors of one model for one level of a dataset."""

    space: str
    level: Level
    model: str
    """Name of the embedder, `matrix` or `callable`."""
    version: str
    """Identity of weights and preprocessing."""
    dimension: int
    has_text: bool = False
    settings: dict[str, Any] = {}
    """What the embedder needs to be made again."""
    created_at: str
    vectors: int = 0
    """Ids that have one."""
    missing: int = 0
    """Ids of the level that have none."""
    index: Literal["ready", "building", "none", "behind", "failed"] = "none"
    """State of the search index; searches answer without one too, more slowly."""


class EmbedderInfo(Model):
    """A model that can embed, as the dialog lists it."""

    model: str
    label: str
    description: str
    dimension: int | None
    has_text: bool
    available: bool
    reason: str = ""
    """Why it is not available, and what to do."""


class EmbedRequest(DatasetRequest):
    """Parameters of an embed job."""

    model: str | None = None
    """Name of an embedder, `open_clip:<arch>/<tag>`, `transformers:<hub id or folder>`, or a local
    checkpoint; null: the best that is available."""
    level: Level = "samples"
    space: str | None = None
    """Name of the space; null: made from model and level."""
    batch_size: int | None = Field(None, ge=1, le=4096)
    crop_margin: float = Field(0.1, ge=0, le=1)
    """Level annotations: share of the box added on each side."""
    project: Literal["umap", "pca", "tsne", "pacmap"] | None = None
    """Method of a projection to make afterwards."""
    options: dict[str, Any] = {}


class EncodeRequest(Model):
    """Encode a text or an uploaded image (base64) with the model of a space."""

    space: str
    text: str | None = Field(None, min_length=1, max_length=2000)
    image: str | None = None
    name: str | None = Field(None, max_length=300)
    """What the image is called."""


class Query(Model):
    """An encoded query that is kept; `text`: what was encoded, or the name of the image."""

    query: str
    kind: Literal["text", "image", "vector"]
    text: str | None = None


class QueryVector(Model):
    """A vector of one's own to search for, of a space's dimension."""

    vector: list[float] = Field(min_length=1, max_length=65536)


class Encoded(Model):
    """An encoded query; `query` is its key in `SearchSpec.queries`."""

    query: str
    text: str | None = None
    seconds: float


class SpaceList(Model):
    """Embedding spaces, oldest first."""

    spaces: list[EmbeddingSpace]


class QueryList(Model):
    """Encoded queries of a space, the latest first."""

    queries: list[Query]


class VectorsQuery(LevelQuery):
    """What vectors are of, and what made them."""

    model: str = Field("matrix", min_length=1, max_length=200)
    version: str = Field("1", min_length=1, max_length=200)
    """Another version of the model is another space."""
