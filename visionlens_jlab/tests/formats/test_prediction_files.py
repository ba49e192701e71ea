"""Folders of predictions: which files are read, and which are another run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.writing.writer import Label, Picture
from visionlens_jlab.tests.formats.test_predictions import codes, read, rows_of, targets
from visionlens_jlab.tests.formats.test_writers import content_of, write


def results_of(path: Path, *images: int) -> None:
    boxes = [
        {"image_id": image, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}
        for image in images
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(boxes))


def label(path: Path, text: str = "1 0.5 0.5 0.2 0.4 0.75\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_files_about_different_images_are_one_run(tmp_path: Path) -> None:
    known = targets(["a.jpg", "b.jpg"], ["1", "2"])
    results_of(tmp_path / "first.json", 1)
    results_of(tmp_path / "second.json", 2)
    format, batches = read(tmp_path, known)
    assert format == "coco"
    assert [row[0] for row in rows_of(batches)] == [0, 1]


@pytest.mark.parametrize("kind", ["coco", "yolo", "voc", "dataframe"])
def test_files_about_the_same_images_are_several_runs(tmp_path: Path, kind: str) -> None:
    for number, name in enumerate(("boxes", "masks")):
        if kind == "coco":
            results_of(tmp_path / f"{name}.json", 1, 2)
        elif kind == "yolo":
            label(tmp_path / name / "labels" / "a.txt")
        elif kind == "voc":
            label(tmp_path / f"comp{number + 3}_det_test_cat.txt", "a 0.5 1 2 3 4\n")
        else:
            label(tmp_path / f"{name}.csv", "filename,class,score\na.jpg,cat,0.5\n")
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID") as caught:
        read(tmp_path, targets(["a.jpg", "b.jpg"], ["1", "2"]))
    assert all(
        Path(name).exists() for name in (tmp_path / x for x in caught.value.details["files"])
    )
    assert len(set(caught.value.details["files"])) == 2
    assert "a.jpg" in caught.value.message


def test_lines_of_class_confidence_and_corners(tmp_path: Path) -> None:
    label(tmp_path / "a.txt", "cat 0.5 1 2 4.5 6\n\ntraffic light 0.25 0 0 9 9\ncat x 1 2 3 4\n")
    label(tmp_path / "b.txt", "elk 1 5 5 6 6\n")
    label(tmp_path / "c.txt", "cat 0.5 1 2 3 4\ncat 0.5 1 2 3 4\n")
    format, batches = read(tmp_path, targets(["in/a.jpg", "in/b.jpg"]))
    assert format == "text"
    assert rows_of(batches) == [
        (0, "cat", [1, 2, 3.5, 4], 0.5),
        (0, "traffic light", [0, 0, 9, 9], 0.25),
        (1, "elk", [5, 5, 1, 1], 1.0),
    ]
    assert sorted(codes(batches)) == [
        "CLASS_UNKNOWN",
        "LABEL_LINE_INVALID",
        "PREDICTIONS_WITHOUT_IMAGE",
    ]
    assert sum(batch.found for batch in batches) == 6
    assert sum(batch.unmatched.predictions for batch in batches) == 2


def test_text_that_was_written_is_read(tmp_path: Path) -> None:
    boxes = [(1.5, 2.0, 3.25, 4.0, 0.125), (0.0, 0.0, 9.0, 9.0, None)]
    labels = [
        Label("x", "traffic light", "box", (x, y, w, h), confidence=sure)
        for x, y, w, h, sure in boxes
    ]
    one = Picture("", "/nowhere/a.png", "a.png", "val", 40, 30, labels=labels)
    losses = write("detection_text", content_of([one], is_run=True), tmp_path, None, "none")
    assert losses.count("CONFIDENCE_ONE") == 1
    format, batches = read(tmp_path, targets(["val/a.png"]))
    assert format == "text"
    assert rows_of(batches) == [
        (0, "traffic light", [1.5, 2.0, 3.25, 4.0], 0.125),
        (0, "traffic light", [0.0, 0.0, 9.0, 9.0], 1.0),
    ]


def test_numbers_for_classes_beside_corners_in_pixels(tmp_path: Path) -> None:
    label(tmp_path / "a.txt", "18 0.5 10 20 40 50\n1 0.5 1 2 3 4\n")
    format, batches = read(tmp_path, targets(["a.jpg"]))
    assert format == "text"
    assert [row[1] for row in rows_of(batches)] == ["dog", "cat"]
    label(tmp_path / "a.txt", "18 0.5 0.1 0.2 0.3 0.4\n")  # as YOLO has it
    assert read(tmp_path, targets(["a.jpg"]))[0] == "yolo"


def test_other_files_are_no_predictions(tmp_path: Path) -> None:
    label(tmp_path / "README.txt", "Made by a model.\n1 line is a label: no\n")
    known = targets(["a.jpg", "b.jpg"])
    with pytest.raises(VisionLensError, match="FORMAT_UNKNOWN"):
        read(tmp_path, known)
    label(tmp_path / "labels" / "a.txt")
    label(tmp_path / "labels" / "b.txt", "")
    label(tmp_path / "metrics.csv", "epoch,loss\n1,2\n")
    format, batches = read(tmp_path, known)
    assert format == "yolo"
    assert len(rows_of(batches)) == sum(batch.found for batch in batches) == 1
    assert codes(batches) == ["LABEL_FILE_UNUSED", "LABEL_FILE_UNUSED"]
    assert sum(batch.files - batch.files_skipped for batch in batches) == 2
    # words in the file of an image are lines that cannot be read
    label(tmp_path / "labels" / "b.txt", "nothing was found\n")
    _, batches = read(tmp_path, known)
    assert "LABEL_LINE_INVALID" in codes(batches)


def test_results_beside_a_readme(tmp_path: Path) -> None:
    label(tmp_path / "README.txt", "Made by a model.\n")
    results_of(tmp_path / "results.json", 1)
    (tmp_path / "config.json").write_text('{"lr": 1}')
    format, batches = read(tmp_path, targets(["a.jpg"], ["1"]))
    assert format == "coco"
    assert len(rows_of(batches)) == 1
    assert codes(batches) == ["LABEL_FILE_UNUSED", "LABEL_FILE_UNUSED"]
