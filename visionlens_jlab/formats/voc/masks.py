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
from typing import BinaryIO

import numpy as np
from PIL import Image

from visionlens_jlab.core.geometry.rle import MAX_PIXELS, from_pixels, to_json
from visionlens_jlab.formats.mask_images import MASK_FORMATS
from visionlens_jlab.formats.mask_reading import Mask
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.formats.voc.objects import VocObject
from visionlens_jlab.media.decode import open_stored

VOID = 255
MATCH_IOU = 0.5
_CLASSES = (
    *("aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa"),
    *("train", "tvmonitor"),
)

LabelMap = dict[tuple[int, int, int], str]


_AT_ONCE = 1 << 22
"""Pixels of which numbers are made, each of which takes many bytes on the way."""


def open_mask(file: BinaryIO) -> Image.Image:
    """A mask, decoded. UnreadableImageError, MemoryError."""
    return open_stored(file, MASK_FORMATS, MAX_PIXELS)


def mask_of(pixels: np.ndarray, name: str | None, *, semantic: bool = False) -> Mask:
    """Of pixels (bool, height x width) of which one at least is set."""
    ys, xs = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    x, y = float(xs[0]), float(ys[0])
    return Mask(
        name,
        (x, y, float(xs[-1]) + 1 - x, float(ys[-1]) + 1 - y),
        float(pixels.sum()),
        (pixels.shape[0], pixels.shape[1]),
        to_json(from_pixels(pixels)),
        semantic,
    )


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
    """The masks of one image. Raises ValueError with the reason, UnreadableImageError."""
    classes = None if by_class is None else _numbers(by_class, labelmap)
    if by_object is None:
        if classes is None:
            return []
        numbers, names = classes
        return [
            mask_of(numbers == number, names.get(number, str(number)), semantic=True)
            for number in _present(numbers)
            if names.get(number) != "background"
        ]
    objects, _ = _numbers(by_object, {})
    if classes is not None and classes[0].shape != objects.shape:
        raise ValueError("the masks of classes and objects have different sizes")
    return [_object_mask(objects == number, classes) for number in _present(objects)]


def _object_mask(pixels: np.ndarray, classes: tuple[np.ndarray, dict[int, str]] | None) -> Mask:
    if classes is None:
        return mask_of(pixels, None)
    numbers, names = classes
    inside = _histogram(numbers[pixels])
    inside[[0, VOID]] = 0
    number = int(inside.argmax())
    return mask_of(pixels, names.get(number, str(number)) if inside[number] else None)


def _present(numbers: np.ndarray) -> list[int]:
    return [n for n in np.flatnonzero(_histogram(numbers)).tolist() if n not in (0, VOID)]


def _histogram(numbers: np.ndarray) -> np.ndarray:
    flat, counts = numbers.ravel(), np.zeros(VOID + 1, np.int64)
    for start in range(0, flat.size, _AT_ONCE):
        counts += np.bincount(flat[start : start + _AT_ONCE], minlength=VOID + 1)
    return counts


def _numbers(file: BinaryIO, labelmap: LabelMap) -> tuple[np.ndarray, dict[int, str]]:
    """uint8 (height, width) of numbers, and the names of classes by number."""
    with file, open_mask(file) as image:
        colors = _palette_of(image)
        stored = colors is not None or image.mode in ("L", "RGB")
        numbers = np.array(image if stored else image.convert("RGB"))
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


def _indexed(pixels: np.ndarray, labelmap: LabelMap) -> tuple[np.ndarray, np.ndarray]:
    """Numbers for colours: those of VOC's palette, others behind the highest of them in use."""
    usual = palette()
    rows = range(0, len(pixels), max(1, _AT_ONCE // pixels.shape[1]))
    parts = [pixels[start : start + rows.step] for start in rows]
    values = np.unique(np.concatenate([np.unique(_packed(part)) for part in parts]))
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
    return np.concatenate([table[np.searchsorted(values, _packed(p))] for p in parts]), colors


def _packed(pixels: np.ndarray) -> np.ndarray:
    red, green, blue = (pixels[..., band].astype(np.uint32) for band in range(3))
    return red << 16 | green << 8 | blue


def merge(objects: list[VocObject], masks: list[Mask]) -> list[VocObject]:
    """Give each mask to the object it fits; those of no object follow."""
    pairs = sorted(
        (
            (-_iou(mask.box, thing.box), m, o)
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
    return objects + [_give(VocObject(mask.name, mask.box), mask) for mask in alone]


def _give(thing: VocObject, mask: Mask) -> VocObject:
    thing.kind, thing.shape = "mask", None
    thing.mask, thing.area = mask.runs, mask.area
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
