"""Operators and measures: something done to the samples of a view."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from visionlens_jlab.plugin_api.samples import Sample

if TYPE_CHECKING:
    from PIL import Image


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
