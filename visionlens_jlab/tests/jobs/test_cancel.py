"""Cancelled in each stage: what is left opens, and an incremental ingest completes it."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.api.servers import make_coco, make_images

pytestmark = pytest.mark.usefixtures("small_pieces")
IMAGES = 40


@pytest.mark.parametrize(
    ("stage", "step"),
    [("scan", 1), ("headers", 1), ("labels", 1), ("labels", 4), ("images", 1), ("images", 4)],
)
def test_cancelled_in_a_stage(library, tmp_path, stage, step):
    """Somebody else asks for it, as the panel does: through the job's folder."""
    source = make_coco(tmp_path / "town", IMAGES)
    request = IngestRequest(source=str(source), name="town", incremental=True)
    seen = []

    def cancel(job: Job) -> None:
        seen.extend([job] if job.stage == stage else [])
        if len(seen) == step:
            Spool.of(library.data_dir, job.job).cancel()

    with pytest.raises(VisionLensError) as caught:
        run_inline(library, request, on_progress=cancel)
    assert caught.value.code == "JOB_CANCELLED"
    [job] = JobQueue(library.state, Owner()).jobs()
    assert (job.state, job.error) == ("cancelled", None)
    spool = Spool.of(library.data_dir, job.job)
    assert {path.name for path in spool.folder.iterdir()} <= {"log.jsonl"}
    library.close()
    for card in library.list():
        store = library.open(card.dataset)
        assert store.info().state == "incomplete"
        assert store.count("samples") <= IMAGES
    assert stage != "images" or library.list()

    store = run_inline(library, request, on_progress=lambda _: None)
    assert store.info().state == "ready"
    assert (store.count("samples"), store.count("annotations")) == (IMAGES, 2 * IMAGES)
    assert all(
        store.part(Images).thumbnail(sample)
        for sample in store.tables.read("samples")["sample_id"].to_pylist()
    )


def test_cancelled_while_it_waits(library, tmp_path):
    """A dataset that was there stays ready; one that was to be made is gone."""
    from visionlens_jlab.core.jobs import status
    from visionlens_jlab.core.jobs.context import Outcome
    from visionlens_jlab.ingestion import setup as ingest_setup

    make_images(tmp_path / "there", 3)
    make_images(tmp_path / "new", 3)
    there = IngestRequest(source=str(tmp_path / "there"), incremental=True)
    run_inline(library, there, on_progress=lambda _: None)
    queue = JobQueue(library.state, Owner())
    for source in ("there", "new"):
        request = IngestRequest(source=str(tmp_path / source), incremental=True)
        job = ingest_setup.create(library, queue, request, None)
        ingest_setup.conclude(library, queue, status.ended(job, Outcome("cancelled")))
    [card] = library.list()
    assert (card.name, card.samples) == ("there", 3)
    assert library.open("there").info().state == "ready"
