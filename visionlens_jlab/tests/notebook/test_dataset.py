"""The dataset, on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, IMAGES, PEOPLE

SAMPLE_COLUMNS = ["sample_id", "filename", "path", "uri", "split", "width", "height", "tags"]
ANNOTATION_COLUMNS = [
    *("annotation_id", "sample_id", "source", "class", "x", "y", "w", "h"),
    *("confidence", "area", "is_crowd"),
]


def code_of(caught: pytest.ExceptionInfo[VisionLensError]) -> str:
    return caught.value.code


def test_a_dataset_tells_what_it_holds(ds: vl.Dataset) -> None:
    assert ds.classes == ["car", "person"]
    assert ds.count() == len(ds) == IMAGES
    assert ds.count("annotations") == ANNOTATIONS
    assert ds.runs == []
    assert sum(ds.splits.values()) in (0, IMAGES)
    assert f"{IMAGES} samples, {ANNOTATIONS} annotations, 2 classes" in repr(ds)
    assert ds.name in vl.list_datasets()


def test_the_report_adds_up(ds: vl.Dataset) -> None:
    report = ds.report
    assert report is not None
    assert report.images.found == report.images.imported == IMAGES
    assert report.annotations.found == ANNOTATIONS
    assert report.annotations.found == report.annotations.imported + report.annotations.skipped
    assert report.format == "coco"
    assert len(report.items) == report.items_total


def test_samples_have_the_agreed_columns(ds: vl.Dataset) -> None:
    frame = ds.to_pandas()
    assert set(SAMPLE_COLUMNS) <= set(frame.columns)
    assert frame.sample_id.tolist() == frame.index.tolist() == list(range(IMAGES))
    assert set(frame.width) == {120}
    assert set(frame.height) == {80}
    assert frame.filename[3] == "03.jpg"
    assert frame.uri[3].endswith("images/03.jpg")
    assert frame.brightness[5] == pytest.approx(100, abs=2)
    assert list(frame.tags[0]) == []


def test_annotations_have_the_agreed_columns_in_float_pixels(ds: vl.Dataset) -> None:
    frame = ds.to_pandas(level="annotations")
    assert set(ANNOTATION_COLUMNS) <= set(frame.columns)
    assert frame.annotation_id.tolist() == list(range(ANNOTATIONS))
    person = frame[frame["class"] == "person"].iloc[0]
    assert (person.x, person.y, person.w, person.h) == (50.25, 8.0, 6.0, 12.0)
    assert set(frame.source) == {"ground_truth"}
    assert not frame.is_crowd.any()


def test_only_the_columns_asked_for(ds: vl.Dataset) -> None:
    assert ds.to_arrow(columns=["filename", "width"]).column_names == ["filename", "width"]
    with pytest.raises(VisionLensError) as caught:
        ds.to_arrow(columns=["nothing"])
    assert code_of(caught) == "FIELD_UNKNOWN"


def test_sql_gives_a_table(ds: vl.Dataset) -> None:
    table = ds.sql("SELECT count(*) AS n FROM sample WHERE width = 120")
    assert isinstance(table, pa.Table)
    assert table.to_pylist() == [{"n": IMAGES}]
    with pytest.raises(VisionLensError) as caught:
        ds.sql("DELETE FROM sample")
    assert code_of(caught) == "SQL_REFUSED"


@pytest.mark.own_dataset
def test_a_field_from_everything_that_names_ids(ds: vl.Dataset) -> None:
    frame = ds.to_pandas()
    assert ds.set_field("doubled", frame.sample_id * 2) == IMAGES
    assert ds.set_field("some", {1: "a", 7: "b"}) == 2
    assert ds.set_field("aligned", np.linspace(0, 1, IMAGES)) == IMAGES
    chosen = frame[frame.brightness > 150].assign(bright=True)
    assert ds.set_field("bright", chosen) == len(chosen)
    after = ds.to_pandas()
    assert after.doubled.tolist() == [2 * number for number in range(IMAGES)]
    assert after.some.dropna().to_dict() == {1: "a", 7: "b"}
    assert after.aligned[IMAGES - 1] == 1.0
    assert after.index[after.bright.fillna(False).astype(bool)].tolist() == chosen.index.tolist()
    assert ds.where("doubled >= 20").ids.tolist() == [10, 11]
    assert ds.where("some = 'b'").ids.tolist() == [7]


@pytest.mark.own_dataset
def test_a_field_of_a_filtered_frame_goes_to_its_own_rows(ds: vl.Dataset) -> None:
    people = ds.where("class = 'person'").to_pandas()
    assert ds.set_field("rank", people.brightness.rank()) == len(PEOPLE)
    assert ds.to_pandas()["rank"].dropna().to_dict() == {
        sample: place + 1.0 for place, sample in enumerate(PEOPLE)
    }


@pytest.mark.own_dataset
def test_an_annotation_field(ds: vl.Dataset) -> None:
    frame = ds.to_pandas(level="annotations")
    ds.set_field("checked", frame["class"] == "person", level="annotations")
    assert ds.where("checked = true").ids.tolist() == PEOPLE


def test_values_that_do_not_fit_change_nothing(ds: vl.Dataset) -> None:
    with pytest.raises(VisionLensError) as caught:
        ds.set_field("x1", [1, 2, 3])
    assert code_of(caught) == "FIELD_TYPE"
    with pytest.raises(VisionLensError) as caught:
        ds.set_field("x1", {10_000: 1})
    assert code_of(caught) == "ID_UNKNOWN"
    assert "x1" not in ds.to_arrow().column_names


@pytest.mark.own_dataset
def test_tags_by_every_way_of_naming_rows(ds: vl.Dataset) -> None:
    frame = ds.to_pandas()
    assert ds.tag([1, 2, 2], "a") == 2
    assert ds.tag([2, 3], "a") == 1
    assert ds.tag(frame.query("sample_id < 2"), "b") == 2
    assert ds.tag(frame.brightness > 150, "bright") == int((frame.brightness > 150).sum())
    assert ds.tag(ds.where("class = 'person'"), "people") == len(PEOPLE)
    assert ds.tag("class = 'person' and sample_id > 0", "later") == len(PEOPLE) - 1
    assert ds.where("tag = 'a'").ids.tolist() == [1, 2, 3]
    assert ds.where("tag = 'b'").ids.tolist() == [0, 1]
    assert ds.where("tag = 'people'").ids.tolist() == PEOPLE
    assert ds.untag([1, 5], "a") == 1
    assert ds.where("tag = 'a'").ids.tolist() == [2, 3]
    assert list(ds.to_pandas().tags[0]) == ["b", "people"]


@pytest.mark.own_dataset
def test_annotations_have_tags_of_their_own(ds: vl.Dataset) -> None:
    people = ds.view("class = 'person'", level="annotations")
    assert ds.tag(people, "small", level="annotations") == len(PEOPLE)
    assert ds.where("annotation.tag = 'small'").ids.tolist() == PEOPLE
    assert ds.where("tag = 'small'").count() == 0


@pytest.mark.own_dataset
def test_read_only_refuses_changes(ds: vl.Dataset) -> None:
    ds.close()
    with vl.open(ds_name := ds_of(ds), read_only=True) as held:
        assert held.count() == IMAGES
        for change in (
            lambda: held.set_field("x1", [1] * IMAGES),
            lambda: held.tag([0], "a"),
            lambda: held.where("width > 0").tag("a"),
        ):
            with pytest.raises(VisionLensError) as caught:
                change()
            assert code_of(caught) == "DATASET_READ_ONLY"
    with vl.open(ds_name) as again:
        assert again.tag([0], "a") == 1


def ds_of(ds: vl.Dataset) -> str:
    return ds._backend.dataset


def test_opening_by_name_and_what_does_not_exist(ds: vl.Dataset) -> None:
    with vl.open(ds.name) as again:
        assert again.count() == IMAGES
    with pytest.raises(VisionLensError) as caught:
        vl.open("no such dataset")
    assert code_of(caught) == "DATASET_NOT_FOUND"
    with pytest.raises(VisionLensError) as caught:
        vl.delete("no such dataset")
    assert code_of(caught) == "DATASET_NOT_FOUND"


def test_a_deleted_dataset_is_gone(place: str, coco_folder: Path) -> None:
    vl.ingest(coco_folder, name="short-lived").close()
    assert "short-lived" in vl.list_datasets()
    vl.delete("short-lived")
    assert "short-lived" not in vl.list_datasets()
    assert (coco_folder / "images" / "00.jpg").exists()


def test_the_same_name_twice_is_refused(ds: vl.Dataset, coco_folder: Path) -> None:
    with pytest.raises(VisionLensError) as caught:
        vl.ingest(coco_folder, name=ds.name)
    assert code_of(caught) == "DATASET_EXISTS"
    assert ds.count() == IMAGES


@pytest.mark.own_dataset
def test_a_frame_with_a_hole_in_its_index(ds: vl.Dataset) -> None:
    mask = pd.Series([True, False], index=pd.Index([4, 9], name="sample"))
    assert ds.tag(mask, "four") == 1
    assert ds.where("tag = 'four'").ids.tolist() == [4]


def test_files_of_one_name_can_be_told_apart(tmp_path: Path) -> None:
    from PIL import Image

    for folder in ("left", "right"):
        (tmp_path / "images" / folder).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(tmp_path / "images" / folder / "0000.png")
    with vl.ingest(tmp_path / "images", format="images", data_dir=tmp_path / "data") as ds:
        table = ds.to_pandas()
        assert table.filename.tolist() == ["0000.png"] * 2
        assert sorted(table.path) == ["left/0000.png", "right/0000.png"]
        # ... and its rows are images of the same files again.
        with vl.ingest(table, name="again", data_dir=tmp_path / "data") as again:
            assert sorted(again.to_pandas().uri) == sorted(table.uri)
