"""Odd objects of Pascal VOC files, and masks. Images are 40 x 30."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.tests.formats.odd.cases import Cases
from visionlens_jlab.tests.formats.odd.voc_cases import BOX, DOG, ONE, has_classes, put
from visionlens_jlab.tests.formats.writers import voc_object, write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("voc objects", format="voc")


def _object(name: str, inner: str) -> str:
    return f"<object><name>{name}</name>{inner}</object>"


@CASES.add("no box", images=1, annotations=1, codes={"ANNOTATION_INVALID": 4})
def _(folder: Path) -> None:
    bad = (
        "", "<bndbox/>", "<bndbox><xmin>1</xmin><ymin/><xmax>3</xmax><ymax>4</ymax></bndbox>",
        "<deleted>1</deleted><bndbox><xmin>1</xmin></bndbox>",
    )  # fmt: skip
    put(folder, "a", DOG + "".join(_object("cat", inner) for inner in bad))


@CASES.add(
    "no names",
    images=1,
    annotations=3,
    codes={"CLASS_MISSING": 2},
    check=has_classes(None, "dog", None),
)
def _(folder: Path) -> None:
    put(folder, "a", DOG.replace("<name>dog</name>", "") + DOG + DOG.replace("dog", " "))


@CASES.add(
    "corners in the wrong order",
    images=1,
    annotations=2,
    codes={"BOX_INVERTED": 2},
    boxes=[BOX, BOX],
)
def _(folder: Path) -> None:
    put(folder, "a", voc_object("dog", (11, 22, 1, 2.5)) + voc_object("dog", (11, 2.5, 1, 22)))


@CASES.add("numbers with units, commas, exponents", images=1, annotations=3, boxes=[BOX] * 3)
def _(folder: Path) -> None:
    boxes = [("1px", "2,5", " 11 px", "22.0"), ("1e0", "25e-1", "+11", "22."), (1, 2.5, 11, 22)]
    put(folder, "a", "".join(voc_object("dog", box) for box in boxes))


@CASES.add("numbers that are none", images=1, annotations=0, codes={"ANNOTATION_INVALID": 4})
def _(folder: Path) -> None:
    boxes = [("nan", 1, 2, 3), (1, "inf", 2, 3), (1, 2, "1e999", 3), ("50%", 1, 2, 3)]
    put(folder, "a", "".join(voc_object("dog", box) for box in boxes))


@CASES.add("boxes in other words", images=1, annotations=3, boxes=[(1, 2, 3, 4)] * 3)
def _(folder: Path) -> None:
    words = (("x1", "y1", "x2", "y2"), ("left", "top", "right", "bottom"))
    inner = [
        "".join(f"<{w}>{v}</{w}>" for w, v in zip(names, (1, 2, 4, 6), strict=True))
        for names in words
    ]
    inner.append("<x>1</x><y>2</y><width>3</width><height>4</height>")
    put(folder, "a", "".join(_object("dog", f"<bndbox>{text}</bndbox>") for text in inner))


@CASES.add("two boxes in one object", images=1, annotations=2, boxes=[BOX, (3, 4, 5, 6)])
def _(folder: Path) -> None:
    second = "<bndbox><xmin>3</xmin><ymin>4</ymin><xmax>8</xmax><ymax>10</ymax></bndbox>"
    put(folder, "a", DOG.replace("</object>", f"{second}</object>"))


@CASES.add(
    "the 1-based convention",
    images=1,
    annotations=2,
    boxes=[(0, 0, 40, 30), (0, 1.5, 11, 20.5)],
    params={"options": {"voc_origin": 1}},
)
def _(folder: Path) -> None:
    put(folder, "a", voc_object("dog", (1, 1, 40, 30)) + DOG)


@CASES.add(
    "a convention that does not exist",
    error="REQUEST_INVALID",
    params={"options": {"voc_origin": 2}},
)
def _(folder: Path) -> None:
    put(folder, "a")


def _flags(found: Ingested) -> None:
    rows = found.annotations
    assert [row["difficult"] for row in rows] == [True, False, None, None, True]
    assert [row["truncated"] for row in rows] == [True, False, None, None, True]
    assert [row["occluded"] for row in rows] == [True, False, None, None, False]
    assert json.loads(rows[4]["attributes"]) == {"truncated": 0.25}


@CASES.add("flags in words", images=1, annotations=5, codes={"VALUE_INVALID": 1}, check=_flags)
def _(folder: Path) -> None:
    rows = [("1", "True", "yes"), ("0", "FALSE", " no "), ("Unspecified", "", "-1")]
    rows += [("perhaps", "unknown", "none"), ("true", "0.25", "0.0")]
    names = ("difficult", "truncated", "occluded")
    texts = ["".join(f"<{n}>{v}</{n}>" for n, v in zip(names, row, strict=True)) for row in rows]
    put(folder, "a", "".join(voc_object("dog", (1, 2, 3, 4), text) for text in texts))


def _attributes(found: Ingested) -> None:
    assert json.loads(found.annotations[0]["attributes"]) == {
        "pose": "Left",
        "actions": {"jumping": "1", "running": "0"},
        "Colour": ["red", "blue"],
        "tag": ["a", "b"],
        "empty": None,
        "speed": "5",
    }


@CASES.add("attributes of every kind", **ONE, check=_attributes)
def _(folder: Path) -> None:
    more = "<pose>Left</pose><actions><jumping>1</jumping><running>0</running></actions>"
    named = [("Colour", "red"), ("Colour", "blue"), ("empty", "")]
    inner = "".join(f"<attribute><name>{n}</name><value>{v}</value></attribute>" for n, v in named)
    more += f"<tag>a</tag><tag>b</tag><attributes>{inner}<speed>5</speed></attributes>"
    put(folder, "a", voc_object("dog", (1, 2.5, 11, 22), more))


PART = voc_object("head", (2, 3, 4, 6)).replace("object>", "part>")


def _parts(found: Ingested) -> None:
    listed = json.loads(found.annotations[0]["attributes"])["parts"]
    assert listed == [{"name": "head", "x": 2, "y": 3, "w": 2, "h": 3}] * 2


@CASES.add("parts", **ONE, codes={"VALUE_INVALID": 1}, check=_parts)
def _(folder: Path) -> None:
    broken = "<part><name>foot</name></part>"
    put(folder, "a", DOG.replace("</object>", f"{PART}{PART}{broken}</object>"))


@CASES.add(
    "parts as annotations",
    images=1,
    annotations=2,
    boxes=[BOX, (2, 3, 2, 3)],
    check=has_classes("dog", "head"),
    params={"options": {"parts": "annotations"}},
)
def _(folder: Path) -> None:
    put(folder, "a", DOG.replace("</object>", f"{PART}</object>"))


def _polygons(found: Ingested) -> None:
    rows = found.annotations
    assert [row["kind"] for row in rows] == ["polygon", "polygon", "polygon", "box"]
    assert json.loads(rows[0]["geometry"]) == [[1, 2, 9, 2, 9, 8.5]]
    assert rows[0]["area"] == 26.0
    assert json.loads(rows[2]["geometry"]) == [[1, 2, 9, 2, 9, 8], [1, 2, 9, 2, 9, 8]]
    assert rows[2]["area"] == 48.0


@CASES.add(
    "polygons in every dialect",
    images=1,
    annotations=4,
    boxes=[(1, 2, 8, 6.5), (1, 2, 8, 6), (1, 2, 8, 6), BOX],
    codes={"SHAPE_INVALID": 1},
    check=_polygons,
)
def _(folder: Path) -> None:
    flat = "<polygon><x1>1</x1><y1>2</y1><x2>9</x2><y2>2</y2><x3>9</x3><y3>8.5</y3></polygon>"
    corners = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in ((1, 2), (9, 2), (9, 8)))
    ring = f"<polygon><username>me</username>{corners}</polygon>"
    short = "<polygon><x1>1</x1><y1>2</y1></polygon>"
    objects = _object("a", flat) + voc_object("b", (1, 2, 9, 8), ring) + _object("c", ring + ring)
    put(folder, "a", objects + voc_object("d", (1, 2.5, 11, 22), short))


def _rotated(found: Ingested) -> None:
    row = found.annotations[0]
    assert row["kind"] == "oriented_box"
    corners = json.loads(row["geometry"])[0]
    assert corners == pytest.approx([24, 5, 24, 25, 16, 25, 16, 5], abs=1e-12)
    assert [row[key] for key in "xywh"] == pytest.approx([16, 5, 8, 20])
    assert row["area"] == 160
    assert json.loads(row["attributes"]) == {"angle": math.pi / 2}


@CASES.add("a rotated box", images=1, annotations=1, check=_rotated)
def _(folder: Path) -> None:
    values = {"cx": 20, "cy": 15, "w": 20, "h": 8, "angle": math.pi / 2}
    inner = "".join(f"<{key}>{value!r}</{key}>" for key, value in values.items())
    put(folder, "a", _object("dog", f"<type>robndbox</type><robndbox>{inner}</robndbox>"))


# ---- masks ----


def _palette_png(path: Path, numbers: np.ndarray, colors: list[int] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(numbers.astype(np.uint8), "P")
    image.putpalette(colors or [v for n in range(256) for v in (n, n, n)])
    image.save(path)


def _two_things() -> tuple[np.ndarray, np.ndarray]:
    """Numbers of classes (dog 12, cat 8) and of objects (1, 2), with a border of 255."""
    classes, objects = np.zeros((30, 40)), np.zeros((30, 40))
    classes[2:22, 1:11], objects[2:22, 1:11] = 12, 1
    classes[5:9, 20:30], objects[5:9, 20:30] = 8, 2
    classes[22, 1:11] = objects[22, 1:11] = 255
    return classes, objects


def _pixels(row: dict[str, Any]) -> np.ndarray:
    return rle.to_pixels(rle.parse(row["geometry"])[0])


def _matched(found: Ingested) -> None:
    dog, cat = found.annotations
    _, objects = _two_things()
    assert (dog["class"], dog["kind"], dog["area"]) == ("dog", "mask", 200)
    assert (cat["class"], cat["kind"], cat["area"]) == ("cat", "mask", 40)
    assert (_pixels(dog) == (objects == 1)).all()
    assert (_pixels(cat) == (objects == 2)).all()


@CASES.add(
    "masks of objects, one of them with a box",
    images=1,
    annotations=2,
    boxes=[BOX, (20, 5, 10, 4)],
    check=_matched,
)
def _(folder: Path) -> None:
    put(folder, "a")
    classes, objects = _two_things()
    _palette_png(folder / "SegmentationClass" / "a.png", classes)
    _palette_png(folder / "SegmentationObject" / "a.png", objects)


def _semantic(found: Ingested) -> None:
    assert [row["class"] for row in found.annotations] == ["cat", "dog"]
    assert [row["area"] for row in found.annotations] == [40, 200]
    assert json.loads(found.annotations[0]["attributes"]) == {"semantic": True}


@CASES.add("masks of classes, no xml", images=1, annotations=2, check=_semantic)
def _(folder: Path) -> None:
    write_image(folder / "JPEGImages" / "a.png")
    _palette_png(folder / "SegmentationClass" / "a.png", _two_things()[0])


def _coloured(found: Ingested) -> None:
    areas = {row["class"]: row["area"] for row in found.annotations}
    assert areas == {"sky": 200, "road": 400}


@CASES.add(
    "masks in colours with a list of them",
    images=1,
    annotations=2,
    check=_coloured,
)
def _(folder: Path) -> None:
    write_image(folder / "JPEGImages" / "a.png")
    picture = np.zeros((30, 40, 3), dtype=np.uint8)
    picture[:5], picture[20:] = (10, 20, 30), (128, 64, 128)
    (folder / "SegmentationClass").mkdir()
    Image.fromarray(picture).save(folder / "SegmentationClass" / "a.png")
    text = (
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\nsky:10,20,30::\nroad:128,64,128::\n"
    )
    write_text(folder / "labelmap.txt", text)


@CASES.add(
    "masks that are broken, astray, of another size",
    images=3,
    annotations=3,
    codes={
        "LABEL_FILE_INVALID": 1, "LABEL_WITHOUT_IMAGE": 1, "MASK_SIZE": 1,
        "IMAGE_WITHOUT_LABELS": 1, "CLASS_MISSING": 1,
    },
)  # fmt: skip
def _(folder: Path) -> None:
    put(folder, "a")
    put(folder, "b")
    write_image(folder / "JPEGImages" / "c.png")
    write_text(folder / "SegmentationObject" / "a.png", "no image")
    _palette_png(folder / "SegmentationObject" / "b.png", np.eye(20))
    _palette_png(folder / "SegmentationObject" / "lost.png", np.eye(20))
