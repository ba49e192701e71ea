"""Predictions of every format: whose they are, what is read, and what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.predictions.base import PredictionBatch
from visionlens_jlab.formats.predictions.reading import read_predictions
from visionlens_jlab.formats.predictions.tables import read_prediction_table
from visionlens_jlab.formats.predictions.targets import (
    AMBIGUOUS,
    UNKNOWN,
    DatasetClass,
    Targets,
    numbered_classes,
    with_categories,
)
from visionlens_jlab.formats.predictions.voc_text import class_of

CLASSES = [DatasetClass("cat", "1"), DatasetClass("dog", "18"), DatasetClass("traffic light", "3")]


def targets(
    paths: list[str],
    ids: list[str | None] | None = None,
    *,
    classes: list[DatasetClass] = CLASSES,
    splits: list[str | None] | None = None,
) -> Targets:
    """Images of 100 x 50 pixels with the sample ids 10, 11, ..."""
    count = len(paths)
    return Targets(
        np.arange(10, 10 + count, dtype=np.uint32),
        paths,
        source_ids=ids or [None] * count,
        sizes=np.tile([100, 50], (count, 1)),
        classes=classes,
        splits=splits,
    )


def read(
    path: Path | str, known: Targets, format: str | None = None, **options: Any
) -> tuple[str, list[PredictionBatch]]:
    """The format found and all batches."""
    found, batches = read_predictions(str(path), format, known, options)
    return found, list(batches)


def rows_of(batches: list[PredictionBatch]) -> list[tuple[int, str | None, list[float], float]]:
    """Image, class, box and confidence of every prediction."""
    listed = []
    for batch in batches:
        if batch.rows is None:
            continue
        rows = batch.rows
        assert rows.confidence is not None
        listed += list(
            zip(
                rows.images.tolist(),
                rows.classes,
                rows.boxes.tolist(),
                rows.confidence.tolist(),
                strict=True,
            )
        )
    return listed


def codes(batches: list[PredictionBatch]) -> list[str]:
    """Of all items, those about unmatched images first."""
    unmatched = [issue.code for batch in batches for issue in batch.unmatched.issues()]
    return unmatched + [issue.code for batch in batches for issue in batch.issues]


# --- whose they are ----------------------------------------------------------------------------


def test_images_are_known_by_path_name_stem_and_id() -> None:
    known = targets(["train/a.jpg", "val/a.jpg", "val/b.PNG", "000000000042.jpg"])
    assert known.by_name("val/a.jpg") == 1
    assert known.by_name("predictions/val/a.txt") == 1
    assert known.by_name("labels\\train\\a") == 0
    assert known.by_name("a") == AMBIGUOUS
    assert known.by_name("B.png") == 2
    assert known.by_name("elsewhere/b") == 2
    assert known.by_name("c") == UNKNOWN
    for identity in (42, 42.0, "42", "000000000042", "000000000042.jpg"):
        assert known.by_id(identity) == 3
    assert known.by_id(7) == UNKNOWN
    assert targets(["COCO_val2014_000000000073.jpg"]).by_id(73) == 0
    # a number in a name is no id where label files state other ids
    assert targets(["1.jpg", "2.jpg"], ["2", "1"]).by_id(1) == 1


def test_ids_that_splits_share_mean_the_split_that_has_most_of_them() -> None:
    def shared() -> Targets:
        paths = ["train/0.jpg", "train/1.jpg", "train/2.jpg", "val/0.jpg", "val/1.jpg"]
        return targets(
            [f"x{path}" for path in paths],
            ["0", "1", "2", "0", "1"],
            splits=["train", "train", "train", "val", "val"],
        )

    assert shared().by_id(0) == AMBIGUOUS
    narrowed = shared()
    narrowed.narrow([0, 1, 2])
    assert [narrowed.by_id(number) for number in (0, 1, 2)] == [0, 1, 2]
    undecided = shared()
    undecided.narrow([0, 1])
    assert undecided.by_id(0) == AMBIGUOUS


def test_class_numbers_are_those_of_the_dataset_or_stated() -> None:
    assert numbered_classes(CLASSES) == {1: "cat", 18: "dog", 3: "traffic light"}
    assert numbered_classes([DatasetClass("a"), DatasetClass("b")]) == {0: "a", 1: "b"}
    stated = with_categories(CLASSES, ["dog", "bird"])
    assert numbered_classes(stated) == {0: "dog", 1: "bird"}
    assert {known.name for known in stated} == {"dog", "bird", "cat", "traffic light"}
    for odd in ("cat", {1: 2}, 5):
        with pytest.raises(VisionLensError, match="REQUEST_INVALID"):
            with_categories(CLASSES, odd)


# --- COCO results ------------------------------------------------------------------------------

FEW = st.integers(0, 6)
RESULT = st.fixed_dictionaries(
    {"image_id": FEW | st.sampled_from(["1", "b.jpg", None]), "category_id": st.integers(0, 20)},
    optional={
        "score": st.floats(0, 1) | st.none(),
        "bbox": st.lists(st.integers(-5, 60), min_size=4, max_size=4) | st.just([1, 2]),
        "segmentation": st.just([[0, 0, 9, 0, 9, 9]]) | st.just("x"),
        "id": st.integers() | st.text(max_size=2),
        "area": st.floats(0, 100),
        "file": st.text(max_size=3),
    },
)


@given(results=st.lists(RESULT | st.just(5), max_size=30))
def test_every_result_is_read_or_reported(
    results: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("coco") / "results.json"
    path.write_text(json.dumps(results))
    known = targets(["a.jpg", "b.jpg", "c.jpg"], ["0", "1", "2"])
    format, batches = read(path, known, "coco")
    assert format == "coco"
    found = sum(batch.found for batch in batches)
    left_out = sum(batch.unmatched.predictions for batch in batches)
    skipped = [
        issue
        for batch in batches
        for issue in batch.issues
        if issue.action == "skipped" and issue.kind == "annotation"
    ]
    assert found == len(results) == len(rows_of(batches)) + left_out + len(skipped)
    meant = {0: 0, 1: 1, 2: 2, "1": 1, "b.jpg": 1}
    named = [one.get("image_id") for one in results if isinstance(one, dict)]
    assert left_out == sum(one not in meant and one is not None for one in named)


def test_boxes_masks_and_keypoints_of_results(tmp_path: Path) -> None:
    results = [
        {"image_id": 7, "category_id": 18, "bbox": [1, 2, 3, 4], "score": 0.5, "area": 999},
        {
            "image_id": 7,
            "category_id": 1,
            "segmentation": {"size": [50, 100], "counts": [0, 5, 4995]},
            "score": 0.25,
        },
        {"image_id": 7, "category_id": 1, "keypoints": [10, 20, 1, 30, 5, 0], "score": 0.75},
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"info": {}, "annotations": results}))
    _, batches = read(path, targets(["a.jpg"], ["7"]))
    assert codes(batches) == []
    assert rows_of(batches) == [
        (0, "dog", [1, 2, 3, 4], 0.5),
        (0, "cat", [0, 0, 1, 5], 0.25),
        (0, "cat", [10, 5, 20, 15], 0.75),
    ]
    parts = [batch.rows for batch in batches if batch.rows is not None]
    assert [kind for rows in parts for kind in rows.kinds] == ["box", "mask", "keypoints"]
    areas = np.concatenate([rows.area for rows in parts if rows.area is not None])
    # an area that is stated is not believed; that of the mask is its pixels
    assert np.isnan(areas[0])
    assert areas[1] == 5


@pytest.mark.parametrize(("numbers", "said"), [([1, 2], True), ([0, 1], False), ([], False)])
def test_numbers_that_may_begin_at_one_are_reported(
    tmp_path: Path, numbers: list[int], said: bool
) -> None:
    path = tmp_path / "results.json"
    boxes = [
        {"image_id": 7, "category_id": number, "bbox": [1, 2, 3, 4], "score": 0.5}
        for number in numbers
    ]
    path.write_text(json.dumps(boxes))
    classes = [DatasetClass(name, str(number)) for number, name in enumerate(("cat", "dog", "cow"))]
    _, batches = read(path, targets(["a.jpg"], ["7"], classes=classes), "coco")
    assert ("CLASSES_SHIFTED" in codes(batches)) == said


def wrapped(results: list[Any], **more: Any) -> dict[str, Any]:
    """Results with images and categories that are numbered in their own way."""
    return {
        "images": [{"id": 1, "file_name": "val/b.jpg"}, {"id": 2, "file_name": "a.jpg"}],
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "bird"}],
        **more,
        "annotations": results,
    }


def test_numbers_mean_the_images_and_categories_of_the_file_itself(tmp_path: Path) -> None:
    box = {"bbox": [1, 2, 3, 4], "score": 0.5}
    results = [
        {"image_id": 1, "category_id": 1, **box},
        {"image_id": 2, "category_id": 2, **box},
        {"image_id": 2, "category_id": 18, **box},
        {"image_id": 2, "category_id": "cat", **box},
        {"image_id": 3, "category_id": 1, **box},
    ]
    path = tmp_path / "results.json"
    known = targets(["a.jpg", "train/b.jpg", "val/b.jpg"], ["1", "2", "3"])
    for content in (
        wrapped(results),
        {"annotations": results, **wrapped(results)},
        {**wrapped([]), "annotations": [{"image_id": 9}], "predictions": results},
    ):
        path.write_text(json.dumps(content))
        _, batches = read(path, known, "coco")
        assert [row[:2] for row in rows_of(batches)] == [
            (2, "dog"), (0, "bird"), (0, "18"), (0, "cat"), (2, "dog"),
        ]  # fmt: skip
        assert codes(batches) == ["CLASS_UNKNOWN", "CLASS_UNKNOWN"]
    # what the user says of the numbers counts
    stated = targets(["a.jpg", "val/b.jpg"], classes=with_categories(CLASSES, {1: "cat"}))
    path.write_text(json.dumps(wrapped(results[:1])))
    _, batches = read(path, stated, "coco", categories={1: "cat"})
    assert [row[:2] for row in rows_of(batches)] == [(1, "cat")]


def test_a_file_name_of_the_results_that_no_image_has_is_left_out(tmp_path: Path) -> None:
    """Although the number is that of another image in the label file."""
    path = tmp_path / "results.json"
    results = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]
    path.write_text(json.dumps(wrapped(results, images=[{"id": 1, "file_name": "z.jpg"}])))
    _, batches = read(path, targets(["a.jpg"], ["1"]))
    assert rows_of(batches) == []
    assert [issue.item for batch in batches for issue in batch.unmatched.issues()] == ["z.jpg"]


def test_a_folder_that_the_dataset_has_is_not_another_one() -> None:
    known = targets(["images/train/a.jpg", "images/val/b.jpg", "c.jpg"])
    assert known.by_name("labels/val/a") == UNKNOWN
    assert known.by_name("labels/train/a") == 0
    assert known.by_name("elsewhere/a") == 0
    assert known.by_name("val/c") == 2


@pytest.mark.parametrize("text", ["{}", '{"images": []}', '[{"image_id": 1', "", "nothing"])
def test_what_are_no_results_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.json").write_text(text)
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID"):
        read(tmp_path / "results.json", targets(["a.jpg"]))


# --- text files --------------------------------------------------------------------------------


def test_yolo_text(tmp_path: Path) -> None:
    folder = tmp_path / "labels" / "val"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("1 0.5 0.5 0.2 0.4 0.75\n\n18 0.25 0.5 0.5 1 0.5\n")
    (folder / "b.txt").write_text("1 0.5 0.5\n99 0.5 0.5 0.2 0.4 0.1\n")
    (folder / "z.txt").write_text("1 0.5 0.5 0.2 0.4 0.75\n")
    (folder / "c.txt").write_text("")
    known = targets(["images/train/a.jpg", "images/val/a.jpg", "b.jpg", "c.jpg"])
    format, batches = read(tmp_path, known)
    assert format == "yolo"
    assert rows_of(batches) == [
        (1, "cat", pytest.approx([0.4, 0.3, 0.2, 0.4]), 0.75),
        (1, "dog", [0, 0, 0.5, 1], 0.5),
        (2, "99", pytest.approx([0.4, 0.3, 0.2, 0.4]), 0.1),
    ]
    assert codes(batches) == ["PREDICTIONS_WITHOUT_IMAGE", "LABEL_LINE_INVALID", "CLASS_UNKNOWN"]
    # an image with an empty file was looked at
    assert sorted(np.concatenate([batch.named for batch in batches])) == [1, 2, 3]


def test_voc_text(tmp_path: Path) -> None:
    (tmp_path / "comp4_det_test_traffic light.txt").write_text(
        "a 0.5 11 21 31 51\nb 0.25 1 1 2 2 \nz 0.5 1 1 2 2\na x 1 1 2 2\na 0.5 3 3 1 1\n"
    )
    (tmp_path / "comp2_cls_val_cat.txt").write_text("a 0.125\n")
    known = targets(["JPEGImages/a.jpg", "JPEGImages/b.jpg"])
    format, batches = read(tmp_path, known)
    assert format == "voc"
    found = rows_of(batches)
    assert found[1:] == [
        (0, "traffic light", [11, 21, 20, 30], 0.5),
        (1, "traffic light", [1, 1, 1, 1], 0.25),
    ]
    assert found[0][:2] == (0, "cat")
    assert np.isnan(found[0][2]).all()
    lost = ["PREDICTIONS_WITHOUT_IMAGE", "LABEL_LINE_INVALID", "LABEL_LINE_INVALID"]
    assert codes(batches) == lost
    _, shifted = read(tmp_path, known, voc_origin=1)
    assert rows_of(shifted)[1] == (0, "traffic light", [10, 20, 21, 31], 0.5)
    assert class_of("comp4_det_my_set_dog.txt", CLASSES) == "dog"
    assert class_of("comp4_det_test_night_bus.txt", CLASSES) == "night_bus"


# --- tables ------------------------------------------------------------------------------------


def test_rows_of_a_table_under_usual_names() -> None:
    table = pa.table(
        {
            "image": ["a.jpg", "a.jpg", "b", "q"],
            "label": ["cat", "dog", "cat", "cat"],
            "score": [0.5, 0.25, None, 1.0],
            "x1": [1.0, None, 5.0, 1.0],
            "y1": [2.0, None, 5.0, 1.0],
            "x2": [4.0, None, 9.0, 1.0],
            "y2": [6.0, None, None, 1.0],
            "model": ["m", "m", "m", "m"],
        }
    )
    batches = list(read_prediction_table(table, targets(["a.jpg", "b.jpg"]), "row"))
    found = rows_of(batches)
    assert found[0] == (0, "cat", [1, 2, 3, 4], 0.5)
    assert found[1][:2] == (0, "dog")
    assert np.isnan(found[1][2]).all()
    assert len(found) == 2
    assert codes(batches) == ["PREDICTIONS_WITHOUT_IMAGE", "ANNOTATION_INVALID"]
    [rows] = [batch.rows for batch in batches if batch.rows is not None]
    assert rows.kinds == ["box", "classification"]
    assert rows.attributes == ['{"model": "m"}'] * 2


def test_numbers_of_classes_in_a_table() -> None:
    table = pa.table({"filename": ["a.jpg"] * 3, "class_id": [18, 3, 7], "score": [0.5] * 3})
    batches = list(read_prediction_table(table, targets(["a.jpg"]), "row"))
    assert [row[1] for row in rows_of(batches)] == ["dog", "traffic light", "7"]
    assert codes(batches) == ["CLASS_UNKNOWN"]


def test_a_column_of_probabilities_for_each_class(tmp_path: Path) -> None:
    path = tmp_path / "probabilities.csv"
    path.write_text("file_name,cat,prob_dog,notes\na,0.25,0.75,x\nb,0.5,0.1,y\nc,1,0,z\na,,1,q\n")
    format, batches = read(path, targets(["a.jpg", "b.jpg"]))
    assert format == "classification"
    assert [row[:2] + row[3:] for row in rows_of(batches)] == [(0, "dog", 0.75), (1, "cat", 0.5)]
    [rows] = [batch.rows for batch in batches if batch.rows is not None]
    assert rows.attributes is not None
    assert json.loads(rows.attributes[0] or "") == {"probabilities": {"dog": 0.75, "cat": 0.25}}
    expected = ["PREDICTIONS_WITHOUT_IMAGE", "ANNOTATION_INVALID", "PROBABILITIES_SUM"]
    assert codes(batches) == expected


@pytest.mark.parametrize("columns", [{"class": ["cat"]}, {"filename": ["a"], "weight": [1]}])
def test_a_table_that_says_too_little_is_refused(columns: dict[str, list[Any]]) -> None:
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID"):
        list(read_prediction_table(pa.table(columns), targets(["a.jpg"]), "row"))


def test_a_place_without_predictions_is_refused(tmp_path: Path) -> None:
    known = targets(["a.jpg"])
    with pytest.raises(VisionLensError, match="FORMAT_UNKNOWN"):
        read(tmp_path, known)
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID"):
        read(tmp_path, known, "yolo")
    with pytest.raises(VisionLensError, match="FORMAT_UNKNOWN"):
        read(tmp_path, known, "cvat")
    with pytest.raises(VisionLensError, match="DIR_NOT_FOUND"):
        read(tmp_path / "none", known)
