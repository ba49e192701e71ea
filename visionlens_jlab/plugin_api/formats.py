"""Label formats: what a label file says of images, read and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol


@dataclass(frozen=True, kw_only=True)
class Label:
    """An annotation as a label file has it; coordinates are pixels of the upright image.

    Attributes
    ----------
    label : str or None
        Name of its class.
    kind : str
        box, polygon, oriented_box, keypoints or classification.
    box : tuple of float or None
        Left, top, width and height, for a box.
    points : tuple of (float, float)
        Corners of a polygon or an oriented box; keypoints.
    difficult, truncated, occluded : bool or None
        None: the file does not say.
    attributes : mapping
        Anything else that JSON can hold.
    """

    label: str | None
    kind: str = "box"
    box: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float], ...] = ()
    difficult: bool | None = None
    truncated: bool | None = None
    occluded: bool | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LabelledImage:
    """An image as a label file has it.

    Attributes
    ----------
    name : str
        Path or file name of the image, with or without a suffix; empty: the image that has the
        label file's name. When writing: its path below the folder that is written.
    width, height : int or None
        Of the upright image, if the file says so.
    split : str or None
    labels : tuple of Label
    problems : tuple of str
        A sentence for each annotation that could not be read; the report names them.
    """

    name: str
    width: int | None = None
    height: int | None = None
    split: str | None = None
    labels: tuple[Label, ...] = ()
    problems: tuple[str, ...] = ()


class FormatContext(Protocol):
    """What a reader of a format may look at beside its file."""

    api: str
    """Version of this API."""

    def files(self, pattern: str = "*") -> Iterator[str]:
        """Paths of the folder with the labels that fit a pattern, with `/`, in order."""
        ...

    def open(self, path: str) -> BinaryIO:
        """Another file of that folder; OSError."""
        ...


class Sniffer(Protocol):
    """`sniff` of a format: whether a file whose name fits is really one."""

    def __call__(self, *, path: str, head: bytes, **rest: Any) -> bool:
        """Look at the first 64 KiB."""
        ...


class Reader(Protocol):
    """`target` of a format: reads one label file.

    What it raises is the file's defect: the report names the file, and reading goes on.
    """

    def __call__(
        self, *, context: FormatContext, path: str, file: BinaryIO, **rest: Any
    ) -> Iterator[LabelledImage]:
        """What the file at a path says; `file` is open for reading."""
        ...


class WriteContext(Protocol):
    """Where a writer of a format writes."""

    api: str
    folder: Path
    """The folder that becomes the export; images are brought into it by VisionLens."""


class FormatWriter(Protocol):
    """`write` of a format: label files for images, which lie at their `name` below the folder."""

    def __call__(
        self, *, context: WriteContext, images: Iterator[LabelledImage], **rest: Any
    ) -> None:
        """Write the label files into `context.folder`."""
        ...
