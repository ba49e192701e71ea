"""COCO's relatives: LVIS and panoptic files; JSON that is nested too deeply."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.formats.test_coco_malformed import content_with, ingest
from visionlens_jlab.tests.formats.test_predictions import read, targets
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    voc_xml,
    write_image,
    write_json,
    write_text,
)
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows


def test_lvis(tmp_path) -> None:
    """Categories of hundreds of kB come first and tell nothing; images have addresses alone."""
    for number in (1, 2):
        write_image(tmp_path / "train2017" / f"{number:012}.jpg")
    images = [
        {
            "id": number, "width": 40, "height": 30, "neg_category_ids": [7],
            "not_exhaustive_category_ids": [], "license": 4,
            "coco_url": f"http://images.cocodataset.org/train2017/{number:012}.jpg",
        }
        for number in (1, 2)
    ]  # fmt: skip
    categories = [
        {
            "name": f"thing_{n}",
            "synset": f"thing.n.{n}",
            "def": "x" * 300,
            "frequency": "r",
            "id": n,
        }
        for n in range(1, 1204)
    ]
    boxes = [coco_box(1, 1, [1, 2, 3, 4], category_id=1203), coco_box(2, 2, [1, 2, 5, 6])]
    content = {"categories": categories, "info": {}, "images": images, "annotations": boxes}
    write_json(tmp_path / "lvis_v1_train.json", content)
    found = ingest_rows(tmp_path, labels_only=True)
    assert found.boxes("train2017/000000000001.jpg") == [(1, 2, 3, 4)]
    assert [row["class"] for row in found.annotations] == ["thing_1203", "thing_1"]
    assert found.samples[0]["neg_category_ids"] == "[7]"
    assert found.codes == {}


def segments(folder, numbers: dict[int, tuple[int, int, int, int]], name: str = "1.png") -> None:
    """A PNG of segments: number -> the rectangle it fills."""
    colors = np.zeros((30, 40, 3), np.uint8)
    for number, (left, top, right, bottom) in numbers.items():
        colors[top:bottom, left:right] = number & 255, number >> 8 & 255, number >> 16
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(colors).save(folder / name)


def panoptic(tmp_path, listed: list[Any], name: str = "panoptic_val.json") -> None:
    for number in (1, 2):
        write_image(tmp_path / "val" / f"{number}.jpg")
    images = [coco_image(number, file_name=f"{number}.jpg") for number in (1, 2)]
    entry = {"image_id": 1, "file_name": "1.png", "segments_info": listed}
    content = coco(images, [entry])
    write_json(tmp_path / "annotations" / name, content)


def segment(number: int, box: list[int], category: int = 1) -> dict[str, Any]:
    return {"id": number, "category_id": category, "bbox": box, "area": 9, "iscrowd": 0}


def test_segments_of_a_panoptic_file_are_masks(tmp_path) -> None:
    far = 3 + 256 * 7 + 65536 * 2
    panoptic(tmp_path, [segment(5, [1, 2, 3, 3]), segment(far, [10, 10, 5, 2], 18)])
    write_json(tmp_path / "annotations" / "image_info_test.json", {"images": [coco_image(1)]})
    segments(tmp_path / "annotations" / "panoptic_val", {5: (1, 2, 4, 5), far: (10, 10, 15, 12)})
    found = ingest_rows(tmp_path, labels_only=True, format="coco")
    assert [row["class"] for row in found.annotations] == ["car", "dog"]
    assert [row["kind"] for row in found.annotations] == ["mask", "mask"]
    runs = [rle.parse(row["geometry"])[0] for row in found.annotations]
    assert [rle.bounding_box(run) for run in runs] == [(1, 2, 3, 3), (10, 10, 5, 2)]
    assert [run.area for run in runs] == [9, 10]
    assert found.summary["annotations"] == {"found": 2, "imported": 2, "skipped": 0}
    assert found.codes == {"LABEL_FILE_UNUSED": 1}
    assert [row["path"] for row in found.samples] == ["val/1.jpg", "val/2.jpg"]


def test_segments_without_their_pixels_keep_their_boxes(tmp_path) -> None:
    panoptic(tmp_path, [segment(5, [1, 2, 3, 3]), segment(6, [1, 2, 3, 4]), "odd"])
    found = ingest_rows(tmp_path, labels_only=True, format="coco")
    assert found.codes == {"SEGMENTS_MISSING": 1, "ANNOTATION_INVALID": 1}
    assert found.boxes("val/1.jpg") == [(1, 2, 3, 3), (1, 2, 3, 4)]
    segments(tmp_path / "annotations" / "panoptic_val", {5: (1, 2, 4, 5)})
    found = ingest_rows(tmp_path, labels_only=True, format="coco")
    assert found.codes == {"SEGMENTS_MISSING": 1, "ANNOTATION_INVALID": 1}
    assert [row["kind"] for row in found.annotations] == ["mask", "box"]


def nested(depth: int, opening: str, closing: str) -> str:
    return opening * depth + ("1" if opening.startswith("{") else "") + closing * depth


@pytest.mark.parametrize("depth", [1000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize(
    "place", ['"licenses": []', '"id": 1, "file', '"iscrowd": 0', "[1, 2, 3, 4]"]
)
def test_json_nested_deeply(tmp_path, depth: int, opening: str, closing: str, place: str) -> None:
    deep = nested(depth, opening, closing)
    text = json.dumps(content_with("images", "width", 40))
    value = f"{deep}, {place}" if place.startswith("[") else f'"deep": {deep}, {place}'
    text = text.replace(place, deep if place.startswith("[") else value, 1)
    try:
        ingest(tmp_path, text)
    except VisionLensError as error:
        assert error.code == "LABELS_INVALID"
        assert error.hint
    (tmp_path / "results.json").write_text(text)
    try:
        read(tmp_path / "results.json", targets(["1.png"], ["1"]), "coco")
    except VisionLensError as error:
        assert error.code == "PREDICTIONS_INVALID"


def test_ids_that_occur_again_are_named(tmp_path) -> None:
    boxes = [coco_box(one, 1, [1, 2, 3, 4]) for one in (7, 7, 7, "b", "b", 9, None, None)]
    found = ingest(tmp_path, coco([coco_image(1), coco_image(2)], boxes))
    [told] = [row for row in found.issues if row["code"] == "DUPLICATE_ID"]
    assert "3 annotations" in told["message"]
    assert "7" in told["message"]
    assert "b" in told["message"]
    assert "9" not in told["message"]


@pytest.mark.parametrize("kind", ["coco", "voc", "yolo", "images"])
def test_an_image_is_kept_or_skipped_not_both(tmp_path, kind: str) -> None:
    folder = tmp_path / ("JPEGImages" if kind == "voc" else "images")
    write_image(folder / "1.png")
    (folder / "2.png").write_bytes(b"no picture")
    if kind == "coco":
        write_json(tmp_path / "annotations" / "instances.json", coco([coco_image(1)], []))
    elif kind == "voc":
        write_text(tmp_path / "Annotations" / "1.xml", voc_xml("1.png"))
    elif kind == "yolo":
        write_text(tmp_path / "labels" / "1.txt", "0 0.5 0.5 0.1 0.1\n")
    found = ingest_rows(tmp_path, format=kind)
    done: dict[str, set[str]] = {}
    for row in found.issues:
        if row["kind"] == "image":
            done.setdefault(row["item"], set()).add(row["action"])
    assert {item: actions for item, actions in done.items() if len(actions) > 1} == {}
    assert any("skipped" in actions for actions in done.values())


PLACES: dict[str, tuple[str, list[str], str | None]] = {
    "a copy": ("labels.json", ["Backup/1.png", "images/1.png"], "images/1.png"),
    "a copy of all but one": (
        "labels.json", ["Backup/1.png", "Backup/2.png", "images/1.png"], "images/1.png",
    ),
    "splits of equal names": ("labels.json", ["train/1.png", "val/1.png"], None),
    "the split of the file": ("labels_val.json", ["train/1.png", "val/1.png"], "val/1.png"),
    "the split before the rest": ("val_labels.json", ["train/1.png", "val/1.png"], "val/1.png"),
    "beside the file": ("val/labels.json", ["train/1.png", "val/1.png"], "val/1.png"),
    "two of any name": ("labels.json", ["a/1.png", "b/1.png"], None),
    "one of any name": ("labels.json", ["a/1.png", "b/3.png"], "a/1.png"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLACES)
def test_an_image_in_several_folders(tmp_path, name: str) -> None:
    label, images, wanted = PLACES[name]
    for image in images:
        write_image(tmp_path / image)
    content = coco([coco_image(1), coco_image(2)], [coco_box(1, 1, [1, 2, 3, 4])])
    write_json(tmp_path / label, content)
    found = ingest_rows(tmp_path, labels_only=True, format="coco")
    assert found.boxes(wanted or "1.png") == [(1, 2, 3, 4)]
    assert found.codes["IMAGE_AMBIGUOUS"] == (wanted is None)
