"""What a plugin is written against: shapes and contexts of version 1.0.

A plugin is a Python file, or a module of an installed package, with a literal `MANIFEST`. It is
read without importing the file; the code is imported when it is used, in a process of its own.
Functions of plugins are called with keywords only and take `**rest`, or name what they use: later
versions of the API may give more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from PIL import Image

API_VERSION = "1.0"
"""A manifest names the versions that it fits: `"api": ">=1,<2"`."""


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A label of an image, or a prediction.

    Attributes
    ----------
    id : int
    label : str or None
        Name of its class.
    kind : str
        box, polygon, mask, keypoints, classification and so on.
    box : tuple of float or None
        Left, top, width and height in pixels of the upright image.
    confidence : float or None
        From 0 to 1; None for labels.
    source : str
        `ground_truth`, or the name of a run.
    """

    id: int
    label: str | None
    kind: str
    box: tuple[float, float, float, float] | None
    confidence: float | None
    source: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An image of the dataset; width and height are those of the upright image in pixels."""

    id: int
    name: str
    width: int | None
    height: int | None
    split: str | None
    tags: tuple[str, ...]
    annotations: tuple[Annotation, ...]


class OperatorContext(Protocol):
    """What an operator works with: `def run(*, context, arguments, **rest)`.

    What it tags and sets is written when it has come to its end, all of it or nothing.
    """

    api: str
    """Version of this API."""
    count: int
    """Number of samples."""
    folder: Path
    """The only folder in which the run may write; what it leaves there is kept for the user."""

    def samples(self) -> Iterator[Sample]:
        """The samples in the order of the view, those that the user chose."""
        ...

    def image(self, sample: Sample) -> Image.Image:
        """The upright image as RGB. Needs the permission `images`; OSError, ValueError."""
        ...

    def progress(self, done: int, message: str = "") -> None:
        """Say how many samples are done; a run that says nothing for long is ended."""
        ...

    def tag(self, sample: Sample, tag: str) -> None:
        """Give a sample a tag. Needs the permission `tags`."""
        ...

    def set_field(self, sample: Sample, name: str, value: str | float | bool | None) -> None:
        """Set a sample's value in a field, which is made if need be. Needs `fields`."""
        ...


class Operator(Protocol):
    """An operator; it gives a sentence for the user, or nothing."""

    def __call__(
        self, *, context: OperatorContext, arguments: Mapping[str, Any], **rest: Any
    ) -> str | None:
        """Do it."""
        ...


class Measure(Protocol):
    """A measure of each image, kept in a field; None: this image has none."""

    def __call__(
        self, *, image: Image.Image, sample: Sample, arguments: Mapping[str, Any], **rest: Any
    ) -> float | None:
        """Measure the upright RGB image."""
        ...
