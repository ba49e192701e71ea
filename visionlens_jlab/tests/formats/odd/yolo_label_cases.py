"""Odd YOLO label files, their names and what their lines hold. Images are 40 x 30."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from visionlens_jlab.tests.formats.odd.cases import Cases
from visionlens_jlab.tests.formats.odd.yolo_cases import (
    BOX,
    LINE,
    NAMES,
    ONE,
    TWO,
    has_classes,
    put,
)
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("yolo labels", format="yolo")


# ---- which file belongs to which image ----


@CASES.add("names with spaces, other scripts and capitals", images=3, annotations=3)
def _(folder: Path) -> None:
    put(folder, "images/größe 1.png")
    put(folder, "images/画像.PNG", text="labels/画像.TXT")
    put(folder, "images/Mixed.Case.Png", text="labels/mixed.case.txt")


@CASES.add("names decomposed on one side only", **ONE)
def _(folder: Path) -> None:
    put(folder, "images/gro\u0308ße.png", text="labels/größe.txt")


@CASES.add("folders in capitals", **ONE)
def _(folder: Path) -> None:
    put(folder, "Images/a.png", text="Labels/a.txt")


@CASES.add("split folders of images only", **TWO)
def _(folder: Path) -> None:
    put(folder, "images/train/a.png", text="labels/a.txt")
    put(folder, "images/val/b.png", text="labels/b.txt")


@CASES.add("train/images with labels/train", **TWO)
def _(folder: Path) -> None:
    put(folder, "train/images/a.png", text="labels/train/a.txt")
    put(folder, "valid/images/b.png", text="labels/val/b.txt")


@CASES.add("JPEGImages and labels", **ONE)
def _(folder: Path) -> None:
    put(folder, "JPEGImages/a.png", text="labels/a.txt")


@CASES.add(
    "two images with one label file", images=2, annotations=2, codes={"LABEL_FILE_SHARED": 1}
)
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    write_image(folder / "images" / "a.jpg")


@CASES.add(
    "labels of a split without images",
    **ONE,
    codes={"LABEL_WITHOUT_IMAGE": 1, "ANNOTATION_WITHOUT_IMAGE": 2},
)
def _(folder: Path) -> None:
    put(folder, "images/train/a.png")
    write_text(folder / "labels" / "test" / "c.txt", LINE + "\n" + LINE)


@CASES.add("predictions are not labels", **ONE, codes={"FILES_UNUSED": 1})
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    write_text(folder / "predictions" / "labels" / "a.txt", LINE * 3)
    write_text(folder / "runs" / "detect" / "labels" / "b.txt", LINE)


@CASES.add("notes beside the images are not labels", **ONE, codes={"FILES_UNUSED": 1})
def _(folder: Path) -> None:
    put(folder, "a.png")
    write_text(folder / "todo.txt", "label the rest\n")
    write_text(folder / "README.roboflow.txt", "0 1 2 3 4\n")


@CASES.add("an empty label file is a picture of nothing", images=2, annotations=1)
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    put(folder, "images/b.png", "")


# ---- how lines are written ----


@CASES.add("every kind of white space and line end", images=1, annotations=5, boxes=[BOX] * 5)
def _(folder: Path) -> None:
    text = "\ufeff0\t0.5\t0.5  0.5 0.5\r\n\r\n \t \r\n  0 .5 5e-1 0.50 5.0E-01 \r"
    put(
        folder, "images/a.png", text + "0.0 0.5 0.5 0.5 0.5\n0 +0.5 0.5 0.5 0.5 # cat\n# x\n" + LINE
    )


@CASES.add("commas and semicolons", images=1, annotations=3, boxes=[BOX] * 3)
def _(folder: Path) -> None:
    put(folder, "images/a.png", "0,0.5,0.5,0.5,0.5\n0; 0.5; 0.5; 0.5; 0.5\n0 0,5 0,5 0,5 0,5\n")


@CASES.add("UTF-16", **ONE)
def _(folder: Path) -> None:
    put(folder, "images/a.png", LINE.encode("utf-16"))


@CASES.add(
    "out of range and negative",
    images=1,
    annotations=4,
    boxes=[(30.0, 22.5, 20.0, 15.0), (-20.0, -7.5, 20.0, 15.0), BOX, (10.0, 15.0, 20.0, 0.0)],
    codes={"BOX_OUTSIDE": 2, "BOX_INVERTED": 1, "BOX_EMPTY": 1},
)
def _(folder: Path) -> None:
    lines = "0 1 1 0.5 0.5\n0 -0.25 0 0.5 0.5\n0 0.5 0.5 -0.5 0.5\n0 0.5 0.5 0.5 0\n"
    put(folder, "images/a.png", lines)


@CASES.add(
    "pixels, as an option says",
    images=1,
    annotations=1,
    boxes=[(10.0, 7.5, 20.0, 15.0)],
    params={"options": {"units": "pixels"}},
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", "0 20 15 20 15\n")


@CASES.add(
    "classes beyond the names, negative, by name",
    images=1,
    annotations=3,
    codes={"CLASS_UNKNOWN": 2, "LABEL_LINE_INVALID": 2},
    check=has_classes("7", "-1", "dog"),
)
def _(folder: Path) -> None:
    places = " 0.5 0.5 0.5 0.5\n"
    text = "".join(name + places for name in ("7", "-1", "dog", "bird", "0.5"))
    put(folder, "images/a.png", text)
    write_text(folder / "data.yaml", f"train: images\n{NAMES}")


@CASES.add(
    "more columns than known",
    images=1,
    annotations=3,
    boxes=[BOX] * 3,
    codes={"LABEL_LINE_EXTRA": 2},
)
def _(folder: Path) -> None:
    end = "0 0.5 0.5 0.5 0.5"
    put(folder, "images/a.png", f"{end} cat\n{end} 0.9 7\n{end} 0.25 yes 3\n")


@CASES.add(
    "lines that are none",
    images=1,
    annotations=0,
    codes={"LABEL_LINE_INVALID": 6},
)
def _(folder: Path) -> None:
    text = "0\n0 0.5\n0 nan 0.5 0.5 0.5\n0 0.5 0.5 0.5 inf\nx\n1e999 0.5 0.5 0.5 0.5\n"
    put(folder, "images/a.png", text)


@CASES.add(
    "binary rubbish instead of labels", images=2, annotations=1, codes={"LABEL_LINE_INVALID": 1}
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", b"\x89PNG\x00\xff\xfe")
    put(folder, "images/b.png")


# ---- what lines hold ----


def _kinds(found: Ingested) -> list[str]:
    return [row["kind"] for row in found.annotations]


QUAD = "0 0.5 0.1 0.9 0.5 0.5 0.9 0.1 0.5"


def _is_oriented(found: Ingested) -> None:
    row = found.annotations[0]
    assert row["kind"] == "oriented_box"
    assert json.loads(row["geometry"]) == [[20.0, 3.0, 36.0, 15.0, 20.0, 27.0, 4.0, 15.0]]
    assert row["area"] == pytest.approx(16 * 12 * 2)


@CASES.add(
    "oriented boxes", images=1, annotations=1, boxes=[(4.0, 3.0, 32.0, 24.0)], check=_is_oriented
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", QUAD)


def _is_sure(found: Ingested) -> None:
    assert [row["confidence"] for row in found.annotations] == [0.25, 0.75]
    assert _kinds(found) == ["oriented_box"] * 2


@CASES.add("oriented boxes with confidence", images=1, annotations=2, check=_is_sure)
def _(folder: Path) -> None:
    put(folder, "images/a.png", f"{QUAD} 0.25\n{QUAD} 0.75\n")


def _is_polygon(found: Ingested) -> None:
    assert _kinds(found) == ["polygon"]


@CASES.add(
    "four corners that are a polygon, as an option says",
    images=1,
    annotations=1,
    check=_is_polygon,
    params={"options": {"task": "segment"}},
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", QUAD)


def _is_mixed(found: Ingested) -> None:
    assert _kinds(found) == ["polygon", "box", "box", "polygon"]
    areas = [row["area"] for row in found.annotations]
    assert areas == pytest.approx([0.5 * 0.4 * 0.8 * 1200, 300, 300, 0.5 * 0.4 * 0.8 * 1200])
    assert found.annotations[3]["confidence"] == 0.5
    assert json.loads(found.annotations[2]["attributes"]) == {"track": 12}


@CASES.add(
    "polygons, boxes, tracks and confidences in one file", images=1, annotations=4, check=_is_mixed
)
def _(folder: Path) -> None:
    triangle = "0 0.1 0.1 0.5 0.1 0.3 0.9"
    put(folder, "images/a.png", f"{triangle}\n{LINE}0 0.5 0.5 0.5 0.5 0.9 12\n{triangle} 0.5\n")


@CASES.add(
    "a polygon that misses a number", images=1, annotations=1, codes={"LABEL_LINE_INVALID": 1}
)
def _(folder: Path) -> None:
    put(folder, "images/a.png", f"{LINE}0 0.1 0.1 0.5 0.1 0.3 0.9 7.5\n")


def _is_pose(found: Ingested) -> None:
    first = found.annotations[0]
    assert first["kind"] == "keypoints"
    assert json.loads(first["geometry"]) == [10.0, 15.0, 2.0, 0.0, 0.0, 0.0]
    assert found.classes[0]["keypoints"] == ["nose", "tail"]


@CASES.add("keypoints of two numbers, with names", images=1, annotations=1, check=_is_pose)
def _(folder: Path) -> None:
    put(folder, "images/a.png", "0 0.5 0.5 0.5 0.5 0.25 0.5 0 0\n")
    names = "kpt_names:\n  0: [nose, tail]\n"
    write_text(folder / "data.yaml", f"train: images\nkpt_shape: [2, 2]\n{names}{NAMES}")


@CASES.add(
    "keypoints: too few, none, and a confidence",
    images=1,
    annotations=3,
    codes={"LABEL_LINE_EXTRA": 1},
    boxes=[BOX] * 3,
)
def _(folder: Path) -> None:
    text = f"0 0.5 0.5 0.5 0.5 0.25 0.5 2\n{LINE}0 0.5 0.5 0.5 0.5 0.2 0.5 2 0 0 0 0.875\n"
    put(folder, "images/a.png", text)
    write_text(folder / "data.yaml", f"train: images\nkpt_shape: [2, 3]\n{NAMES}")


def _is_guessed(found: Ingested) -> None:
    assert _kinds(found) == ["keypoints"] * 2
    assert json.loads(found.annotations[1]["geometry"])[2::3] == [1.0, 0.0, 2.0]


@CASES.add("keypoints without a word about them", images=1, annotations=2, check=_is_guessed)
def _(folder: Path) -> None:
    start = "0 0.5 0.5 0.5 0.5"
    text = f"{start} 0.1 0.2 2 0.3 0.3 2 0.4 0.4 0\n{start} 0.1 0.2 1 0 0 0 0.4 0.4 2\n"
    put(folder, "images/a.png", text)


def _is_classified(found: Ingested) -> None:
    assert _kinds(found) == ["classification"] * 2
    assert {row["class"] for row in found.annotations} == {"cat", "dog"}
    assert [row["split"] for row in found.samples] == ["train", "val"]


@CASES.add(
    "classify: folders",
    images=2,
    annotations=2,
    check=_is_classified,
    params={"options": {"task": "classify"}},
)
def _(folder: Path) -> None:
    write_image(folder / "train" / "cat" / "a.png")
    write_image(folder / "val" / "dog" / "b.png")


@CASES.add("classify: folders with a yaml file", images=2, annotations=2, check=_is_classified)
def _(folder: Path) -> Path:
    write_image(folder / "train" / "cat" / "a.png")
    write_image(folder / "val" / "dog" / "b.png")
    return write_text(folder / "data.yaml", f"train: train\nval: val\n{NAMES}")


@CASES.add(
    "a task that does not exist", error="REQUEST_INVALID", params={"options": {"task": "paint"}}
)
def _(folder: Path) -> None:
    put(folder, "images/a.png")


@CASES.add(
    "an image without pixels still has its line",
    images=1,
    annotations=0,
    codes={"IMAGE_UNREADABLE": 1, "BOX_WITHOUT_SIZE": 1},
)
def _(folder: Path) -> None:
    put(folder, "images/a.png")
    (folder / "images" / "a.png").write_bytes(b"")


@CASES.add("no image at all", error="DIR_EMPTY")
def _(folder: Path) -> None:
    write_text(folder / "labels" / "a.txt", LINE)
    write_text(folder / "data.yaml", f"train: images\n{NAMES}")
