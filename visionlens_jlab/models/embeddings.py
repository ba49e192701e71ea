"""Embedding spaces, searches in them, projections and near-duplicates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import Level, Model

UINT32, INT32 = (1 << 32) - 1, (1 << 31) - 1


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


class ProjectionMethod(Model):
    """A method of projection, as the dialog lists it."""

    method: Literal["umap", "pca", "tsne", "pacmap"]
    label: str
    available: bool
    reason: str = ""
    """Why it is not available, and what to do."""


class EmbedRequest(Model):
    """Parameters of an embed job."""

    dataset: str
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


class ProjectRequest(Model):
    """Parameters of a projection job."""

    dataset: str
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


class DuplicatesRequest(Model):
    """Parameters of a near-duplicate job."""

    dataset: str
    kind: Literal["exact", "near"] = "near"
    space: str | None = None
    """Proposals come from its vectors too; null: of any samples' space there is."""
    threshold: float | None = Field(None, gt=0, le=1)
    """Confidence from which two images are duplicates."""


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


class DuplicateMember(Model):
    """A sample of a group; `distance` (0 to 1) to the group's best one."""

    sample_id: int
    distance: float
    confidence: float
    transform: str
    """How it differs: identical, resized, recompressed, cropped, flipped ..."""
    best: bool
    split: str | None = None


class DuplicateGroup(Model):
    """Samples that show the same picture; `leak`: in more than one split."""

    group: int
    members: list[DuplicateMember]
    leak: bool = False


class ResolveRequest(Model):
    """Keep the best sample of each group, and tag or remove the rest."""

    kind: Literal["exact", "near"] = "near"
    created_at: str
    """That of the run whose groups are meant: those of another one are not touched."""
    groups: list[Annotated[int, Field(ge=0, le=INT32)]] | None = Field(None, max_length=100_000)
    """Numbers of groups; null: all of them."""
    keep: list[Annotated[int, Field(ge=0, le=UINT32)]] = Field([], max_length=100_000)
    """Samples that stay; in a group of one of these they take the place of the best one."""
    action: Literal["tag", "remove"] = "tag"
    """`remove` takes samples out of the dataset; their files stay where they are."""
    tag: str = Field("duplicate", min_length=1, max_length=200)


SMALL_SIDE = 64
"""Pixels on the longer side below which near-duplicates cannot be told reliably."""


class Duplicates(Model):
    """Groups found by the last run of a kind; a page of `total`."""

    kind: Literal["exact", "near"]
    created_at: str | None
    """null: never looked for."""
    groups: list[DuplicateGroup]
    total: int
    samples: int
    leaks: int
    """Groups over more than one split."""
    leak_pairs: dict[str, int] = {}
    """`train|val` -> number of groups in both."""
    small: int = 0
    """Kind near: samples of fewer than 64 pixels on the longer side. Of so small ones copies are
    missed, and different pictures may look the same."""
