"""Odd COCO files: their images."""

from __future__ import annotations

from pathlib import Path

from visionlens_jlab.tests.formats.odd.cases import Cases
from visionlens_jlab.tests.formats.odd.coco_cases import BOX, classes, has, one_image, paths
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    write_image,
    write_json,
)
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("coco images", format="coco")


@CASES.add("windows separators", images=1, annotations=1, boxes=[tuple(BOX)])
def _(folder: Path) -> None:
    write_image(folder / "images" / "a" / "1.png")
    images = [coco_image(1, file_name="a\\1.png")]
    write_json(folder / "labels.json", coco(images, [coco_box(1, 1, BOX)]))


@CASES.add(
    "spaces, accents and other scripts in names",
    images=3,
    check=lambda found: has(
        paths(found), ["images/a b.png", "images/\u732b/\u00fc.png", "images/e\u0301.png"]
    ),
    codes={"IMAGE_PATH_REPAIRED": 1},
)
def _(folder: Path) -> None:
    for name in ("a b.png", "\u732b/\u00fc.png", "e\u0301.png"):
        write_image(folder / "images" / name)
    names = ["a b.png", "\u732b/\u00fc.png", "\u00e9.png"]
    images = [coco_image(n, file_name=name) for n, name in enumerate(names)]
    write_json(folder / "labels.json", coco(images, []))


@CASES.add(
    "names in another case, without suffix, escaped",
    images=3,
    codes={"IMAGE_PATH_REPAIRED": 3},
    check=lambda found: has(paths(found), ["images/A.PNG", "images/b.Jpeg", "images/c d.png"]),
)
def _(folder: Path) -> None:
    for name in ("A.PNG", "b.Jpeg", "c d.png"):
        write_image(folder / "images" / name)
    names = ["a.png", "b", "c%20d.png"]
    images = [coco_image(n, file_name=name) for n, name in enumerate(names)]
    write_json(folder / "labels.json", coco(images, []))


@CASES.add(
    "folders that do not exist",
    images=3,
    annotations=1,
    codes={"IMAGE_PATH_REPAIRED": 2, "IMAGE_MISSING": 1},
    boxes=[tuple(BOX)],
    check=lambda found: has(paths(found)[:2], ["images/train/1.png", "images/val/1.png"]),
)
def _(folder: Path) -> None:
    for split in ("train", "val"):
        write_image(folder / "images" / split / "1.png")
    names = ["/home/x/train/1.png", "C:\\data\\val\\1.png", "other/1.png"]
    images = [coco_image(n, file_name=name) for n, name in enumerate(names)]
    write_json(folder / "labels.json", coco(images, [coco_box(1, 2, BOX)]))


@CASES.add("two names, one file", images=2, codes={"IMAGE_PATH_REPAIRED": 1, "IMAGE_MISSING": 1})
def _(folder: Path) -> None:
    write_image(folder / "images" / "x" / "1.png")
    images = [coco_image(1, file_name="a/1.png"), coco_image(2, file_name="b/1.png")]
    write_json(folder / "labels.json", coco(images, []))


@CASES.add(
    "images absent, unlisted, elsewhere and twice",
    images=3,
    annotations=2,
    codes={
        "IMAGE_MISSING": 1,
        "IMAGE_WITHOUT_LABELS": 1,
        "DUPLICATE_IMAGE": 1,
        "IMAGE_UNLISTED": 2,
    },
    boxes=[tuple(BOX)] * 2,
)
def _(folder: Path) -> None:
    for name in ("images/unlisted.png", "drawings/a.png", "drawings/b.png"):
        write_image(folder / name)
    images = [coco_image(1), coco_image(2), coco_image(3, file_name="./1.png")]
    one_image(folder, coco(images, [coco_box(1, 2, BOX), coco_box(2, 3, BOX)]))


@CASES.add(
    "sizes absent, text, float, zero and wrong",
    images=5,
    codes={"SIZE_MISMATCH": 1, "VALUE_INVALID": 2},
    params={"labels_only": False},
    check=lambda found: has({(row["width"], row["height"]) for row in found.samples}, {(40, 30)}),
)
def _(folder: Path) -> None:
    sizes = [(None, None), ("40", "30"), (40.0, 30.0), (0, -1), (80, 60)]
    images = []
    for number, (width, height) in enumerate(sizes):
        write_image(folder / f"{number}.png")
        images.append(coco_image(number, width=width, height=height))
    write_json(folder / "labels.json", coco(images, []))


def train_and_val(found: Ingested) -> None:
    assert [(row["path"], row["split"]) for row in found.samples] == [
        ("images/train/1.png", "train"),
        ("images/val/1.png", "val"),
    ]
    assert classes(found) == ["car", "dog"]
    assert [row["sample_id"] for row in found.annotations] == [0, 1]


@CASES.add("train and val with the same ids", images=2, annotations=2, check=train_and_val)
def _(folder: Path) -> None:
    names = {"train": "car", "val": "dog"}
    for split, name in names.items():
        write_image(folder / "images" / split / "1.png")
        content = coco([coco_image(1)], [coco_box(1, 1, BOX)])
        content["categories"] = [{"id": 1, "name": name}]
        write_json(folder / "annotations" / f"instances_{split}.json", content)


@CASES.add(
    "fields with NaN, infinity and mixed types",
    images=3,
    codes={"VALUE_INVALID": 1},
    check=lambda found: has([row["speed"] for row in found.samples], [1.5, None, None]),
)
def _(folder: Path) -> None:
    speeds = [1.5, float("nan"), float("inf")]
    images = []
    for number, speed in enumerate(speeds):
        write_image(folder / f"{number}.png")
        images.append(coco_image(number, speed=speed))
    write_json(folder / "labels.json", coco(images, []))
