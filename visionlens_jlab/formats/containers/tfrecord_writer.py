"""Writes TFRecord files as the Object Detection API reads them, and `label_map.pbtxt`."""

from __future__ import annotations

import posixpath
from datetime import datetime
from typing import IO, Any

import numpy as np

from visionlens_jlab.formats.containers.class_lists import quoted
from visionlens_jlab.formats.containers.writer import ShardWriter, own_classes
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Label, Picture, Target
from visionlens_jlab.media.shards.example import Values, encode_example
from visionlens_jlab.media.shards.places import image_suffix
from visionlens_jlab.media.shards.tfrecord import framed

_FORMATS = {".jpg": b"jpeg", ".png": b"png", ".gif": b"gif", ".bmp": b"bmp", ".webp": b"webp"}
_BUILT_IN = {"caption": "image/caption"}
_TAKEN = frozenset(
    {"caption", "label", "class", "label_text", "class_name", "class/text", "class/label"}
)


class TfRecordWriter(ShardWriter):
    """TFRecord files."""

    kinds = frozenset({"box", "classification"})
    flags = frozenset({"difficult", "truncated", "occluded"})
    holds_crowds = True
    holds_classes = True
    suffix = ".tfrecord"

    def begin(self) -> None:
        """Classes are numbered from 1."""
        super().begin()
        self._ids = {entry.name: at for at, entry in enumerate(self.content.classes, 1)}

    def open_shard(self, path: str, target: Target) -> IO[bytes]:
        """A new file."""
        return target.open(path)

    def close_shard(self, shard: IO[bytes]) -> None:
        """Nothing stands at its end."""
        shard.close()

    def add(self, shard: IO[bytes], name: str, picture: Picture, objects: list[Object]) -> None:
        """One example."""
        form = _FORMATS.get(image_suffix(self.data[:16]) or "")
        found: dict[str, Values] = {
            "image/encoded": [self.data],
            "image/format": [form or posixpath.splitext(name)[1][1:].lower().encode()],
            "image/filename": [name.encode()],
            "image/source_id": [(picture.source_id or name).encode()],
        }
        if picture.width and picture.height:
            found |= {"image/height": [picture.height], "image/width": [picture.width]}
        classes = own_classes(objects)
        if classes:
            found["image/class/text"] = [one.encode() for one in classes]
            found["image/class/label"] = [self._ids.get(one, 0) for one in classes]
        boxes = [thing for thing in objects if thing.kind == "box"]
        if boxes and not found.get("image/height"):
            self.losses.add("IMAGE_WITHOUT_SIZE", picture.path, len(boxes))
            boxes = []
        found |= self._boxes(boxes, picture)
        found |= self._fields(picture)
        shard.write(framed(encode_example(found)))

    def finish(self, target: Target) -> None:
        """The label map."""
        super().finish(target)
        items = [
            f"item {{\n  id: {number}\n  name: {quoted(name)}\n}}\n"
            for name, number in self._ids.items()
        ]
        target.text("label_map.pbtxt", "".join(items))

    def _take_fields(self, made: Object, label: Label, losses: Losses) -> None:
        for name in label.fields:
            losses.add("FIELD_LOST", name)

    def _boxes(self, boxes: list[Object], picture: Picture) -> dict[str, Values]:
        """Fractions of the upright image, with 32 bits."""
        size = np.array([picture.width or 1, picture.height or 1] * 2, dtype=np.float64)
        sides = np.array([thing.box for thing in boxes], dtype=np.float64).reshape(-1, 4)
        sides[:, 2:] += sides[:, :2]
        fractions = sides / size
        if boxes and np.any(np.abs(fractions.astype("<f4") * size - sides) > 1e-6):
            self.losses.add("NUMBER_ROUNDED", picture.path)
        found: dict[str, Values] = {
            f"image/object/bbox/{name}": fractions[:, at].tolist()
            for at, name in enumerate(("xmin", "ymin", "xmax", "ymax"))
        }
        names = [str(thing.class_name) for thing in boxes]
        found["image/object/class/text"] = [name.encode() for name in names]
        found["image/object/class/label"] = [self._ids.get(name, 0) for name in names]
        for flag in sorted(self.flags):
            stated = [thing.flags.get(flag) for thing in boxes]
            if any(one is not None for one in stated):
                found[f"image/object/{flag}"] = [int(bool(one)) for one in stated]
                if None in stated:
                    self.losses.add("FLAG_LOST", picture.path)
        if any(thing.is_crowd for thing in boxes):
            found["image/object/is_crowd"] = [int(thing.is_crowd) for thing in boxes]
        return {name: values for name, values in found.items() if values}

    def _fields(self, picture: Picture) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for name, value in (*picture.built_in.items(), *picture.fields.items()):
            key = _BUILT_IN.get(name, name) if name in picture.built_in else name
            if name not in picture.built_in and (key.startswith("image/") or key in _TAKEN):
                key = f"field_{key.replace('/', '_')}"
                self.losses.add("FIELD_RENAMED", f"{name} -> {key}")
            found[key] = self._values(name, value)
        return found

    def _values(self, name: str, value: Any) -> Values:
        if isinstance(value, datetime):
            self.losses.add("FIELD_AS_TEXT", name)
            return [value.isoformat().encode()]
        if isinstance(value, bool):
            self.losses.add("FIELD_AS_NUMBER", name)
            return [int(value)]
        if isinstance(value, int):
            return [value]
        if isinstance(value, float):
            if float(np.float32(value)) != value:
                self.losses.add("NUMBER_ROUNDED", name)
            return [value]
        return [str(value).encode()]
