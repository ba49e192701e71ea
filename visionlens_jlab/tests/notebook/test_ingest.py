"""What `ingest` takes, on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import visionlens_jlab as vl
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion import notebook as ingestion
from visionlens_jlab.media.notebook import IMAGES as PICTURES
from visionlens_jlab.tests.notebook.small_coco import ANNOTATIONS, IMAGES


@pytest.fixture
def name(place: str, request: pytest.FixtureRequest) -> str:
    return f"{request.node.name}-ingest"


def rows(folder: Path) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "path": [str(folder / "images" / f"{number:02}.jpg") for number in range(3)],
            "class": ["car", "car", "person"],
            "x": [1.5, 2.5, 3.5],
            "y": [1.0, 2.0, 3.0],
            "w": [10.0, 20.0, 30.0],
            "h": [5.0, 6.0, 7.0],
        }
    )


def test_a_relative_path_is_that_of_this_process(
    name: str, coco_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(coco_folder.parent)
    with vl.ingest(coco_folder.name, name=name) as ds:
        assert ds.count() == IMAGES
    vl.delete(name)


def test_images_and_labels_apart(name: str, coco_folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels" / "boxes.json"
    labels.parent.mkdir()
    shutil.copyfile(coco_folder / "annotations" / "instances.json", labels)
    with vl.ingest(labels, name=name, images=coco_folder / "images", format="coco") as ds:
        assert (ds.count(), ds.count("annotations")) == (IMAGES, ANNOTATIONS)
        assert ds.to_pandas().brightness.notna().all()
    vl.delete(name)


@pytest.mark.parametrize("kind", ["frame", "table"])
def test_a_table_of_boxes(name: str, coco_folder: Path, kind: str) -> None:
    frame = rows(coco_folder)
    source = frame if kind == "frame" else pa.Table.from_pandas(frame)
    with vl.ingest(source, name=name) as ds:
        assert ds.count() == 3
        boxes = ds.to_pandas(level="annotations")
        assert boxes.x.tolist() == [1.5, 2.5, 3.5]
        assert boxes["class"].tolist() == ["car", "car", "person"]
    vl.delete(name)


def test_image_paths_of_a_frame_are_relative_to_this_process(
    name: str, coco_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(coco_folder)
    frame = rows(Path())
    with vl.ingest(frame, name=name) as ds:
        assert ds.count() == 3
        assert ds.to_pandas().width.tolist() == [120, 120, 120]
    vl.delete(name)


def test_rows_of_a_frame_account_for_what_they_name_alone(
    name: str, coco_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working directory may be a whole home."""
    shutil.copytree(coco_folder, tmp_path / "home")
    (tmp_path / "home" / "taxes.xml").write_text("<annotation/>")
    monkeypatch.chdir(tmp_path / "home")
    image = next(path for path in Path().rglob("*") if path.suffix in (".jpg", ".png"))
    with vl.ingest(pd.DataFrame({"path": [str(image)]}), name=name) as ds:
        assert ds.count() == 1
        assert ds.report is not None
        assert (ds.report.images.found, ds.report.items_total) == (1, 0)


def test_labels_only_opens_no_image(name: str, coco_folder: Path) -> None:
    with vl.ingest(coco_folder, name=name, labels_only=True) as ds:
        assert (ds.count(), ds.count("annotations")) == (IMAGES, ANNOTATIONS)
        assert ds._backend.part(PICTURES).pictures([0]) == [b""]
    vl.delete(name)


def test_what_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(VisionLensError) as caught:
        vl.ingest(tmp_path / "nothing", name=name)
    assert caught.value.code == "DIR_NOT_FOUND"
    assert "nothing" in caught.value.message
    assert name not in vl.list_datasets()


def test_an_empty_folder_leaves_no_dataset(name: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(VisionLensError):
        vl.ingest(empty, name=name)
    assert name not in vl.list_datasets()


def test_an_unknown_address_is_refused_before_anything_starts(name: str) -> None:
    with pytest.raises(VisionLensError, match="xyz://") as caught:
        vl.ingest("xyz://bucket/images", name=name)
    assert caught.value.code == "DIR_NOT_FOUND"


def test_a_table_needs_a_name(place: str, coco_folder: Path) -> None:
    for source in (rows(coco_folder), None, 7):
        with pytest.raises(VisionLensError) as caught:
            vl.ingest(source)
        assert caught.value.code == "REQUEST_INVALID"


def test_an_interrupt_cancels_the_job(
    name: str, coco_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupting:
        said: str | None = None

        def update(self, job: Job) -> None:
            raise KeyboardInterrupt

        def finish(self, text: str) -> None:
            Interrupting.said = text

    monkeypatch.setattr(ingestion, "make_progress", lambda label: Interrupting())
    with pytest.raises(KeyboardInterrupt):
        vl.ingest(coco_folder, name=name)
    assert Interrupting.said == "cancelled"


def test_progress_ends_with_what_was_found(
    name: str, coco_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vl.ingest(coco_folder, name=name).close()
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1] == f"{name}: {IMAGES} samples, {ANNOTATIONS} annotations"
    vl.delete(name)
