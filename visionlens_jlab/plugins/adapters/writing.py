"""A plugin's format among those that are written."""

from __future__ import annotations

import json
import os
import posixpath
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

import msgspec

from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter, points_of
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.writer import Content, Picture, Target
from visionlens_jlab.plugins.child import failure
from visionlens_jlab.plugins.installed import Asked
from visionlens_jlab.plugins.link import Message
from visionlens_jlab.plugins.service import PluginService, RaisedError

_AT_ONCE = 200
"""Images in one message."""
_FLAGS = frozenset({"difficult", "truncated", "occluded"})
_POINTS = ("polygon", "oriented_box")


class PluginWriter(RecordWriter):
    """Brings the images; the plugin writes its files into a folder that is then taken over."""

    def __init__(self, asked: Asked) -> None:
        holds = set(asked.contribution.holds)
        self._asked = asked
        self.kinds = frozenset(holds - _FLAGS - {"attributes"})
        self.flags = _FLAGS & holds
        self.holds_attributes = "attributes" in holds

    def write(self, content: Content, target: Target, losses: Losses) -> None:
        """As every format of records; PLUGIN_FAILED."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as self._kept:
            super().write(content, target, losses)

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        image = {
            "name": posixpath.join(folder + self.images, name),
            "width": picture.width,
            "height": picture.height,
            "split": picture.split,
            "labels": [_label(one) for one in objects],
        }
        self._kept.write(json.dumps(image) + "\n")

    def finish(self, target: Target) -> None:
        self._kept.seek(0)
        images = _Images(self._kept)
        service = PluginService(self._asked, answers={"images": images.next})
        try:
            service.call("write")
            for path in _written(service.output):
                with target.open(path.relative_to(service.output).as_posix()) as copy:
                    shutil.copyfileobj(_opened(path), copy)
        except RaisedError as error:
            raise failure(f"It raised {error}") from error
        finally:
            service.close()


class _Images:
    """The images that were kept, some at a time."""

    def __init__(self, kept: IO[str]) -> None:
        self._kept = kept

    def next(self, blob: bytes) -> Message:
        """The next; none: that was all."""
        batch: list[Any] = []
        size = 0
        while len(batch) < _AT_ONCE and size < 1 << 20 and (line := self._kept.readline()):
            batch.append(json.loads(line))
            size += len(line)
        return Message(batch)


def _label(thing: Object) -> dict[str, Any]:
    points: list[Any] = []
    if thing.kind in _POINTS:
        points = points_of(thing.shape[0])
    elif thing.kind == "keypoints":
        flat = thing.shape or msgspec.json.decode(thing.coded or b"[]")
        points = [list(point) for point in zip(flat[0::3], flat[1::3], strict=True)]
    return {
        "label": thing.class_name,
        "kind": thing.kind,
        "box": thing.box,
        "points": points,
        **{flag: thing.flags.get(flag) for flag in sorted(_FLAGS)},
        "attributes": thing.attributes,
    }


def _written(folder: Path) -> list[Path]:
    """Plain files alone: links lead to what the plugin could read, not write."""
    return sorted(
        Path(at) / name
        for at, _, names in os.walk(folder)
        for name in names
        if not (Path(at) / name).is_symlink() and (Path(at) / name).is_file()
    )


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
