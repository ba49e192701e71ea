"""Odd annotations in COCO files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.tests.formats.odd.cases import Cases
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    write_image,
    write_json,
)
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("coco annotations", format="coco")
POLYGON = [1.5, 2, 10, 2, 10, 8.25]
AROUND = (1.5, 2.0, 8.5, 6.25)
NAN, INFINITY = float("nan"), float("inf")


def pixels() -> np.ndarray:
    mask = np.zeros((30, 40), dtype=bool)
    mask[4:10, 5:25] = True
    return mask


RUNS = rle.from_pixels(pixels())
MASK = {"counts": RUNS.lengths.tolist(), "size": [30, 40]}
SHORT = {"counts": rle.compressed(RUNS.lengths), "size": [30, 40]}
MASK_BOX = (5.0, 4.0, 20.0, 6.0)


def write(folder: Path, annotations: list[dict[str, Any]], **more: Any) -> None:
    """One image of 40 x 30 pixels and its annotations, numbered."""
    write_image(folder / "1.png")
    listed = [{"id": n, "image_id": 1, **one} for n, one in enumerate(annotations)]
    write_json(folder / "labels.json", {**coco([coco_image(1)], listed), **more})


def box(values: Any, **more: Any) -> dict[str, Any]:
    return {"bbox": values, "category_id": 1, **more}


def shape(segmentation: Any, **more: Any) -> dict[str, Any]:
    return {"segmentation": segmentation, "category_id": 1, **more}


def has(found: Any, expected: Any) -> None:
    assert found == expected


def column(found: Ingested, name: str) -> list[Any]:
    return [row[name] for row in found.annotations]


def shapes(found: Ingested) -> list[Any]:
    return [json.loads(text) if text else None for text in column(found, "geometry")]


def attributes(found: Ingested) -> list[Any]:
    return [json.loads(text) if text else {} for text in column(found, "attributes")]


# Boxes


@CASES.add(
    "bbox as text",
    images=1,
    annotations=2,
    boxes=[(1.5, 2.0, 3.25, 4.0), (0.1, 0.2, 0.30000000000000004, 1e-7)],
)
def _(folder: Path) -> None:
    boxes = [["1.5", "2", "3.25", "4"], ["0.1", "0.2", "0.30000000000000004", "1e-7"]]
    write(folder, [box(values) for values in boxes])


@CASES.add(
    "bbox of 3 or 5 numbers, null, empty, NaN or infinite",
    images=1,
    annotations=1,
    codes={"ANNOTATION_INVALID": 7},
    boxes=[None],
)
def _(folder: Path) -> None:
    odd = [[1, 2, 3], [1, 2, 3, 4, 5], [1, None, 3, 4], [1, 2, NAN, 4], [INFINITY, 2, 3, 4]]
    odd += ["box", {"x": 1}]  # type: ignore[list-item]
    write(folder, [*(box(values) for values in odd), box([])])


@CASES.add(
    "a bad bbox beside a good polygon",
    images=1,
    annotations=2,
    codes={"SHAPE_INVALID": 2, "VALUE_INVALID": 1},
    boxes=[AROUND] * 2,
    check=lambda found: has(column(found, "kind"), ["polygon"] * 2),
)
def _(folder: Path) -> None:
    write(folder, [box([1, 2, 3], segmentation=[POLYGON]), box([NAN] * 4, segmentation=[POLYGON])])


@CASES.add(
    "negative width or height",
    images=1,
    annotations=3,
    codes={"BOX_INVERTED": 3},
    boxes=[(5.0, 5.0, 5.0, 4.0), (10.0, 1.0, 5.0, 4.0), (5.0, 1.0, 5.0, 4.0)],
)
def _(folder: Path) -> None:
    write(folder, [box([10, 5, -5, 4]), box([10, 5, 5, -4]), box([10, 5, -5, -4])])


@CASES.add("empty and outside", images=1, annotations=3, codes={"BOX_EMPTY": 2, "BOX_OUTSIDE": 1})
def _(folder: Path) -> None:
    write(folder, [box([1, 2, 0, 4]), box([1, 2, 0, 0]), box([-5, -5, 400, 300])])


def has_odd_values(found: Ingested) -> None:
    assert column(found, "area") == [12.0] * 3 + [7.5, 12.0]
    assert column(found, "confidence") == [None, None, 0.5, None, None]
    assert column(found, "is_crowd") == [False, False, False, True, False]
    assert attributes(found)[0]["area"] == "large"
    assert attributes(found)[2] == {"id": "a-b"}
    assert attributes(found)[4] == {"category_id": [1], "iscrowd": "no"}
    assert column(found, "class") == ["car"] * 4 + [None]


@CASES.add(
    "area, score, crowd and class that cannot be read",
    images=1,
    annotations=5,
    codes={"VALUE_INVALID": 6},
    boxes=[(1.0, 2.0, 3.0, 4.0)] * 5,
    check=has_odd_values,
)
def _(folder: Path) -> None:
    values = [1, 2, 3, 4]
    write(
        folder,
        [
            box(values, area="large", score=NAN),
            box(values, area=NAN, score=INFINITY),
            box(values, score="0.5", id="a-b"),
            box(values, area="7.5", iscrowd="1"),
            box(values, category_id=[1], iscrowd="no"),
        ],
    )


@CASES.add(
    "numbers beyond any type",
    images=1,
    annotations=1,
    codes={"ANNOTATION_INVALID": 1, "CLASS_UNKNOWN": 1},
)
def _(folder: Path) -> None:
    big = 10**400
    write(folder, [box([1, 2, 3, big]), box([1, 2, 3, 4], category_id=10**30)])


@CASES.add(
    "an unknown image, none and one that is no id",
    images=1,
    codes={"ANNOTATION_WITHOUT_IMAGE": 2, "ANNOTATION_INVALID": 2},
)
def _(folder: Path) -> None:
    values = [99, "x", None, {"id": 1}]
    write(folder, [box([1, 2, 3, 4], image_id=value) for value in values])


@CASES.add(
    "captions without anything else",
    images=1,
    annotations=2,
    codes={"ANNOTATION_INVALID": 1},
    boxes=[None, None],
    check=lambda found: has(attributes(found), [{"caption": "a cat"}, {"caption": "two"}]),
)
def _(folder: Path) -> None:
    write(folder, [{"caption": "a cat"}, {"caption": "two"}, {}])


# Polygons


@CASES.add(
    "polygons of several parts keep every digit",
    images=1,
    annotations=1,
    boxes=[(0.1, 0.2, 29.9, 9.800000000000001)],
    check=lambda found: has(column(found, "geometry"), [TWO_PARTS.encode()]),
)
def _(folder: Path) -> None:
    write(folder, [shape("PARTS")])
    path = folder / "labels.json"
    path.write_text(path.read_text().replace('"PARTS"', TWO_PARTS))


TWO_PARTS = "[[0.1, 0.2, 10.0, 0.2, 1e1, 10], [20, 1, 30.0, 1, 30, 9.50]]"


def has_areas(found: Ingested) -> None:
    assert column(found, "area") == [100.0, 7.0]


@CASES.add("the area of a polygon, unless stated", images=1, annotations=2, check=has_areas)
def _(folder: Path) -> None:
    square = [0, 0, 10, 0, 10, 10, 0, 10]
    write(folder, [shape([square]), shape([square], area=7)])


def has_repaired_polygons(found: Ingested) -> None:
    assert shapes(found) == [[POLYGON]] * 6
    assert column(found, "kind") == ["polygon"] * 6


@CASES.add(
    "polygons that can be repaired",
    images=1,
    annotations=6,
    codes={"SHAPE_REPAIRED": 5},
    boxes=[AROUND] * 6,
    check=has_repaired_polygons,
)
def _(folder: Path) -> None:
    points = [[1.5, 2], [10, 2], [10, 8.25]]
    write(
        folder,
        [
            shape(POLYGON),
            shape([[*POLYGON, 3]]),
            shape([POLYGON, [1, 2, 3, 4], []]),
            shape([[str(number) for number in POLYGON], None, [NAN] * 6]),
            shape(points),
            shape([points]),
        ],
    )


@CASES.add(
    "polygons that cannot be used, with a box",
    images=1,
    annotations=5,
    codes={"SHAPE_INVALID": 5},
    boxes=[(1.0, 2.0, 3.0, 4.0)] * 5,
    check=lambda found: has(column(found, "kind"), ["box"] * 5),
)
def _(folder: Path) -> None:
    odd = [[[1, 2, 3, 4]], [["a"] * 6], "polygon", 5, [None]]
    write(folder, [box([1, 2, 3, 4], segmentation=one) for one in odd])


@CASES.add(
    "polygons that cannot be used, without a box",
    images=1,
    annotations=4,
    codes={"ANNOTATION_INVALID": 3},
    boxes=[None] * 4,
    check=lambda found: has(column(found, "kind"), ["classification"] * 4),
)
def _(folder: Path) -> None:
    empty = [[], [[]], None, ""]
    write(folder, [shape(one) for one in ([[1, 2]], [[NAN] * 6], True, *empty)])


# Masks


def has_masks(found: Ingested) -> None:
    assert shapes(found) == [MASK, SHORT]
    assert column(found, "kind") == ["mask", "mask"]
    assert column(found, "area") == [120.0, 120.0]
    assert column(found, "is_crowd") == [True, False]


@CASES.add(
    "masks without box, compressed or not",
    images=1,
    annotations=2,
    boxes=[MASK_BOX] * 2,
    check=has_masks,
)
def _(folder: Path) -> None:
    write(folder, [shape(MASK, iscrowd=1), shape(SHORT)])


def has_whole_masks(found: Ingested) -> None:
    for text in column(found, "geometry"):
        runs, complaint = rle.parse(text)
        assert complaint is None
        assert (rle.to_pixels(runs) == pixels()).all()


@CASES.add(
    "masks that can be repaired",
    images=1,
    annotations=3,
    codes={"SHAPE_REPAIRED": 2},
    boxes=[MASK_BOX] * 3,
    check=has_whole_masks,
)
def _(folder: Path) -> None:
    counts = MASK["counts"]
    write(
        folder,
        [
            shape({"counts": counts}),
            shape({"counts": counts[:-1], "size": [30, 40]}),
            shape([MASK]),
        ],
    )


@CASES.add(
    "masks that cannot be used",
    images=1,
    annotations=6,
    codes={"SHAPE_INVALID": 6, "ANNOTATION_INVALID": 1},
    boxes=[(1.0, 2.0, 3.0, 4.0)] * 6,
)
def _(folder: Path) -> None:
    odd = [
        {"counts": [2000], "size": [30, 40]},
        {"counts": "~~", "size": [30, 40]},
        {"counts": SHORT["counts"][:1], "size": [30, 40]},
        {"counts": [-3, 1203], "size": [30, 40]},
        {"counts": None, "size": [30, 40]},
        {"size": [30, 40]},
    ]
    write(folder, [*(box([1, 2, 3, 4], segmentation=one) for one in odd), shape(odd[0])])


@CASES.add(
    "a mask of another size",
    images=1,
    annotations=1,
    codes={"MASK_SIZE": 1},
    boxes=[(0.0, 0.0, 2.0, 2.0)],
)
def _(folder: Path) -> None:
    write(folder, [shape({"counts": [0, 4], "size": [2, 2]})])


@CASES.add("an empty mask", images=1, annotations=1, boxes=[None])
def _(folder: Path) -> None:
    write(folder, [shape({"counts": [1200], "size": [30, 40]})])


# Keypoints

PEOPLE = [{"id": 1, "name": "person", "keypoints": ["nose", "tail"], "skeleton": [[1, 2]]}]
POINTS = [2.5, 3, 2, 8, 9, 1]


def has_keypoints(found: Ingested) -> None:
    assert column(found, "kind") == ["keypoints"] * 4
    assert shapes(found) == [POINTS, [2.5, 3, 2, 8, 9, 2], POINTS, [2.5, 3, 2, 0, 0, 0]]


@CASES.add(
    "keypoints without box, as pairs, as lists, with nulls",
    images=1,
    annotations=4,
    codes={"SHAPE_REPAIRED": 3, "BOX_EMPTY": 1},
    boxes=[(2.5, 3.0, 5.5, 6.0)] * 3 + [(2.5, 3.0, 0.0, 0.0)],
    check=has_keypoints,
)
def _(folder: Path) -> None:
    odd: list[Any] = [POINTS, [2.5, 3, 8, 9], [[2.5, 3, 2], [8, 9, 1]], [2.5, 3, 2, None, None, 0]]
    write(folder, [{"keypoints": one, "category_id": 1} for one in odd], categories=PEOPLE)


@CASES.add(
    "keypoints that cannot be used",
    images=1,
    annotations=3,
    codes={"SHAPE_INVALID": 2, "ANNOTATION_INVALID": 1},
    boxes=[(1.0, 2.0, 3.0, 4.0), AROUND, (1.0, 2.0, 3.0, 4.0)],
    check=lambda found: has(column(found, "kind"), ["box", "polygon", "box"]),
)
def _(folder: Path) -> None:
    write(
        folder,
        [
            box([1, 2, 3, 4], keypoints=[1, 2, 2, 5]),
            shape([POLYGON], keypoints="none"),
            {"keypoints": [1, 2, 2, 5, 6], "category_id": 1},
            box([1, 2, 3, 4], keypoints=[0] * 51),
        ],
    )


@CASES.add("NaN in one of many", images=1, annotations=3000, codes={"ANNOTATION_INVALID": 1})
def _(folder: Path) -> None:
    many = [coco_box(n, 1, [1, 2, 3, 4]) for n in range(3001)]
    many[1500]["bbox"] = [NAN, 1, 2, 3]
    write(folder, many)
