"""What a format is, and the batches it reads.

Coordinates of boxes are x, y (top left corner), w, h in pixels of the frame the label file speaks
of, or fractions of the upright image where a batch says `normalised`. Never rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected

BATCH_IMAGES = 2000
"""Images in one batch: small enough to be seen soon, large enough to be cheap to commit."""
FIRST_IMAGES = 128
"""Those of the first batch: a screen or two, which are shown before anything else is read."""


def batch_slices(first: int, end: int) -> Iterator[slice]:
    """Which images come in one batch after another, few of them at first."""
    size = FIRST_IMAGES if first == 0 else BATCH_IMAGES
    while first < end:
        yield slice(first, min(first + size, end))
        first, size = first + size, BATCH_IMAGES


Action = Literal["kept", "repaired", "skipped"]
Kind = Literal["image", "label_file", "annotation", "other"]


class Issue(NamedTuple):
    """One odd thing; `code` is a key of `issues.ISSUES`, `image` the image's ordinal."""

    code: str
    action: Action
    kind: Kind
    item: str
    message: str
    image: int | None = None


@dataclass
class ImageRows:
    """Images in a fixed order; all lists have one entry for each.

    The n-th image of a whole read has the ordinal n, which annotations and issues refer to.
    """

    root: str
    """A key of `Request.roots`."""
    paths: list[str]
    bytes: list[int | None]
    """Size of the file; None: there is no such file."""
    splits: list[str | None]
    named: bool | list[bool] = True
    """A label file names these images: they are kept even if their file cannot be read."""
    widths: list[int | None] | None = None
    heights: list[int | None] | None = None
    """The size a label file states, in pixels."""
    needs_size: bool = False
    """Whether boxes of a later batch are fractions of these images."""
    fields: dict[str, pa.Array] = field(default_factory=dict)
    """Built-ins (`group`, `captured_at`, `camera`, `latitude`, `longitude`, `caption`,
    `source_id`: what the label file calls the image) and the user's own fields, typed alike in
    every batch."""


@dataclass
class AnnotationRows:
    """Annotations in the order of the label file; None as a column means: no value at all."""

    images: np.ndarray
    """int64 (n,): ordinals of images; -1: the image is unknown."""
    classes: list[str | None]
    kinds: list[str]
    boxes: np.ndarray
    """float64 (n, 4): x, y, w, h; NaN: no box."""
    name: Callable[[int], str]
    """How the report calls the annotation at an index of this batch."""
    normalised: bool = False
    confidence: np.ndarray | None = None
    """float64 (n,), NaN: none."""
    area: np.ndarray | None = None
    """float64 (n,) as the label file states it, or of its polygon, in square pixels or (where
    `normalised`) square fractions; NaN: that of the box."""
    is_crowd: np.ndarray | None = None
    """bool (n,)."""
    difficult: list[bool | None] | None = None
    truncated: list[bool | None] | None = None
    occluded: list[bool | None] | None = None
    geometry: list[bytes | None] | None = None
    """JSON in UTF-8, see `geometry`."""
    attributes: list[str | None] | None = None
    """A JSON object each."""


class ClassEntry(NamedTuple):
    """A class as a label file lists it."""

    name: str
    source_id: str | None = None
    supercategory: str | None = None
    keypoints: list[str] | None = None
    """Names of the keypoints in their order."""
    skeleton: list[list[int]] | None = None
    """Pairs of positions in `keypoints`, from 0."""


class RunFound(NamedTuple):
    """Predictions among the labels: they become a run, read as `add_predictions` reads them."""

    run: str
    format: str
    options: dict[str, Any]


@dataclass
class Found:
    """What the format saw, counted where it is read, not where it is kept."""

    images: int = 0
    annotations: int = 0
    label_files: int = 0


@dataclass
class Batch:
    """A part of a dataset. Images come before, or with, the annotations that refer to them."""

    images: ImageRows | None = None
    annotations: AnnotationRows | None = None
    classes: Sequence[ClassEntry] = ()
    issues: list[Issue] = field(default_factory=list)
    found: Found = field(default_factory=Found)
    images_total: int | None = None
    """All images of the read, once known."""
    runs: list[RunFound] = field(default_factory=list)


class Format(Protocol):
    """A label format. Stateless: one object serves every ingest.

    `options`, names of the options it takes, may be missing: then it is given any.
    """

    name: str
    label: str
    description: str

    def detect(self, request: Request) -> Detected | None:
        """What would be read from here, or None; lists folders and peeks into files only."""
        ...

    def read(self, request: Request) -> Iterator[Batch]:
        """Read everything. Raises DIR_EMPTY, LABELS_INVALID, PERMISSION_DENIED."""
        ...


FORMAT_ATTRIBUTES: tuple[str, ...] = ("name", "label", "description", "detect", "read")
"""What the registry asks of a plugin's format."""


def detected(
    form: Format,
    request: Request,
    reason: str,
    *,
    images: str | None = None,
    labels: Sequence[str] = (),
    splits: Sequence[str] = (),
) -> Detected:
    """A `Detected` for a format with what the request already knows filled in."""
    facts: dict[str, Any] = {
        "format": form.name,
        "label": form.label,
        "source": request.address,
        "images": images,
        "labels": list(labels),
        "splits": list(splits),
        "reason": reason,
        "unread": [],
        "suggested_name": request.suggested_name,
    }
    return Detected(**facts)
