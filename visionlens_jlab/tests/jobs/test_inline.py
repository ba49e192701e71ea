"""The same job in a plain script, without a server."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from visionlens_jlab.core.jobs import inline
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.jobs.queue import JobQueue, Owner
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.api.servers import make_coco, make_images


def test_a_script_gets_the_dataset_and_its_progress(library, tmp_path):
    make_coco(tmp_path / "town", 20)
    steps: list[Job] = []
    request = IngestRequest(source=str(tmp_path / "town"))
    store = run_inline(library, request, on_progress=steps.append)
    assert (store.count("samples"), store.count("annotations")) == (20, 40)
    assert store.info().state == "ready"
    assert {step.state for step in steps} == {"running"}
    assert len({step.stage for step in steps}) > 1
    assert [job.state for job in JobQueue(library.state, Owner()).jobs()] == ["done"]


def test_rows_of_a_dataframe(library, tmp_path):
    names = make_images(tmp_path / "images", 3)
    table = pa.table({"filename": [str(tmp_path / "images" / name) for name in names]})
    request = IngestRequest(source="DataFrame", name="rows", format="dataframe")
    store = run_inline(library, request, on_progress=lambda _: None, table=table)
    assert store.count("samples") == 3


def test_a_failure_leaves_no_empty_dataset(library, tmp_path):
    (tmp_path / "empty").mkdir()
    for source, code in (("empty", "DIR_EMPTY"), ("nowhere", "DIR_NOT_FOUND")):
        with pytest.raises(VisionLensError) as caught:
            request = IngestRequest(source=str(tmp_path / source))
            run_inline(library, request, on_progress=lambda _: None)
        assert caught.value.code == code
    assert library.list() == []


def test_an_interrupt_cancels_and_is_passed_on(library, tmp_path):
    make_images(tmp_path / "images", 30)

    def interrupt(_: Job) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        request = IngestRequest(source=str(tmp_path / "images"))
        run_inline(library, request, on_progress=interrupt)
    assert library.list() == []
    assert [job.state for job in JobQueue(library.state, Owner()).jobs()] == ["cancelled"]


def test_what_cannot_be_stored_fails_the_job(library, tmp_path, monkeypatch):
    make_images(tmp_path / "images", 30)

    def full(sink: object) -> bool:
        raise VisionLensError("DISK_SPACE", "The disk is full.")

    monkeypatch.setattr(inline.Sink, "commit_next", full)
    with pytest.raises(VisionLensError) as caught:
        request = IngestRequest(source=str(tmp_path / "images"))
        run_inline(library, request, on_progress=lambda _: None)
    assert caught.value.code == "DISK_SPACE"
    assert library.list() == []


SCRIPT = """
import os, signal, sys
from pathlib import Path
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.ingestion.shapes import IngestRequest

if __name__ == "__main__":
    library = Library(Path(sys.argv[1]))

    def killed(job):
        if library.open("many").results.committed(job.job):
            os.kill(os.getpid(), signal.SIGKILL)

    run_inline(library, IngestRequest(source=sys.argv[2], name="many"), on_progress=killed)
"""


@pytest.fixture
def killed_script(tmp_path: Path, data_dir: Path, jp_root_dir: Path) -> Path:
    """The data directory of a script that was killed in the middle of its ingest."""
    source = make_coco(jp_root_dir / "many", 700)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script, data_dir, source], check=False, timeout=100)
    assert done.returncode == -signal.SIGKILL
    return data_dir


async def test_the_next_server_completes_the_job_of_a_killed_process(killed_script, api, jobs):
    """The script's process stands for any that ran jobs: a server is killed in the same way."""
    job = (await api.json("jobs"))["jobs"][0]
    job = await jobs.end(job)
    assert (job["state"], job["attempt"]) == ("done", 2), job
    detail = await api.json("datasets/many")
    assert (detail["samples"], detail["annotations"], detail["state"]) == (700, 1400, "ready")
    report = await api.json("datasets/many/report")
    assert report["images"] == {"found": 700, "imported": 700, "skipped": 0}
    assert "Taken over" in await jobs.log(job)
