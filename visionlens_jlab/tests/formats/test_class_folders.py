from __future__ import annotations

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows


def make(folder, *paths):
    for path in paths:
        write_image(folder / path)
    return folder


def classes_by_path(found):
    paths = {row["sample_id"]: row["path"] for row in found.samples}
    return {paths[row["sample_id"]]: row["class"] for row in found.annotations}


@pytest.mark.parametrize("base", ["", "images/"])
def test_folders_are_classes(tmp_path, base):
    make(tmp_path, f"{base}dog/1.png", f"{base}cat/2.jpg", f"{base}cat/deep/3.png")
    write_text(tmp_path / "README.md", "hello")
    found = ingest_rows(tmp_path, labels_only=True)
    assert found.summary["format"] == "class_folders"
    assert classes_by_path(found) == {
        f"{base}dog/1.png": "dog",
        f"{base}cat/2.jpg": "cat",
        f"{base}cat/deep/3.png": "cat",
    }
    assert found.class_names == ["cat", "dog"]
    assert {row["kind"] for row in found.annotations} == {"classification"}
    assert {row["x"] for row in found.annotations} == {None}


def test_folders_below_splits(tmp_path):
    make(tmp_path, "train/dog/1.png", "train/cat/2.png", "valid/dog/3.png", "train/cat/more/4.png")
    write_image(tmp_path / "valid" / "dog" / "broken.png")
    (tmp_path / "valid" / "dog" / "broken.png").write_bytes(b"nothing")
    found = ingest_rows(tmp_path)
    assert {row["path"]: row["split"] for row in found.samples} == {
        "train/dog/1.png": "train",
        "train/cat/2.png": "train",
        "train/cat/more/4.png": "train",
        "valid/dog/3.png": "val",
    }
    assert found.codes == {"IMAGE_UNREADABLE": 1, "ANNOTATION_WITHOUT_IMAGE": 1}
    assert found.summary["images"] == {"found": 5, "imported": 4, "skipped": 1}


def test_images_outside_class_folders_of_a_split_are_kept(tmp_path):
    make(tmp_path, "train/dog/1.png", "train/cat/2.png", "elsewhere/3.png")
    found = ingest_rows(tmp_path, labels_only=True)
    assert found.codes == {"IMAGE_WITHOUT_LABELS": 1}
    assert len(found.samples) == 3


def test_unlabelled_images(tmp_path):
    make(tmp_path, "train/1.png", "val/2.png", "3.png", ".hidden/4.png")
    write_text(tmp_path / "notes.txt", "hello")
    write_text(tmp_path / "photo.heic", "a format that needs a decoder")
    found = ingest_rows(tmp_path)
    assert found.summary["format"] == "images"
    assert {row["path"]: row["split"] for row in found.samples} == {
        "3.png": None,
        "train/1.png": "train",
        "val/2.png": "val",
    }
    assert found.codes == {"IMAGE_UNREADABLE": 1, "FILES_UNUSED": 1}
    assert not found.annotations


def test_named_format_goes_before_detection(tmp_path):
    make(tmp_path, "dog/1.png", "cat/2.png")
    assert not ingest_rows(tmp_path, format="images", labels_only=True).annotations
    with pytest.raises(VisionLensError, match="LABELS_INVALID"):
        ingest_rows(tmp_path, format="coco", labels_only=True)
