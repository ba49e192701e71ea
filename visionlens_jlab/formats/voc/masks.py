"""Segmentation masks of Pascal VOC: `SegmentationClass` and `SegmentationObject`.

The pixels of a PNG with a palette are numbers: of the class, or of the object, 0 background, 255
the border that is not to be judged. Pictures in colours are read by VOC's palette, or by
`labelmap.txt` (`name:r,g,b:parts:actions`), which also names the classes; without it the numbers
1 to 20 are VOC's own classes.

What becomes of them: each object's mask goes to the object of the XML file whose box fits best
(IoU of at least 0.5, and the same class where both are known), which keeps its box and flags and
becomes a `mask`. A mask that fits none is an annotation of its own. Without
`SegmentationObject` each class's mask is one annotation, with the attribute `semantic`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image

from visionlens_jlab.core.geometry.rle import MAX_PIXELS, from_pixels, to_json
from visionlens_jlab.formats.mask_images import MASK_FORMATS
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.formats.voc.objects import VocObject

VOID = 255
MATCH_IOU = 0.5
_CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)

LabelMap = dict[tuple[int, int, int], str]


@dataclass
class Mask:
    """One object's or class's pixels."""

    name: str | None
    pixels: np.ndarray
    """bool (height, width)."""
    semantic: bool = False

    def box(self) -> tuple[float, float, float, float]:
        """x, y, w, h around the pixels."""
        ys, xs = np.flatnonzero(self.pixels.any(axis=1)), np.flatnonzero(self.pixels.any(axis=0))
        x, y = float(xs[0]), float(ys[0])
        return x, y, float(xs[-1]) + 1 - x, float(ys[-1]) + 1 - y


def palette() -> np.ndarray:
    """VOC's colours: uint8 (256, 3); the bits of a number, spread over the channels."""
    numbers = np.arange(256)
    colors = np.zeros((256, 3), dtype=np.uint8)
    for bit in range(8):
        for channel in range(3):
            on = (numbers >> (3 * bit + channel)) & 1
            colors[:, channel] |= (on << (7 - bit)).astype(np.uint8)
    return colors


def read_labelmap(data: bytes) -> LabelMap:
    """Colour -> class; lines that are none are left out."""
    found: LabelMap = {}
    for line in text_lines(data):
        name, _, rest = line.partition(":")
        values = rest.partition(":")[0].split(",")
        if line.startswith("#") or len(values) != 3 or not all(v.strip().isdigit() for v in values):
            continue
        red, green, blue = (int(value) for value in values)
        found[red, green, blue] = name.strip()
    return found


def read_masks(
    by_class: BinaryIO | None, by_object: BinaryIO | None, labelmap: LabelMap
) -> list[Mask]:
    """The masks of one image. Raises ValueError with the reason."""
    classes = None if by_class is None else _numbers(by_class, labelmap)
    if by_object is None:
        if classes is None:
            return []
        numbers, names = classes
        return [
            Mask(names.get(number, str(number)), numbers == number, semantic=True)
            for number in _present(numbers)
            if names.get(number) != "background"
        ]
    objects, _ = _numbers(by_object, {})
    if classes is not None and classes[0].shape != objects.shape:
        raise ValueError("the masks of classes and objects have different sizes")
    return [_object_mask(objects == number, classes) for number in _present(objects)]


def _object_mask(pixels: np.ndarray, classes: tuple[np.ndarray, dict[int, str]] | None) -> Mask:
    if classes is None:
        return Mask(None, pixels)
    numbers, names = classes
    inside = np.bincount(numbers[pixels], minlength=VOID + 1)
    inside[[0, VOID]] = 0
    number = int(inside.argmax())
    return Mask(names.get(number, str(number)) if inside[number] else None, pixels)


def _present(numbers: np.ndarray) -> list[int]:
    return [n for n in np.flatnonzero(np.bincount(numbers.ravel())).tolist() if n not in (0, VOID)]


def _numbers(file: BinaryIO, labelmap: LabelMap) -> tuple[np.ndarray, dict[int, str]]:
    """uint8 (height, width) of numbers, and the names of classes by number."""
    try:
        with Image.open(file, formats=MASK_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError("it has too many pixels")
            colors = _palette_of(image)
            numbers = np.array(image if colors is not None or image.mode == "L" else _rgb(image))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error).split(" <", 1)[0] or type(error).__name__) from error
    if numbers.ndim == 3:
        numbers, colors = _indexed(numbers, labelmap)
    if numbers.dtype != np.uint8:
        numbers = numbers.astype(np.uint8)
    if labelmap and colors is not None:
        listed = [tuple(color) for color in colors.tolist()]
        return numbers, {n: labelmap[c] for n, c in enumerate(listed) if c in labelmap}
    return numbers, dict(enumerate(_CLASSES, 1))


def _palette_of(image: Image.Image) -> np.ndarray | None:
    if image.mode != "P":
        return None
    colors = np.array(image.getpalette() or [], dtype=np.uint8)
    return colors[: len(colors) // 3 * 3].reshape(-1, 3)


def _rgb(image: Image.Image) -> Image.Image:
    return image.convert("RGB")


def _indexed(pixels: np.ndarray, labelmap: LabelMap) -> tuple[np.ndarray, np.ndarray]:
    """Numbers for colours: those of VOC's palette, others behind the highest of them in use."""
    usual = palette()
    packed = (pixels.astype(np.uint32) * [65536, 256, 1]).sum(axis=2)
    values, inverse = np.unique(packed, return_inverse=True)
    place = {int(v): n for n, v in enumerate((usual.astype(np.uint32) * [65536, 256, 1]).sum(1))}
    colors = usual.copy()
    free = iter(sorted(set(range(1, VOID)) - {place.get(int(value), 0) for value in values}))
    table = np.zeros(len(values), dtype=np.uint8)
    for index, value in enumerate(values.tolist()):
        number = place.get(value)
        if number is None:
            number = next(free, VOID)
            colors[number] = [value >> 16, value >> 8 & 255, value & 255]
        table[index] = number
    return table[inverse].reshape(packed.shape), colors


def merge(objects: list[VocObject], masks: list[Mask]) -> list[VocObject]:
    """Give each mask to the object it fits; those of no object follow."""
    pairs = sorted(
        (
            (-_iou(mask.box(), thing.box), m, o)
            for m, mask in enumerate(masks)
            if not mask.semantic
            for o, thing in enumerate(objects)
            if mask.name is None or thing.name is None or mask.name == thing.name
        ),
    )
    taken: dict[int, int] = {}
    given: set[int] = set()
    for negative, m, o in pairs:
        if -negative >= MATCH_IOU and m not in given and o not in taken:
            taken[o] = m
            given.add(m)
    for o, m in taken.items():
        _give(objects[o], masks[m])
    alone = [mask for m, mask in enumerate(masks) if m not in given]
    return objects + [_give(VocObject(mask.name, mask.box()), mask) for mask in alone]


def _give(thing: VocObject, mask: Mask) -> VocObject:
    thing.kind, thing.shape = "mask", None
    thing.mask = to_json(from_pixels(mask.pixels))
    thing.area = float(mask.pixels.sum())
    if mask.semantic:
        thing.attributes["semantic"] = True
    if thing.name is None:
        thing.name = mask.name
    return thing


def _iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if math.isnan(w + h) or w <= 0 or h <= 0:
        return 0.0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)
