"""Each layout that Roboflow exports is recognised without being told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from visionlens_jlab.tests.formats.records.wild import createml, tables
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    voc_object,
    voc_xml,
    write_image,
    write_text,
)
from visionlens_jlab.tests.jobs.accounting import assert_all_accounted
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

SPLITS = ("train", "valid", "test")
NAME = "a_jpg.rf.0123456789abcdef"


def _coco(folder: Path) -> None:
    for split in SPLITS:
        write_image(folder / split / f"{NAME}.jpg")
        image = coco_image(1, file_name=f"{NAME}.jpg")
        content = coco([image], [coco_box(1, 1, [1, 2, 3, 4])])
        write_text(folder / split / "_annotations.coco.json", json.dumps(content))


def _yolo(folder: Path) -> None:
    for split in SPLITS:
        write_image(folder / split / "images" / f"{NAME}.jpg")
        write_text(folder / split / "labels" / f"{NAME}.txt", "0 0.5 0.5 0.25 0.25\n")
    splits = "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n"
    write_text(
        folder / "data.yaml", f"{splits}\nnc: 1\nnames: ['car']\n\nroboflow:\n  version: 1\n"
    )


def _voc(folder: Path) -> None:
    for split in SPLITS:
        write_image(folder / split / f"{NAME}.jpg")
        text = voc_xml(f"{NAME}.jpg", voc_object("car", (1, 2, 3, 4), ""))
        write_text(folder / split / f"{NAME}.xml", text)


def _one_hot(folder: Path) -> None:
    for split in SPLITS:
        write_image(folder / split / f"{NAME}.jpg")
        write_text(folder / split / "_classes.csv", f"filename, car, dog\n{NAME}.jpg, 1, 0\n")


def _masks(folder: Path) -> None:
    for split in SPLITS:
        write_image(folder / split / f"{NAME}.jpg")
        mask = Image.new("L", (40, 30))
        mask.paste(1, (1, 2, 4, 6))
        mask.save(folder / split / f"{NAME}_mask.png")
        write_text(folder / split / "_classes.csv", "Pixel Value, Class\n0, background\n1, car\n")


LAYOUTS: dict[str, Callable[[Path], object]] = {
    "coco": _coco,
    "yolo": _yolo,
    "voc": _voc,
    "createml": createml,
    "tables": tables,
    "one hot": _one_hot,
    "masks": _masks,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_recognised(tmp_path: Path, name: str) -> None:
    LAYOUTS[name](tmp_path)
    beside = [tmp_path / "README.roboflow.txt", tmp_path / "README.dataset.txt"]
    for path in beside:
        write_text(path, "streets - v1\n\nThe dataset includes 3 images.\n")
    found = ingest_rows(tmp_path)
    assert found.summary["format"] == {"one hot": "tables"}.get(name, name)
    assert "car" in found.class_names
    assert found.summary["annotations"]["imported"] >= 3
    assert set(found.codes) <= {"IMAGE_WITHOUT_LABELS"}
    if name not in ("createml", "tables"):
        assert sorted(row["split"] for row in found.samples) == ["test", "train", "val"]
    if name == "masks":
        assert [row["area"] for row in found.annotations] == [12.0] * 3
    if name == "one hot":
        assert {row["kind"] for row in found.annotations} == {"classification"}
        assert found.class_names == ["car", "dog"]
    for path in beside:  # passed over in silence
        path.unlink()
    assert_all_accounted(tmp_path, found)
