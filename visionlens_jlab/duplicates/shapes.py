"""Exact and near duplicates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Model

UINT32, INT32 = (1 << 32) - 1, (1 << 31) - 1


class DuplicatesRequest(DatasetRequest):
    """Parameters of a near-duplicate job."""

    kind: Literal["exact", "near"] = "near"
    space: str | None = None
    """Proposals come from its vectors too; null: of any samples' space there is."""
    threshold: float | None = Field(None, gt=0, le=1)
    """Confidence from which two images are duplicates."""


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


class DuplicatesQuery(Model):
    """Which groups."""

    kind: Literal["exact", "near"] = "near"
    offset: int = Field(0, ge=0, le=1 << 31)
    limit: int = Field(100, ge=1, le=1000)
