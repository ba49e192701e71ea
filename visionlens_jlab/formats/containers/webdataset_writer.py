"""Writes WebDataset: `<split>-000000.tar` with `<key>.jpg` and `<key>.json`, and `classes.txt`.

Boxes and shapes stand in `annotations` as COCO has them; the class of an image that has one in
`.cls`, its caption in `.txt`.
"""

from __future__ import annotations

import io
import tarfile
from typing import IO, Any, NamedTuple

import msgspec

from visionlens_jlab.formats.containers.objects import CLASSES, OBJECTS, XYWH, XYXY
from visionlens_jlab.formats.containers.writer import ShardWriter, own_classes
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.writing.writer import FLAGS, Picture, Target

_TAKEN = frozenset({*OBJECTS, *XYWH, *XYXY, *CLASSES, "width", "height", "split", "json", "score"})


class _Archive(NamedTuple):
    file: IO[bytes]
    tar: tarfile.TarFile


class WebDatasetWriter(ShardWriter):
    """WebDataset shards."""

    kinds = frozenset({"box", "polygon", "mask", "keypoints", "classification"})
    flags = frozenset(FLAGS)
    holds_attributes = True
    holds_crowds = True
    holds_parts = True
    holds_classes = True
    suffix = ".tar"
    numbered = False

    def begin(self) -> None:
        """Classes by their places in the list."""
        super().begin()
        self._numbers = {entry.name: at for at, entry in enumerate(self.content.classes)}
        self._keys: set[str] = set()

    def class_name(self, name: str, losses: Any) -> str:
        """A line of the list."""
        return " ".join(name.split()) or name

    def open_shard(self, path: str, target: Target) -> _Archive:
        """A new archive."""
        file = target.open(path)
        return _Archive(file, tarfile.TarFile(fileobj=file, mode="w"))

    def add(self, shard: _Archive, name: str, picture: Picture, objects: list[Object]) -> None:
        """The image, then what is said of it."""
        key, suffix = self._key(name)
        _put(shard.tar, f"{key}.{suffix}", self.data)
        classes = own_classes(objects)
        fields = self.json_fields(picture, _TAKEN)
        if picture.width and picture.height:
            fields = {"width": picture.width, "height": picture.height, **fields}
        if len(classes) == 1 and classes[0] in self._numbers:
            objects = [thing for thing in objects if thing.kind != "classification"]
            _put(shard.tar, f"{key}.cls", str(self._numbers[classes[0]]).encode())
        if objects:
            fields["annotations"] = [_annotation(thing) for thing in objects]
        caption = fields.pop("caption", None)
        if isinstance(caption, str) and caption == caption.strip():
            _put(shard.tar, f"{key}.txt", caption.encode())
        elif caption is not None:
            fields["caption"] = caption
        _put(shard.tar, f"{key}.json", msgspec.json.encode(fields))

    def close_shard(self, shard: _Archive) -> None:
        """With its mark of the end."""
        shard.tar.close()
        shard.file.close()

    def finish(self, target: Target) -> None:
        """The list of classes, whose lines the numbers mean."""
        super().finish(target)
        lines = [self.class_name(entry.name, None) for entry in self.content.classes]
        target.text("classes.txt", "".join(f"{line}\n" for line in lines))

    def _key(self, name: str) -> tuple[str, str]:
        stem, _, suffix = name.rpartition(".")
        plain = stem.replace(".", "_").replace("\\", "_").lstrip("_") or "image"
        key, number = plain, 2
        while key in self._keys:
            key, number = f"{plain}_{number}", number + 1
        self._keys.add(key)
        if key != stem:
            self.losses.add("FILE_RENAMED", f"{name} -> {key}.{suffix}")
        return key, suffix


def _put(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _annotation(thing: Object) -> dict[str, Any]:
    written: dict[str, Any] = {"category": thing.class_name, **thing.flags}
    if thing.box is not None:
        written["bbox"] = thing.box
    if thing.is_crowd:
        written["iscrowd"] = 1
    if thing.kind == "keypoints":
        written["keypoints"] = thing.shape
    elif thing.geometry is not None:
        written["segmentation"] = msgspec.Raw(thing.geometry)
    if thing.attributes:
        written["attributes"] = thing.attributes
    return written
