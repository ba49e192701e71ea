"""What writers of files of images share: several files of a bounded size for each split."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Any

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter
from visionlens_jlab.formats.writing.writer import Picture, Target

MEGABYTES = 256
UNSPLIT = "data"
SPLITS = ("train", "val", "test", "trainval")
"""Those that the name of a file says."""


class ShardWriter(RecordWriter):
    """Writes images into files; a new one is begun when the last is full.

    A subclass says what it holds, and how a file is opened, filled and closed.
    """

    holds_fields = True
    holds_splits = True
    images = ""
    suffix: str
    folder = ""
    numbered = True
    """Whether names say how many files there are: `train-00000-of-00002`."""

    @abstractmethod
    def open_shard(self, path: str, target: Target) -> Any:
        """A new file."""

    @abstractmethod
    def add(self, shard: Any, name: str, picture: Picture, objects: list[Object]) -> None:
        """Put one image, `self.data`, into a file."""

    @abstractmethod
    def close_shard(self, shard: Any) -> None:
        """The file is whole."""

    def begin(self) -> None:
        """Before the first picture. REQUEST_INVALID for an option."""
        wanted = self.content.options.get("shard_megabytes", MEGABYTES)
        if type(wanted) is not int or wanted < 1:
            raise VisionLensError("REQUEST_INVALID", "shard_megabytes is a number from 1 on.")
        self._limit = wanted << 20
        self._known = {split for split in self.content.splits if split in SPLITS}
        self._open: dict[str, tuple[Any, int]] = {}
        self._written: dict[str, list[str]] = {}
        self.data = b""

    def take_image(self, path: str, picture: Picture, target: Target) -> bool:
        """The image's bytes, for the file."""
        if target.images == "none":
            raise VisionLensError(
                "REQUEST_INVALID",
                f"{self.suffix} files are nothing without images.",
                "Copy the images.",
            )
        data = target.content(picture)
        self.data = data or b""
        return data is not None

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        """Put one picture into the open file of its split."""
        split = picture.split if picture.split in self._known else UNSPLIT
        if picture.split != split and (picture.split is not None or self._known):
            self.losses.add("SPLIT_LOST", picture.split or "no split")
        for tag in (*picture.tags, *(tag for thing in objects for tag in thing.tags)):
            self.losses.add("TAG_LOST", tag)
        shard, filled = self._open.get(split, (None, 0))
        if shard is not None and filled + len(self.data) > self._limit:
            self.close_shard(shard)
            shard, filled = None, 0
        if shard is None:
            path = self._new(split)
            shard = self.open_shard(path, target)
        self.add(shard, name, picture, objects)
        self._open[split] = shard, filled + len(self.data)

    def finish(self, target: Target) -> None:
        """Close what is open, and say in the names how many there are."""
        for shard, _ in self._open.values():
            self.close_shard(shard)
        for paths in self._written.values() if self.numbered else []:
            for path in paths:
                stem = path.removesuffix(self.suffix)
                named = f"{stem}-of-{len(paths):05}{self.suffix}"
                (target.folder / path).rename(target.folder / named)

    def _new(self, split: str) -> str:
        paths = self._written.setdefault(split, [])
        width = 5 if self.numbered else 6
        paths.append(f"{self.folder}{split}-{len(paths):0{width}}{self.suffix}")
        return paths[-1]

    def json_fields(self, picture: Picture, taken: frozenset[str]) -> dict[str, Any]:
        """Fields of an image as JSON has them, under names that mean nothing else."""
        found: dict[str, Any] = {}
        for name, value in (*picture.built_in.items(), *picture.fields.items()):
            free = name
            while (free.lower() in taken and name not in picture.built_in) or free in found:
                free += "_"
            if free != name:
                self.losses.add("FIELD_RENAMED", f"{name} -> {free}")
            if isinstance(value, datetime):
                self.losses.add("FIELD_AS_TEXT", name)
            found[free] = value.isoformat() if isinstance(value, datetime) else value
        return found


def own_classes(objects: list[Object]) -> list[str]:
    """Classes of the whole image."""
    return [str(thing.class_name) for thing in objects if thing.kind == "classification"]
