"""Writes CVAT for images: `annotations.xml` and `images/`."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.formats.records.record import Object
from visionlens_jlab.formats.records.writer import RecordWriter, plain, points_of
from visionlens_jlab.formats.writing.writer import Picture, Target


class CvatWriter(RecordWriter):
    """CVAT for images 1.1."""

    kinds = frozenset({"box", "polygon", "mask", "keypoints", "classification"})
    flags = frozenset({"occluded"})
    holds_attributes = True

    def begin(self) -> None:
        self._images: list[str] = []

    def picture(
        self, folder: str, name: str, picture: Picture, objects: list[Object], target: Target
    ) -> None:
        size = f'width="{picture.width or 0}" height="{picture.height or 0}"'
        shapes = "".join(f"{_shape(thing)}\n" for thing in objects)
        number = len(self._images)
        self._images.append(
            f'<image id="{number}" name={quoteattr(name)} {size}>\n{shapes}</image>\n'
        )

    def finish(self, target: Target) -> None:
        head = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        target.text("annotations.xml", f"{head}{''.join(self._images)}</annotations>\n")


def _shape(thing: Object) -> str:
    label = f"label={quoteattr(thing.class_name or '')}"
    if "occluded" in thing.flags:
        label += f' occluded="{int(thing.flags["occluded"])}"'
    inner = "".join(_attribute(name, value) for name, value in thing.attributes.items())
    if thing.kind == "classification":
        return f"<tag {label}>{inner}</tag>"
    if thing.kind == "mask":
        return f"<mask {label} {_mask(thing)}>{inner}</mask>"
    if thing.kind == "box":
        assert thing.box is not None
        x, y, w, h = thing.box
        sides = zip(("xtl", "ytl", "xbr", "ybr"), (x, y, x + w, y + h), strict=True)
        around = " ".join(f'{name}="{plain(value)}"' for name, value in sides)
        return f"<box {label} {around}>{inner}</box>"
    tag, ring = "polygon", [] if thing.kind == "keypoints" else thing.shape[0]
    if thing.kind == "keypoints":
        flat = thing.shape
        tag = "points"
        ring = [v for at in range(0, len(flat), 3) if flat[at + 2] for v in flat[at : at + 2]]
    points = ";".join(f"{plain(x)},{plain(y)}" for x, y in points_of(ring))
    return f'<{tag} {label} points="{points}">{inner}</{tag}>'


def _attribute(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return f"<attribute name={quoteattr(name)}>{escape(text)}</attribute>"


def _mask(thing: Object) -> str:
    assert thing.coded is not None
    pixels = rle.to_pixels(rle.parse(thing.coded)[0])
    ys, xs = np.nonzero(pixels)
    if not len(xs):
        return 'rle="1" left="0" top="0" width="1" height="1"'
    left, top, right, bottom = xs.min(), ys.min(), xs.max() + 1, ys.max() + 1
    flat = pixels[top:bottom, left:right].reshape(-1).astype(np.int8)
    changes = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *changes.tolist(), len(flat)]).tolist()
    runs = [0, *runs] if flat[0] else runs
    place = f'left="{left}" top="{top}" width="{right - left}" height="{bottom - top}"'
    return f'rle="{", ".join(map(str, runs))}" {place}'
