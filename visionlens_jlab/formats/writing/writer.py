"""What writers of formats are given, and where they write to.

Boxes and shapes are in pixels of the upright image, geometry as in `geometry`.
"""

from __future__ import annotations

import os
import posixpath
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, Protocol

from visionlens_jlab.core.geometry.shapes import bounding_box, polygon_area
from visionlens_jlab.core.system.confinement import not_allowed
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.media.drawing import check_image
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import LocalSource, Source, reading

ImageMode = Literal["copy", "link", "none"]
Connect = Callable[[str], Source]
FLAGS = ("difficult", "truncated", "occluded")
UNASSIGNED = "unassigned"
"""Folder of images without a split, where others have one."""
Box = tuple[float, float, float, float]
_NEAR = 1e-6
"""Pixels."""


@dataclass(slots=True)
class Label:
    """One annotation; `attributes` is a JSON object."""

    item: str
    """How the report calls it."""
    class_name: str | None
    kind: str
    box: Box | None
    area: float | None = None
    confidence: float | None = None
    is_crowd: bool = False
    flags: dict[str, bool] = field(default_factory=dict)
    """Those of `FLAGS` that are stated."""
    geometry: bytes | None = None
    attributes: str | None = None
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    """The user's own, without missing values."""


@dataclass(slots=True)
class Picture:
    """One image with what is to be exported of its annotations."""

    location: str
    """Of its root; empty: there is none, nor any file."""
    path: str
    filename: str
    split: str | None = None
    width: int | None = None
    height: int | None = None
    orientation: int = 1
    source_id: str | None = None
    built_in: dict[str, Any] = field(default_factory=dict)
    """`group`, `caption`, `camera`, `captured_at`, `latitude`, `longitude` where there is one."""
    fields: dict[str, Any] = field(default_factory=dict)
    """The user's own, without missing values."""
    tags: list[str] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


@dataclass
class Content:
    """What is exported. `pictures` may be called several times and gives the same each time."""

    classes: list[ClassEntry]
    pictures: Callable[[], Iterator[Picture]]
    kinds: set[str]
    """Of the annotations."""
    splits: list[str | None]
    """Each once."""
    image_ids: list[int] | None = None
    """What the source calls the images, where all have different numbers; in their order."""
    is_run: bool = False
    """Whether the annotations are predictions."""
    options: Mapping[str, Any] = field(default_factory=dict)


class Writer(Protocol):
    """Writes one format."""

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """Write everything. Raises REQUEST_INVALID for an option, OSError."""
        ...


class Target:
    """The folder that is being written.

    Parameters
    ----------
    folder : Path
        There, and empty.
    images : {"copy", "link", "none"}
    connect : callable
        Location of a root -> where its files are read.
    losses : Losses
    """

    def __init__(self, folder: Path, images: ImageMode, connect: Connect, losses: Losses) -> None:
        self.folder = folder
        self.images = images
        self._connect = connect
        self._losses = losses
        self._sources: dict[str, Source] = {}
        self._made: set[Path] = set()
        self.files = 0
        """Files written, images among them."""

    def open(self, path: str) -> IO[bytes]:
        """A new file for writing."""
        self.files += 1
        return self._place(path).open("wb")

    def text(self, path: str, text: str) -> None:
        """Write a text file in UTF-8."""
        with self.open(path) as file:
            file.write(text.encode())

    def image(self, path: str, picture: Picture) -> None:
        """Bring an image to a path, as `images` says."""
        if self.images == "none":
            return
        if not is_image(path):  # other programs may take it for theirs
            self._losses.add("IMAGE_REFUSED", picture.path)
            return
        place = self._place(path)
        try:
            self._bring(picture, place)
        except VisionLensError as error:
            place.unlink(missing_ok=True)
            code = _LEFT_OUT.get(error.code)
            if code is None:
                raise
            self._losses.add(code, picture.path)
            return
        self.files += 1

    def _bring(self, picture: Picture, place: Path) -> None:
        source, inner = self._source(picture)
        with source.open(inner) as file:
            check_image(file)
            file.seek(0)
            linked = self.images == "link" and isinstance(getattr(file, "name", None), str)
            if linked and isinstance(source, LocalSource):  # no image inside a file
                _link(file, place)
                return
            with place.open("wb") as copy:
                shutil.copyfileobj(file, copy)

    def reading(self, location: str, paths: Sequence[str]) -> AbstractContextManager[object]:
        """While it is entered, images of these paths are brought in this order."""
        if self.images == "none":
            return nullcontext()
        try:
            return reading(self._at(location), paths)
        except VisionLensError:  # said of each image
            return nullcontext()

    def content(self, picture: Picture) -> bytes | None:
        """An image file's bytes; None: they cannot be read, and it is left out with its labels."""
        source, inner = self._source(picture)
        try:
            with source.open(inner) as file:
                check_image(file)
                file.seek(0)
                return file.read()
        except VisionLensError as error:
            if error.code not in _LEFT_OUT:
                raise
        self._losses.add("IMAGE_LEFT_OUT", picture.path)
        if picture.labels:
            self._losses.add("ANNOTATION_LEFT_OUT", picture.path, len(picture.labels))
        return None

    def folder_at(self, path: str) -> None:
        """Make a folder."""
        self._place(f"{path}/_")

    def _place(self, path: str) -> Path:
        place = self.folder / path
        if not Path(os.path.normpath(place)).is_relative_to(self.folder):
            raise not_allowed(path)
        if place.parent not in self._made:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(place.parent)
        return place

    def _source(self, picture: Picture) -> tuple[Source, str]:
        return self._at(picture.location), picture.path

    def _at(self, location: str) -> Source:
        if location not in self._sources:
            self._sources[location] = self._connect(location)
        return self._sources[location]


_LEFT_OUT = {
    "IMAGE_MISSING": "IMAGE_MISSING",
    "DIR_NOT_FOUND": "IMAGE_MISSING",
    "PATH_NOT_ALLOWED": "IMAGE_REFUSED",
    "IMAGE_UNREADABLE": "IMAGE_REFUSED",
    "MEMORY_LIMIT": "IMAGE_REFUSED",
}
"""Why an image is not copied -> what the report says."""


def _link(file: BinaryIO, place: Path) -> None:
    """A hard link, which readers that refuse links out of a folder take; else a symbolic one."""
    with suppress(OSError):
        os.link(file.name, place, follow_symlinks=False)
        if os.path.samestat(place.lstat(), os.fstat(file.fileno())):
            return
        place.unlink()  # another file has taken its place
    place.symlink_to(file.name)


LONGEST_NAME, LONGEST_SUFFIX = 200, 16
"""Bytes of a file's name: most systems take 255, and words are added to some."""


class Names:
    """File names whose stems differ, in any case and Unicode form, within a folder."""

    def __init__(self, losses: Losses) -> None:
        self._losses = losses
        self._taken: set[tuple[str, str]] = set()

    def name(self, folder: str, picture: Picture) -> str:
        """The image's own name; one with its folders where that is taken."""
        for name in _candidates(picture):
            key = folder, folded(posixpath.splitext(name)[0])
            if key not in self._taken:
                self._taken.add(key)
                if name != picture.filename:
                    self._losses.add("FILE_RENAMED", f"{picture.path} -> {name}")
                return name
        raise AssertionError("names are without end")


def _candidates(picture: Picture) -> Iterator[str]:
    stem, suffix = posixpath.splitext(picture.filename)
    if len(suffix.encode()) > LONGEST_SUFFIX:
        stem, suffix = picture.filename, ""
    if len(picture.filename.encode()) > LONGEST_NAME:
        stem = stem.encode()[: LONGEST_NAME - LONGEST_SUFFIX].decode("utf-8", "ignore")
    yield f"{stem}{suffix}"
    whole = picture.path.strip("/").replace("/", "_")
    if "/" in picture.path and len(whole.encode()) <= LONGEST_NAME:
        yield whole
    number = 2
    while True:
        yield f"{stem}_{number}{suffix}"
        number += 1


class SplitFolders:
    """Folders by split for formats that know some splits by name only.

    Where an image has such a split, others go to `UNASSIGNED`; where none has, there are none.
    """

    def __init__(self, content: Content, known: tuple[str, ...], losses: Losses) -> None:
        self.used = [split for split in known if split in content.splits]
        self._losses = losses

    def folder(self, picture: Picture) -> str:
        """The folder of an image, with a slash; empty: there is none."""
        split = picture.split
        if split in self.used:
            return f"{split}/"
        if split is not None or self.used:
            self._losses.add("SPLIT_LOST", split or "no split")
        return f"{UNASSIGNED}/" if self.used else ""


def note_fields(picture: Picture, losses: Losses) -> None:
    """Note fields and tags of an image for a format that has none."""
    for name in picture.fields:
        losses.add("FIELD_LOST", name)
    for name in picture.built_in:
        code = "FIELD_LOST" if name in ("group", "caption") else "EXIF_FIELD"
        losses.add(code, name)
    for tag in picture.tags:
        losses.add("TAG_LOST", tag)


def note_rotation(picture: Picture, losses: Losses) -> None:
    """Note an image whose labels depend on its EXIF orientation."""
    if picture.orientation > 1 and picture.labels:
        losses.add("IMAGE_ROTATED", picture.path)


def note_label(label: Label, losses: Losses) -> None:
    """Note tags and fields of a label for a format that has none."""
    for tag in label.tags:
        losses.add("TAG_LOST", tag)
    for name in label.fields:
        losses.add("FIELD_LOST", name)


def note_measures(label: Label, rings: list[list[float]] | None, losses: Losses) -> None:
    """Note a stated box or area that a reader of the rings (None: of the box) does not find."""
    around = bounding_box(rings) if rings else label.box
    if label.box is None or around is None:
        return
    if any(abs(a - b) > _NEAR for a, b in zip(label.box, around, strict=True)):
        losses.add("BOX_LOST", label.item)
    area = sum(map(polygon_area, rings)) if rings else label.box[2] * label.box[3]
    if label.area is not None and abs(label.area - area) > _NEAR * max(1.0, area):
        losses.add("AREA_LOST", label.item)


def facts_of(pictures: Callable[[], Iterator[Picture]]) -> tuple[set[str], list[str | None]]:
    """Kinds of the annotations, and splits, of pictures."""
    kinds: set[str] = set()
    splits: Counter[str | None] = Counter()
    for picture in pictures():
        splits[picture.split] += 1
        kinds.update(label.kind for label in picture.labels)
    return kinds, list(splits)
