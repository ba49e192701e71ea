"""`Dataset.export` and `View.export`, in this process and through a server."""

from __future__ import annotations

from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, IMAGES


def test_the_dataset(ds: vl.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    report = ds.export("out", "yolo")
    assert report.path == str(tmp_path / "out")
    assert (report.images, report.annotations) == (IMAGES, ANNOTATIONS)
    assert report.issues == []
    assert len(list((tmp_path / "out" / "labels").glob("*.txt"))) == IMAGES
    with pytest.raises(VisionLensError, match="EXPORT_NOT_EMPTY"):
        ds.export(tmp_path / "out", "yolo")


def test_views_and_selections(ds: vl.Dataset, tmp_path: Path) -> None:
    people = ds.where("class = 'person'")
    assert people.export(tmp_path / "people", "voc").annotations == 4
    assert ds.export(tmp_path / "same", "coco", view=people).annotations == 4
    drawn = ds.view().sample(2, seed=1)
    report = drawn.export(tmp_path / "two", "coco", images="link")
    assert report.images == 2


def test_a_dataset_that_is_only_read(ds: vl.Dataset, tmp_path: Path, place: str) -> None:
    name = ds.name
    ds.close()
    with vl.open(name, read_only=True) as reading:
        assert reading.export(tmp_path / "out", "coco").images == IMAGES
        with pytest.raises(VisionLensError, match="DATASET_READ_ONLY"):
            reading.undo()
