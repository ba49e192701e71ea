"""Jobs of killed processes meet a dataset that others deleted, made anew or wrote since."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.cli import checks, main
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs import runner
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.retirement import clear_leftovers
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.notebook.direct import DirectBackend
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.core.views.shapes import TagRequest
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.evaluation.shapes import EvaluateRequest, PredictionsRequest
from visionlens_jlab.evaluation.store.runs import Runs
from visionlens_jlab.export.job.place import partial_folder
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.jobs.in_process import Killed, dead_pid, opened, queue_only, run, serve

pytestmark = pytest.mark.usefixtures("small_pieces", "images_here")
IMAGES = 12


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return make_coco(tmp_path / "town", IMAGES)


def ingest(source: Path, *, incremental: bool = False) -> IngestRequest:
    return IngestRequest(source=str(source), name="a", incremental=incremental)


def predictions(confidence: float) -> tuple[PredictionsRequest, pa.Table]:
    """Of the first images, one each."""
    request = PredictionsRequest(dataset="a", run="m", source="table", replace=True)
    rows = {"sample_id": [0, 1], "class": ["car"] * 2, "confidence": [confidence] * 2}
    return request, pa.table(rows | {side: [5.0, 5.0] for side in "xywh"})


def tag(library: Library) -> None:
    library.open("a").tag(TagRequest(tag="mine", ids=[0, 1]))


def facts(library: Library) -> tuple[int, int, int, str]:
    """Samples, annotations, tagged samples, state."""
    store = library.open("a")
    tagged = store.sql("SELECT count(*) AS n FROM sample_tag")["n"][0].as_py()
    return store.count("samples"), store.count("annotations"), tagged, store.info().state


WHOLE = (IMAGES, 2 * IMAGES, 2, "ready")


@pytest.mark.parametrize("end", ["cancelled", "source gone", "left to run"])
@pytest.mark.parametrize("moment", [0, 6, 10])
def test_an_ingest_added_to_since_takes_and_changes_nothing(data, town, end, moment):
    assert run(data, ingest(town), kill=moment) is None
    run(data, ingest(town, incremental=True))
    with opened(data) as library:
        tag(library)
        assert facts(library) == WHOLE
    if end == "source gone":
        town.rename(town.with_name("elsewhere"))
    serve(data, cancel=lambda _: end == "cancelled")
    with opened(data) as library:
        assert facts(library) == WHOLE


@pytest.mark.parametrize("end", ["cancelled", "source gone", "left to run"])
def test_a_dataset_made_anew_is_not_that_of_the_job(data, town, tmp_path, end):
    other = make_coco(tmp_path / "other", 5)
    assert run(data, ingest(town), kill=10) is None
    with opened(data) as library:
        library.delete("a")
    run(data, ingest(other))
    with opened(data) as library:
        tag(library)
    if end == "source gone":
        town.rename(town.with_name("elsewhere"))
    jobs = serve(data, cancel=lambda _: end == "cancelled")
    with opened(data) as library:
        assert facts(library) == (5, 10, 2, "ready")
    assert [job.state for job in jobs] == ["done", "cancelled"]
    assert "deleted" in str(jobs[1].message)


def test_a_folder_removed_by_hand_is_no_dataset_of_a_later_one(data, town, tmp_path):
    """Nobody tells the queue of it."""
    assert run(data, ingest(town), kill=10) is None
    shutil.rmtree(data / "datasets" / "a")
    run(data, ingest(make_coco(tmp_path / "other", 5)))
    jobs = serve(data)
    with opened(data) as library:
        assert facts(library)[:2] == (5, 10)
    assert [job.state for job in jobs] == ["done", "cancelled"]


@pytest.mark.parametrize("moment", [1, 6, 11])
def test_what_was_written_stays_when_the_job_cannot_go_on(data, town, moment):
    """Nothing newer is meant; the source is gone."""
    assert run(data, ingest(town), kill=moment) is None
    with opened(data) as library:
        store = library.open("a")
        samples = store.count("samples")
        if samples:
            store.set_field("rating", np.arange(samples, dtype=np.uint32), pa.array([1] * samples))
    town.rename(town.with_name("elsewhere"))
    jobs = serve(data)
    assert [job.state for job in jobs] == ["failed"]
    with opened(data) as library:
        assert len(library.list()) == bool(samples)
        if samples:
            store = library.open("a")
            assert (store.count("samples"), store.info().state) == (samples, "incomplete")


def test_a_full_disk_takes_back_nothing_that_others_wrote_to(data, town, monkeypatch):
    from visionlens_jlab.errors import VisionLensError
    from visionlens_jlab.ingestion.job import job as code

    assert run(data, ingest(town), kill=11) is None
    with opened(data) as library:
        tag(library)
        samples = library.open("a").count("samples")

    def full(context: object) -> None:
        raise VisionLensError("DISK_SPACE", "The disk is full.")

    monkeypatch.setattr(code, "run", full)
    serve(data)
    with opened(data) as library:
        assert facts(library)[::3] == (samples, "incomplete")
        assert facts(library)[2] == 2


@pytest.mark.parametrize("moment", range(0, 13, 3))
def test_a_job_that_nothing_came_after_goes_on(data, town, moment):
    """Tags do not matter to it, and deleted samples stay deleted."""
    assert run(data, ingest(town), kill=moment) is None
    with opened(data) as library:
        store = library.open("a")
        deleted = store.count("samples") > 4
        if deleted:
            tag(library)
            store.delete_samples([3])
    [job] = serve(data)
    assert (job.state, job.done) == ("done", job.total)
    with opened(data) as library:
        left = IMAGES - deleted
        assert facts(library) == (left, 2 * left, 2 * deleted, "ready")


def test_samples_deleted_while_their_labels_are_updated_stay_deleted(data, town):
    run(data, ingest(town))
    labels = town / "annotations" / "instances.json"
    labels.write_text(labels.read_text().replace("12.25", "13.25"))
    assert run(data, ingest(town, incremental=True), kill=2) is None
    with opened(data) as library:
        library.open("a").delete_samples([3])
    [job, _] = serve(data)
    assert job.state == "done", job.error
    with opened(data) as library:
        assert facts(library)[:2] == (IMAGES - 1, 2 * (IMAGES - 1))
        heights = library.open("a").sql("SELECT DISTINCT h FROM annotation")["h"].to_pylist()
        assert heights == [13.25]


def run_of(store: DatasetStore) -> list[float]:
    rows = store.sql("SELECT confidence AS c FROM annotation WHERE source = 'm'")
    return sorted(round(one, 2) for one in rows["c"].to_pylist())


@pytest.mark.parametrize("began", [True, False])
def test_an_old_run_does_not_come_back(data, town, began):
    run(data, ingest(town))
    if began:
        assert run(data, *predictions(0.2), kill=0) is None
    else:
        queue_only(data, *predictions(0.2))
    run(data, *predictions(0.7))
    serve(data)
    with opened(data) as library:
        assert run_of(library.open("a")) == [0.7, 0.7]


def test_a_run_that_was_removed_does_not_come_back(data, town):
    run(data, ingest(town))
    run(data, *predictions(0.2))
    assert run(data, *predictions(0.7), kill=0) is None
    with opened(data) as library:
        library.open("a").part(Runs).delete("m")
    jobs = serve(data)
    with opened(data) as library:
        assert run_of(library.open("a")) == []
    assert jobs[0].state == "cancelled"


def test_a_job_that_brought_nothing_starts_from_what_is_there_now(data, town, tmp_path):
    """Samples were deleted and added since: predictions are matched with those there are."""
    run(data, ingest(town))
    assert run(data, *predictions(0.7), kill=0) is None
    with opened(data) as library:
        library.open("a").delete_samples([0])
    jobs = serve(data)
    assert jobs[0].state == "done", jobs[0].error
    with opened(data) as library:
        assert run_of(library.open("a")) == [0.7]


def requests(tmp_path: Path) -> dict[str, JobParameters]:
    return {
        "embed": EmbedRequest(dataset="a", model="classical"),
        "duplicates": DuplicatesRequest(dataset="a", kind="exact"),
        "evaluate": EvaluateRequest(dataset="a", run="m", replicates=0),
        "export": ExportRequest(dataset="a", path=str(tmp_path / "out"), format="coco"),
    }


@pytest.mark.parametrize("kind", ["embed", "duplicates", "evaluate", "export"])
@pytest.mark.parametrize("since", ["deleted", "made anew", "done again"])
def test_every_kind_leaves_another_dataset_alone(data, town, tmp_path, kind, since):
    run(data, ingest(town))
    run(data, *predictions(0.7))
    request = requests(tmp_path)[kind]
    if run(data, request, kill=0) is not None:
        queue_only(data, request)  # it says no word
    with opened(data) as library:
        if since != "done again":
            library.delete("a")
    if since == "made anew":
        run(data, ingest(town))
    if since == "done again":
        run(data, request)
    with opened(data) as library:
        versions = [card.version for card in library.list()]
    jobs = serve(data)
    left = next(job for job in jobs if job.kind == kind and job.state != "done")
    assert left.state == "cancelled" and left.message
    with opened(data) as library:
        assert [card.version for card in library.list()] == versions
    assert not [*tmp_path.glob(".*.partial")]
    assert not [*(data / "spool").glob("*/[!l]*")]


def advice(data: Path) -> dict[str, str]:
    """What `doctor` says of jobs and datasets that are not in order, by subject's first word."""
    found = [one for one in checks.check_datasets(data) if one.level != "ok" and one.advice]
    return {one.subject.split()[0]: str(one.advice) for one in found}


def test_what_doctor_advises_completes_the_dataset(data, town, tmp_path):
    """Either way: start JupyterLab, or ingest again as the command says."""
    assert run(data, ingest(town), kill=9) is None
    assert "goes on by itself" in advice(data)["job"]
    queue_only(data, ingest(town, incremental=True))  # what was there before waits no more
    serve(data, cancel=lambda _: True)
    command = advice(data)["dataset"].split()
    assert "job" not in advice(data)
    assert command[:3] == ["visionlens", "ingest", "--incremental"]
    assert main([*command[1:6], "--data-dir", str(data)]) == 0
    with opened(data) as library:
        assert facts(library) == (IMAGES, 2 * IMAGES, 0, "ready")
    assert not advice(data)


def test_doctor_says_of_a_job_without_a_dataset_that_it_ends(data, town):
    assert run(data, ingest(town), kill=9) is None
    with opened(data) as library:
        library.state.bury_dataset = lambda *_, **__: None  # as killed in the middle of it
        library.delete("a")
    assert "Nothing is to be done" in advice(data)["job"]
    serve(data)
    assert "job" not in advice(data)


def test_what_was_killed_before_it_said_who_it_is_goes(data, town):
    run(data, ingest(town))
    for age, name in ((10, "old"), (0, "young")):
        folder = data / "spool" / name
        folder.mkdir()
        (folder / ".owner.json.partial").write_bytes(b"")
        os.utime(folder, (time.time() - age,) * 2)
    with opened(data) as library:
        clear_leftovers(library, Owner())
        assert not (data / "spool" / "old").exists()
        assert (data / "spool" / "young").exists()


def test_what_killed_scripts_leave_is_small_and_goes(data, town, tmp_path):
    """The next one on the folder removes it, but not what a living process has."""
    run(data, ingest(town))
    out = tmp_path / "out"
    request = ExportRequest(dataset="a", path=str(out), format="coco")
    left = queue_only(data, request)
    spool = data / "spool" / left.job
    (spool / "1").mkdir()
    (spool / "1" / "piece").write_bytes(bytes(1000))
    partial = partial_folder(out, left.job)
    partial.mkdir()
    never_queued = data / "spool" / "never-queued"
    for owner, stays in (({"pid": dead_pid()}, False), ({"pid": os.getppid()}, True)):
        shutil.rmtree(never_queued, ignore_errors=True)
        Spool(never_queued).make(Owner(**owner).mark())
        DirectBackend(data).datasets()
        assert never_queued.exists() == stays
    assert not partial.exists() and not (spool / "1").exists()
    assert sum(path.stat().st_size for path in spool.rglob("*")) < 100_000
    [job, _] = serve(data)
    assert job.state == "done" and out.is_dir()
    assert [path.name for path in spool.iterdir()] == ["log.jsonl"]


@pytest.mark.parametrize("moment", ["before what follows", "before its end is stored"])
@pytest.mark.parametrize("by", ["script", "server"])
def test_what_follows_a_job_comes_once_whenever_it_is_killed(data, town, monkeypatch, by, moment):
    run(data, ingest(town))
    request = EmbedRequest(dataset="a", model="classical", project="pca")
    save = JobQueue.save

    def killing(queue: JobQueue, job: Job) -> None:
        if moment == "before its end is stored" and job.kind == "embed" and job.state == "done":
            raise Killed
        save(queue, job)
        if moment == "before what follows" and job.kind == "embed" and job.result:
            raise Killed

    embed = queue_only(data, request) if by == "server" else None
    monkeypatch.setattr(runner, "TICK_SECONDS", 0.001)  # progress is stored all the while
    with monkeypatch.context() as patched:
        patched.setattr(JobQueue, "save", killing)
        if embed is None:
            assert run(data, request) is None
        else:
            serve(data)
    jobs = serve(data)
    found = {job.kind: job for job in jobs}
    assert len(jobs) == len(found) == 3, [(job.job, job.kind) for job in jobs]
    assert {job.state for job in jobs} == {"done"}
    assert embed is None or found["embed"].job == embed.job
    assert found["embed"].result["written"] == IMAGES
    with opened(data) as library:
        assert [(one.method, one.preview) for one in library.open("a").part(Projections).all()] == [
            ("pca", False)
        ]


def test_a_deletion_that_was_cut_short_is_completed(data, town):
    run(data, ingest(town))
    with opened(data) as library:
        uuid = library.open("a").uuid
    (data / "datasets" / "a").rename(data / "datasets" / ".deleted-1")
    assert DirectBackend(data).datasets() == []
    assert not [*(data / "datasets").iterdir()]
    with opened(data) as library:
        assert [row["uuid"] for row in library.state.tombstones()] == [uuid]
        assert library.state.known_datasets() == []
