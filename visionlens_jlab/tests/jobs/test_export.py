"""Exports of real data sets and back, and what is left of exports that do not end well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.context import READABLE, JobCancelled
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.views.shapes import SortKey, TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.export.job import job as export_job
from visionlens_jlab.export.job.place import new_folder, partial_folder
from visionlens_jlab.export.setup import ExportSetup
from visionlens_jlab.export.shapes import ExportReport, ExportRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media import drawing
from visionlens_jlab.tests.formats.exported import (
    Row,
    carried,
    compare,
    differences,
    row_of,
    task_of,
)
from visionlens_jlab.tests.jobs.ingest_context import Ingested, MemoryContext, ingest_rows
from visionlens_jlab.tests.media import hostile
from visionlens_jlab.tests.notebook import small_coco

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
SETS = ("coco_val2014_43", "yolo_coco128", "voc_bccd", "cls_clothing_val")
FORMATS = ("coco", "yolo", "voc", "class_folders")
_SQL = (
    "SELECT s.filename, s.split, c.name AS class, a.* EXCLUDE (annotation_id) "
    "FROM annotation a JOIN sample s USING (sample_id) LEFT JOIN class c USING (class_id)"
)


def quiet(_: Any) -> None:
    """Nobody looks at the progress."""


def export(library: Library, dataset: str, path: Path, **more: Any) -> ExportReport:
    request = ExportRequest(dataset=dataset, path=str(path), **more)
    return ExportReport.model_validate(run_job(library, request, on_progress=quiet).result)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    if not DATA.is_dir():
        pytest.skip("the real data sets are not here")
    library = Library(tmp_path_factory.mktemp("real") / "data")
    for name in SETS:
        run_inline(library, IngestRequest(source=str(DATA / name), name=name), on_progress=quiet)
    yield library
    library.close()


@pytest.fixture
def small(library: Library, tmp_path: Path) -> Library:
    folder = small_coco.write(tmp_path / "small")
    run_inline(library, IngestRequest(source=str(folder), name="small"), on_progress=quiet)
    return library


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", SETS)
def test_real_data_comes_back(real: Library, tmp_path: Path, name: str, format_name: str) -> None:
    folder = tmp_path / "out"
    report = export(real, name, folder, format=format_name)
    store = real.open(name)
    images = {
        row["filename"]: row["split"]
        for row in store.tables.read("samples", columns=["filename", "split"]).to_pylist()
    }
    written: dict[str, list[Row]] = {image: [] for image in images}
    for values in store.sql(_SQL).to_pylist():
        written[values["filename"]].append(row_of(values))
    every = [row for rows in written.values() for row in rows]
    task = task_of(every)
    kept = sum(carried(format_name, row, task) is not None for row in every)
    found = read_back(folder, format_name, is_empty=not kept)
    assert {row["filename"]: row["split"] for row in found.samples} == images
    assert report.annotations == kept == len(found.annotations)
    names = {row["sample_id"]: row["filename"] for row in found.samples}
    read: dict[str, list[Row]] = {image: [] for image in images}
    for values in found.annotations:
        read[names[values["sample_id"]]].append(row_of(values))
    for image, rows in written.items():
        compare(format_name, rows, read[image], task)
    if format_name in ("coco", "yolo"):
        assert found.class_names == [entry.name for entry in store.detail().class_list]


def read_back(folder: Path, format_name: str, *, is_empty: bool) -> Ingested:
    """An ingest of an export; without pixels where sizes are stated or do not matter."""
    plain = format_name == "class_folders" and is_empty
    return ingest_rows(
        folder,
        format="images" if plain else format_name,
        labels_only=format_name != "yolo" or is_empty,
    )


def test_one_format_after_the_other(real: Library, tmp_path: Path) -> None:
    """COCO boxes through YOLO and VOC and back to COCO are the boxes they were."""
    previous = "yolo_coco128"
    for format_name in ("voc", "yolo", "coco"):
        folder = tmp_path / format_name
        export(real, previous, folder, format=format_name)
        previous = f"via-{format_name}"
        request = IngestRequest(
            source=str(folder), name=previous, labels_only=format_name != "yolo"
        )
        run_inline(real, request, on_progress=quiet)

    def boxes(name: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in real.open(name).sql(_SQL).to_pylist():
            box = Row(row["class"], "box", tuple(row[key] for key in "xywh"))
            found.setdefault(row["filename"], []).append(box)
        return found

    first, last = boxes("yolo_coco128"), boxes(previous)
    assert first.keys() == last.keys()
    for image, rows in first.items():
        assert differences(rows, last[image]) == ([], [])


def test_a_view_exports_what_it_shows(small: Library, tmp_path: Path) -> None:
    view = ViewSpec(where="class = 'person'", sort=[SortKey(field="filename", descending=True)])
    report = export(small, "small", tmp_path / "out", format="coco", view=view)
    assert (report.images, report.annotations) == (4, 4)
    assert {issue.code: issue.count for issue in report.issues} == {"ANNOTATION_NOT_IN_VIEW": 4}
    found = ingest_rows(tmp_path / "out")
    assert [row["filename"] for row in found.samples] == ["09.jpg", "06.jpg", "03.jpg", "00.jpg"]
    everything = view.model_copy(update={"all": True})
    report = export(small, "small", tmp_path / "all", format="coco", view=everything)
    assert report.annotations == 8 and report.issues == []


def test_selected_ids_of_both_levels(small: Library, tmp_path: Path) -> None:
    report = export(small, "small", tmp_path / "samples", format="yolo", ids=[3, 1])
    assert (report.images, report.annotations) == (2, 3)
    annotations = ViewSpec(level="annotations")
    report = export(small, "small", tmp_path / "boxes", format="voc", view=annotations, ids=[1, 5])
    assert (report.images, report.annotations) == (2, 2)
    with pytest.raises(VisionLensError, match="ID_UNKNOWN"):
        export(small, "small", tmp_path / "none", format="coco", ids=[99])
    assert not (tmp_path / "none").exists()


def test_the_report_names_what_is_lost(small: Library, tmp_path: Path) -> None:
    store = small.open("small")
    store.tag(TagRequest(tag="later", ids=[0, 1]))
    report = export(small, "small", tmp_path / "out", format="voc", images="none")
    assert [(issue.code, issue.count, issue.items) for issue in report.issues] == [
        ("TAG_LOST", 2, {"later": 2})
    ]
    assert not (tmp_path / "out" / "JPEGImages").exists()


@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_is_there_is_not_touched(small: Library, tmp_path: Path, place: str) -> None:
    path = tmp_path / "out"
    inner = path if place == "file" else path / "mine.txt"
    inner.parent.mkdir(exist_ok=True)
    inner.write_text("mine")
    with pytest.raises(VisionLensError, match="EXPORT_NOT_EMPTY"):
        export(small, "small", path, format="coco")
    assert inner.read_text() == "mine"
    assert [one.name for one in tmp_path.glob(".*")] == []


def test_an_empty_folder_is_taken(small: Library, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export(small, "small", tmp_path / "out", format="coco")
    assert (tmp_path / "out" / "annotations" / "instances.json").exists()


def test_a_failure_leaves_nothing(
    small: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Breaking:
        def write(self, content: Any, target: Any, losses: Any) -> None:
            target.text("half/a.txt", "half")
            raise PermissionError(13, "denied", "somewhere")

    monkeypatch.setattr(export_job, "writer_of", lambda _: Breaking())
    with pytest.raises(VisionLensError, match="PERMISSION_DENIED"):
        export(small, "small", tmp_path / "new" / "deep" / "out", format="coco")
    assert not (tmp_path / "new").exists()


def test_what_a_killed_attempt_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"
    left = partial_folder(path, "job")
    left.mkdir()
    (left / "half.txt").write_text("half")
    with new_folder(path, "job") as folder:
        (folder / "whole.txt").write_text("whole")
        assert not path.exists()
    assert [one.name for one in path.iterdir()] == ["whole.txt"]
    assert not left.exists()


def test_a_folder_that_was_filled_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "out"

    def write() -> None:
        with new_folder(path, "job") as folder:
            (folder / "whole.txt").write_text("whole")
            path.mkdir()
            (path / "other.txt").write_text("other")

    with pytest.raises(VisionLensError, match="EXPORT_NOT_EMPTY"):
        write()
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def attempt(library: Library, spool: Spool, path: Path) -> MemoryContext:
    """A context with the input of an export, as an attempt finds it."""
    request = ExportRequest(dataset="small", path=str(path), format="coco")
    spool.make()
    params = request.model_dump(mode="json")
    store = library.open("small")
    params |= ExportSetup().prepare(store, request, spool) | {READABLE: store.roots().readable}
    return MemoryContext(params, spool.folder)


def test_an_attempt_after_the_last_step_gives_the_same_report(
    small: Library, tmp_path: Path
) -> None:
    """A worker that is killed between the folder's appearance and the end of the job."""
    path = tmp_path / "out"
    context = attempt(small, Spool(tmp_path / "spool" / "job"), path)
    first = export_job.run(context)
    assert first["images"] == small_coco.IMAGES
    assert export_job.run(context) == first
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_a_cancelled_export_leaves_nothing(small: Library, tmp_path: Path) -> None:
    path = tmp_path / "out"
    context = attempt(small, Spool(tmp_path / "spool" / "job"), path)
    context.cancelled = JobCancelled
    with pytest.raises(JobCancelled):
        export_job.run(context)
    assert not path.exists()
    assert list(tmp_path.glob(".out*")) == []


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"path": "relative", "format": "coco"}, "REQUEST_INVALID"),
        ({"format": "coco", "source": "nobody"}, "RUN_NOT_FOUND"),
        ({"format": "yolo", "options": {"task": "fly"}}, "REQUEST_INVALID"),
        ({"format": "class_folders", "images": "none"}, "REQUEST_INVALID"),
    ],
)
def test_what_cannot_be_asked(
    small: Library, tmp_path: Path, request_: dict[str, Any], code: str
) -> None:
    asked = {"dataset": "small", "path": str(tmp_path / "out"), **request_}
    with pytest.raises(VisionLensError, match=code):
        run_job(small, ExportRequest.model_validate(asked), on_progress=quiet)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "where",
    [
        *("own", "spool", "link", "kernels", "config", "runtime"),
        *("root/kernels/k", "root/Kernels/k", "Library/Jupyter/kernels/k", "Library/Jupyter/x"),
        *("venv/share/jupyter/kernels/k", "venv/share/Jupyter/x", "linked/k", "venv/etc/jupyter/x"),
        *(".local/share/jupyter/labextensions/x", ".jupyter/x", ".ipython/profile_default/x"),
        *("AppData/Roaming/jupyter/x", "appdata/jupyter/x", "xdg/jupyter/nbextensions/x"),
    ],
)
def test_nothing_goes_into_folders_of_jupyter_or_our_own(
    small: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    for name in ("data", "config", "runtime"):
        monkeypatch.setenv(f"JUPYTER_{name.upper()}_DIR", str(tmp_path / "jupyter" / name))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path / "appdata"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "root"))
    (tmp_path / "root" / "kernels").mkdir(parents=True)
    (tmp_path / "linked").symlink_to(tmp_path / "root" / "kernels")
    (tmp_path / "link").symlink_to(small.data_dir)
    places = {
        where: tmp_path / where,
        "own": small.data_dir / "datasets" / "out",
        "spool": small.data_dir / "spool",
        "link": tmp_path / "link" / "out",
        "kernels": tmp_path / "jupyter" / "data" / "kernels" / "out",
        "config": tmp_path / "jupyter" / "config" / "out",
        "runtime": tmp_path / "jupyter" / "runtime" / "out",
    }
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        export(small, "small", places[where], format="coco")
    assert not places[where].exists() or where == "spool"


def test_headers_are_read_in_bounded_memory(
    small: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing.PROCESSES, "megabytes", drawing.PROCESSES.count * 256)
    hostile.tags(tmp_path / "small" / "images" / "00.jpg")
    report = export(small, "small", tmp_path / "out", format="coco")
    refused = [issue for issue in report.issues if issue.code == "IMAGE_REFUSED"]
    assert [issue.count for issue in refused] == [1]


def test_a_folder_of_the_user_may_be_called_kernels(small: Library, tmp_path: Path) -> None:
    for name in ("kernels/x", "my/Kernels/x", "jupyter/kernels"):
        assert export(small, "small", tmp_path / name, format="coco").files


def test_a_folder_that_becomes_a_link_while_it_is_written_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "above").mkdir()
    (tmp_path / "elsewhere").mkdir()
    with (
        pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"),
        new_folder(tmp_path / "above" / "out", "job"),
    ):
        (tmp_path / "above").rename(tmp_path / "was")
        (tmp_path / "above").symlink_to(tmp_path / "elsewhere")
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("name", ["x" * 300, "x" * 240, "a\0b"])
def test_a_name_that_no_system_takes(small: Library, tmp_path: Path, name: str) -> None:
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        export(small, "small", tmp_path / name, format="coco")
