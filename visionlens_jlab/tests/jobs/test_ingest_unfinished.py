"""An ingest that was cancelled, and the incremental one that completes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs import context
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.views.shapes import TagRequest
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.job.input import Existing
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.api.servers import make_coco, make_images
from visionlens_jlab.tests.formats.writers import coco_box, write_coco
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

pytestmark = pytest.mark.usefixtures("small_pieces")
IMAGES = 20
DERIVED = ("content_hash", "brightness", "contrast", "sharpness", "dominant_color")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return make_coco(tmp_path / "town", IMAGES)


def add(
    library: Library,
    source: Path,
    name: str,
    on_progress: Callable[[Job], None] = lambda _: None,
    **params: object,
) -> DatasetStore:
    request = IngestRequest(source=str(source), name=name, incremental=True, **params)
    return run_inline(library, request, on_progress=on_progress)


def cancelled(library: Library, source: Path, stage: str, steps: int = 3) -> DatasetStore:
    """A dataset whose ingest was cancelled at some step of a stage."""
    seen = 0

    def cancel(job: Job) -> None:
        nonlocal seen
        seen += job.stage == stage
        if seen == steps:
            raise context.JobCancelled

    with pytest.raises(VisionLensError) as caught:
        add(library, source, "half", cancel)
    assert caught.value.code == "JOB_CANCELLED"
    assert seen == steps
    store = library.open("half")
    assert store.info().state == "incomplete"
    return store


def rows(store: DatasetStore, query: str) -> list[dict[str, object]]:
    return store.sql(query).to_pylist()


def thumbnail(store: DatasetStore, sample_id: object) -> bytes | None:
    place = store.part(Images).thumbnail(sample_id)
    if place is None:
        return None
    return place.pack.read_bytes()[place.offset : place.offset + place.length]


def content(store: DatasetStore) -> dict[str, object]:
    """Everything but annotation ids and where thumbnails lie."""
    samples = rows(store, "SELECT * FROM sample ORDER BY sample_id")
    place = ("thumb_pack", "thumb_offset")
    return {
        "samples": [{k: v for k, v in row.items() if k not in place} for row in samples],
        "annotations": rows(
            store,
            "SELECT a.* EXCLUDE (annotation_id), c.name AS class FROM annotation a "
            "JOIN class c USING (class_id) ORDER BY a.sample_id, a.annotation_id",
        ),
        "thumbnails": [thumbnail(store, row["sample_id"]) for row in samples],
    }


@pytest.mark.parametrize("stage", ["images", "labels"])
def test_adding_again_completes_a_cancelled_ingest(library, town, stage):
    store = cancelled(library, town, stage)
    halves = {
        "images": "SELECT count(content_hash) AS n FROM sample",
        "labels": "SELECT count(*) AS n FROM annotation",
    }
    whole = {"images": IMAGES, "labels": 2 * IMAGES}[stage]
    assert 0 < rows(store, halves[stage])[0]["n"] < whole
    store = add(library, town, "half")
    expected = content(add(library, town, "whole"))
    assert content(store) == expected
    assert all(row[name] is not None for row in expected["samples"] for name in DERIVED)
    assert all(expected["thumbnails"])
    assert store.info().state == "ready"


def test_the_report_counts_what_was_unfinished(library, town):
    store = cancelled(library, town, "images")
    done = rows(store, "SELECT count(content_hash) AS n FROM sample")[0]["n"]
    report = add(library, town, "half").report()
    left = IMAGES - done
    assert report.images.model_dump() == {"found": left, "imported": left, "skipped": 0}
    assert report.annotations.model_dump() == {
        "found": 2 * left, "imported": 2 * left, "skipped": 0,
    }  # fmt: skip
    assert not report.items
    again = add(library, town, "half").report()
    assert again.images.model_dump() == {"found": 0, "imported": 0, "skipped": 0}


def test_what_people_added_stays(library, town):
    store = cancelled(library, town, "images")
    before = rows(store, "SELECT annotation_id FROM annotation WHERE sample_id < 3")
    every = np.arange(IMAGES, dtype=np.uint32)
    store.set_field("rating", every, pa.array(range(IMAGES)))
    store.set_field("split", every, pa.array(["mine"] * IMAGES))
    store.tag(TagRequest(tag="odd", ids=every.tolist()))
    store = add(library, town, "half")
    found = rows(store, "SELECT rating, split FROM sample ORDER BY sample_id")
    assert found == [{"rating": number, "split": "mine"} for number in range(IMAGES)]
    assert len(rows(store, "SELECT * FROM sample_tag WHERE tag = 'odd'")) == IMAGES
    assert rows(store, "SELECT annotation_id FROM annotation WHERE sample_id < 3") == before


def test_cancelled_twice_and_completed(library, town):
    cancelled(library, town, "labels")
    store = cancelled(library, town, "images")
    store = add(library, town, "half")
    assert content(store) == content(add(library, town, "whole"))


def test_a_failure_does_not_make_an_incomplete_dataset_ready(library, town, tmp_path):
    store = cancelled(library, town, "images")
    with pytest.raises(VisionLensError, match="nowhere"):
        add(library, tmp_path / "nowhere", "half")
    assert store.info().state == "incomplete"


def test_another_folder_does_not_hide_what_is_missing(library, town, tmp_path):
    store = cancelled(library, town, "images")
    missing = rows(store, "SELECT count(*) AS n FROM sample WHERE content_hash IS NULL")[0]["n"]
    make_images(tmp_path / "other" / "images", 4)
    store = add(library, tmp_path / "other", "half")
    assert store.count("samples") == IMAGES + 4
    left = rows(store, "SELECT count(*) AS n FROM sample WHERE content_hash IS NULL")[0]["n"]
    assert (left, store.info().state) == (missing, "incomplete")
    store = add(library, town, "half")
    assert rows(store, "SELECT count(content_hash) AS n FROM sample")[0]["n"] == IMAGES + 4
    assert store.info().state == "ready"


def existing(folder: Path, **columns: list[object]) -> pa.Table:
    paths = columns["path"]
    return pa.table({
        "root": ["source"] * len(paths), "location": [str(folder)] * len(paths),
        "bytes": [(folder / str(path)).stat().st_size for path in paths], **columns,
    })  # fmt: skip


def test_unfinished_samples_come_again_under_their_ids(tmp_path):
    folder = write_coco(tmp_path, 4, [coco_box(n, n, [n, 2, 3, 4]) for n in (1, 2, 3, 4)])
    table = existing(
        folder,
        sample_id=[5, 6],
        path=["images/1.png", "images/2.png"],
        unfinished=[False, True],
    )
    found = ingest_rows(folder, incremental=True, existing=table, next_sample_id=9)
    assert [row["sample_id"] for row in found.samples] == [6, 9, 10]
    assert [row["sample_id"] for row in found.media] == [6, 9, 10]
    assert [(row["sample_id"], row["x"]) for row in found.annotations] == [(6, 2), (9, 3), (10, 4)]
    replacing = [n for n, summary in found.context.summaries.items() if summary.get("replace")]
    (piece,) = (found.context.tables[number] for number in replacing)
    assert set(piece) == {"sample"}
    assert piece["sample"].column("sample_id").to_pylist() == [6]
    assert set(piece["sample"].column_names) == {
        "sample_id", "width", "height", "bytes", "orientation", "modified_ns",
    }  # fmt: skip


def test_an_unfinished_sample_whose_file_went_bad_stays(tmp_path):
    make_images(tmp_path / "images", 2)
    paths = sorted(path.name for path in (tmp_path / "images").iterdir())
    table = existing(tmp_path / "images", sample_id=[0, 1], path=paths, unfinished=[True, True])
    (tmp_path / "images" / paths[0]).write_bytes(b"broken")
    found = ingest_rows(
        tmp_path / "images", incremental=True, existing=table, next_sample_id=2, format="images"
    )
    assert [row["sample_id"] for row in found.media] == [1]
    assert found.codes == {"IMAGE_UNREADABLE": 1}
    assert found.summary["images"] == {"found": 2, "imported": 1, "skipped": 1}


def test_a_file_named_several_times_is_met_in_turn():
    def known(*unfinished: bool) -> Existing:
        ids = list(range(len(unfinished)))
        return Existing(
            pa.table({
                "sample_id": ids, "root": ["r"] * len(ids), "path": ["a.png"] * len(ids),
                "bytes": [1] * len(ids), "unfinished": list(unfinished),
            })
        )  # fmt: skip

    def met(samples: Existing) -> list[int | None]:
        found = [samples.meet("r", "a.png") for _ in range(3)]
        return [sample and sample.sample_id for sample in found]

    assert met(known(False, True)) == [0, 1, None]
    assert met(known(False, False)) == [0, 1, 1]
