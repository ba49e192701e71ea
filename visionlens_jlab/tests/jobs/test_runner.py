"""Ingests in a real worker kernel: to the end, cancelled, killed, taken up again."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.jobs.sink import Sink
from visionlens_jlab.core.jobs.spool import whole_pieces
from visionlens_jlab.core.jobs.worker_lane import RETRIES
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.api.servers import code, make_coco, make_images
from visionlens_jlab.tests.api.test_writing import stream


def worker_pid(extension: Any) -> int:
    """PID of the worker kernel's process."""
    kernel = extension.services._runner.result().workers["cpu"].kernel
    return int(kernel._manager.get_kernel(kernel._kernel).provisioner.pid)


def worker_environment(extension: Any) -> bytes:
    """The environment its process was started with; skips where there is no /proc."""
    path = Path(f"/proc/{worker_pid(extension)}/environ")
    if not path.exists():
        pytest.skip("there is no /proc here")
    return path.read_bytes()


async def started(jobs: Any, job: dict[str, Any]) -> dict[str, Any]:
    """Wait until the worker works on the job."""
    return await jobs.until(job, lambda now: now["stage"] is not None)


async def test_an_ingest_from_start_to_report(api, jobs, extension, jp_root_dir, data_dir):
    make_coco(jp_root_dir / "town", 40)
    events = []

    async def listener(logger, schema_id, data):
        events.append(data["job"])

    extension.serverapp.event_logger.add_listener(
        schema_id="https://visionlens-jlab.dev/events/job/v1", listener=listener
    )
    job = await jobs.start(source="town", format="coco")
    assert (job["state"], job["dataset"]) == ("queued", "town")
    job = await jobs.end(job)
    assert job["state"] == "done", job
    assert job["finished_at"] >= job["started_at"] >= job["created_at"]
    detail = await api.json("datasets/town")
    assert (detail["samples"], detail["annotations"], detail["state"]) == (40, 80, "ready")
    report = await api.json("datasets/town/report")
    assert report["images"] == {"found": 40, "imported": 40, "skipped": 0}
    thumbnail = await api("datasets/town/samples/7/thumbnail")
    assert thumbnail.body.startswith(b"RIFF")
    for _ in range(1000):
        if events[-1]["state"] == "done":
            break
        await asyncio.sleep(0.01)
    assert events[-1]["state"] == "done"
    assert any(event["stage"] for event in events)
    assert "Attempt 1" in await jobs.log(job)
    assert [path.name for path in (data_dir / "spool" / job["job"]).iterdir()] == ["log.jsonl"]
    assert (await api.json("jobs"))["jobs"][0]["job"] == job["job"]
    assert os.getpriority(os.PRIO_PROCESS, worker_pid(extension)) >= 10


async def test_the_worker_is_kept_for_the_next_job(jobs, extension, jp_root_dir):
    for name in ("one", "two"):
        make_images(jp_root_dir / name, 3)
    first = await jobs.end(await jobs.start(source="one"))
    pid = worker_pid(extension)
    second = await jobs.end(await jobs.start(source="two", name="second"))
    assert (first["state"], second["state"]) == ("done", "done")
    assert worker_pid(extension) == pid


async def test_rows_of_a_dataframe_are_ingested(api, jobs, jp_root_dir):
    names = make_images(jp_root_dir / "frames", 4)
    paths = [str(jp_root_dir / "frames" / name) for name in names]
    body = stream(filename=paths, weather=["wet", "dry", "dry", None])
    arrow = {"Content-Type": "application/vnd.apache.arrow.stream"}
    job = await api.json(
        "jobs", "POST", body, params={"ingest": '{"name": "frames"}'}, headers=arrow
    )
    job = await jobs.end(job)
    assert job["state"] == "done", job
    found = await api("datasets/frames/view", "POST", {"where": "weather = 'dry'"})
    assert found.headers["VisionLens-Count"] == "2"
    odd = await api("jobs", "POST", b"no arrow", params={"ingest": "{}"}, headers=arrow)
    assert code(odd) == "REQUEST_INVALID"


async def test_what_cannot_be_ingested_is_refused_at_once(api, jobs, extension, jp_root_dir):
    make_images(jp_root_dir / "here", 2)
    for source, expected in (
        ("nowhere", "DIR_NOT_FOUND"),
        ("/etc", "PATH_NOT_ALLOWED"),
        ("../../..", "PATH_NOT_ALLOWED"),
    ):
        assert code(await api("jobs", "POST", {"ingest": {"source": source}})) == expected
    assert (await jobs.end(await jobs.start(source="here")))["state"] == "done"
    assert code(await api("jobs", "POST", {"ingest": {"source": "here"}})) == "DATASET_EXISTS"
    again = await jobs.end(await jobs.start(source="here", incremental=True))
    assert again["state"] == "done"
    assert (await api.json("datasets/here"))["samples"] == 2
    for path in ("jobs/none", "jobs/none/log"):
        assert code(await api(path)) == "JOB_NOT_FOUND"
    assert code(await api("jobs/none", "DELETE")) == "JOB_NOT_FOUND"


async def test_a_kernel_may_name_any_folder(api, extension, tmp_path):
    make_images(tmp_path / "elsewhere", 2)
    headers = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    detected = await api.json(
        "detect", "POST", {"source": str(tmp_path / "elsewhere")}, headers=headers
    )
    assert detected["suggested_name"] == "elsewhere"


async def test_a_new_dataset_into_which_nothing_came_is_removed(api, jobs, jp_root_dir):
    (jp_root_dir / "empty").mkdir()
    job = await jobs.end(await jobs.start(source="empty"))
    assert (job["state"], job["error"]["code"]) == ("failed", "DIR_EMPTY")
    assert (await api.json("datasets"))["datasets"] == []
    assert "DIR_EMPTY" in await jobs.log(job)


async def test_a_running_job_is_cancelled_within_a_second_or_two(api, jobs, jp_root_dir):
    make_images(jp_root_dir / "many", 1500)
    job = await started(jobs, await jobs.start(source="many"))
    assert job["state"] == "running"
    cancelled = await api.json(f"jobs/{job['job']}", "DELETE")
    assert cancelled["state"] == "cancelling"
    job = await jobs.end(job)
    assert job["state"] == "cancelled"
    again = await api.json(f"jobs/{job['job']}", "DELETE")
    assert again["state"] == "cancelled"
    for card in (await api.json("datasets"))["datasets"]:
        assert card["state"] == "incomplete"


async def test_a_job_is_cancelled_while_it_waits_or_its_worker_starts(api, jobs, jp_root_dir):
    make_images(jp_root_dir / "a", 300)
    make_images(jp_root_dir / "b", 3)
    first, second = await jobs.start(source="a"), await jobs.start(source="b")
    for job in (second, first):
        await api.json(f"jobs/{job['job']}", "DELETE")
    for job in (first, second):
        assert (await jobs.end(job))["state"] == "cancelled"
    assert (await api.json("datasets"))["datasets"] == []


async def test_deleting_a_dataset_ends_its_job_first(api, jobs, jp_root_dir):
    make_images(jp_root_dir / "many", 1500)
    job = await started(jobs, await jobs.start(source="many"))
    assert (await api("datasets/many", "DELETE")).code in (204, 404)
    assert (await api.json(f"jobs/{job['job']}"))["state"] == "cancelled"
    assert (await api.json("datasets"))["datasets"] == []


async def test_a_killed_worker_is_replaced_and_nothing_is_done_twice(
    api, jobs, extension, jp_root_dir
):
    make_coco(jp_root_dir / "many", 1200)
    job = await jobs.start(source="many", format="coco")

    def something_committed(_: Any) -> bool:
        library = extension.services.library
        return bool(library.open("many").results.committed(job["job"]))

    await jobs.until(job, something_committed)
    os.kill(worker_pid(extension), signal.SIGKILL)
    job = await jobs.end(job)
    assert (job["state"], job["attempt"]) == ("done", 2), job
    detail = await api.json("datasets/many")
    assert (detail["samples"], detail["annotations"], detail["state"]) == (1200, 2400, "ready")
    report = await api.json("datasets/many/report")
    assert report["images"] == {"found": 1200, "imported": 1200, "skipped": 0}
    assert "The worker of attempt 1 is lost" in await jobs.log(job)


async def test_a_worker_that_dies_every_time_fails_the_job(jobs, extension, jp_root_dir):
    make_images(jp_root_dir / "many", 1500)
    job = await jobs.start(source="many")
    for attempt in range(1, RETRIES + 2):
        await jobs.until(
            job,
            lambda now, attempt=attempt: now["attempt"] == attempt and now["stage"] is not None,
        )
        os.kill(worker_pid(extension), signal.SIGKILL)
    job = await jobs.end(job)
    assert (job["state"], job["error"]["code"]) == ("failed", "WORKER_LOST")
    assert job["attempt"] == RETRIES + 1


@pytest.mark.parametrize(
    ("error", "code_of_job"),
    [
        (VisionLensError("DISK_SPACE", "The disk is full."), "DISK_SPACE"),
        (RuntimeError("inside"), "JOB_FAILED"),
    ],
)
async def test_what_cannot_be_stored_fails_the_job(
    api, jobs, jp_root_dir, monkeypatch, error, code_of_job
):
    def full(sink: Sink) -> bool:
        if not any(whole_pieces(sink.attempt)):
            return False
        raise error

    monkeypatch.setattr(Sink, "commit_next", full)
    make_images(jp_root_dir / "many", 600)
    job = await jobs.end(await jobs.start(source="many"))
    assert (job["state"], job["error"]["code"]) == ("failed", code_of_job)
    assert (await api.json("datasets"))["datasets"] == []


@pytest.fixture
def jp_server_config(jp_server_config, request):
    jp_server_config.VisionLens.update(getattr(request, "param", {}))
    return jp_server_config


@pytest.mark.parametrize(
    "jp_server_config", [{"worker_kernel_name": "no-such-kernel"}], indirect=True
)
async def test_a_kernel_spec_that_does_not_exist_is_named(api, jobs, jp_root_dir):
    make_images(jp_root_dir / "few", 2)
    job = await jobs.end(await jobs.start(source="few"))
    assert (job["state"], job["error"]["code"]) == ("failed", "WORKER_LOST")
    assert "no-such-kernel" in job["error"]["message"]
    assert "VisionLens.worker_kernel_name" in job["error"]["hint"]


@pytest.mark.parametrize("jp_server_config", [{"worker_warm_seconds": 0.0}], indirect=True)
async def test_an_idle_worker_is_let_go(jobs, extension, jp_root_dir):
    make_images(jp_root_dir / "few", 2)
    await jobs.end(await jobs.start(source="few"))
    kernel = extension.services._runner.result().workers["cpu"].kernel
    for _ in range(600):
        if not kernel.started:
            break
        await asyncio.sleep(0.1)
    assert not kernel.started


async def test_a_running_job_keeps_the_server_from_being_culled(jobs, extension, jp_root_dir):
    times = extension.serverapp.web_app.settings["last_activity_times"]
    assert "visionlens_jlab" not in times
    make_images(jp_root_dir / "few", 2)
    await jobs.end(await jobs.start(source="few"))
    assert times["visionlens_jlab"] <= extension.serverapp.web_app.last_activity()


async def test_the_token_of_kernels_is_not_given_to_the_worker(jobs, extension, jp_root_dir):
    make_images(jp_root_dir / "few", 2)
    await jobs.end(await jobs.start(source="few"))
    environment = worker_environment(extension)
    assert extension.services.kernel_token.encode() not in environment
    assert b"IPYTHONDIR=" in environment


async def test_several_jobs_of_several_datasets_run_in_their_order(api, jobs, jp_root_dir):
    """Histories and logs stay, newest first, for each dataset."""
    for name in ("one", "two"):
        make_images(jp_root_dir / name, 4)
    asked = [
        await jobs.start(source=source, name=name, incremental=True)
        for source, name in (("one", "a"), ("two", "b"), ("two", "a"))
    ]
    ended = [await jobs.end(job) for job in asked]
    assert [job["state"] for job in ended] == ["done"] * 3
    for before, after in itertools.pairwise(ended):
        assert before["finished_at"] <= after["started_at"]
    listed = (await api.json("jobs"))["jobs"]
    assert [job["job"] for job in listed] == [job["job"] for job in reversed(ended)]
    assert [job["dataset"] for job in listed] == ["a", "b", "a"]
    for job in ended:
        assert "4 images found, 4 imported" in await jobs.log(job)
    assert (await api.json("datasets/a"))["samples"] == 8
    assert (await api.json("datasets/b"))["samples"] == 4


async def test_uploads_become_samples(api, jobs, extension, jp_root_dir):
    """The dataset's own source stays its own; what was sent goes with the dataset.

    The user's fields may be named as columns of the tables that an ingest reads.
    """
    names = make_images(jp_root_dir / "town", 3)
    for number, name in enumerate(make_images(jp_root_dir / "sent", 4, (48, 64))):
        (jp_root_dir / "sent" / name).rename(jp_root_dir / "sent" / f"sent {number}.jpg")
    assert (await jobs.end(await jobs.start(source="town")))["state"] == "done"
    store = extension.services.library.open("town")
    for name in ("location", "name", "code"):
        store.set_field(name, np.arange(3, dtype=np.uint32), pa.array(["a", "b", "c"]))
    before = await api.json("datasets/town")
    for sent, added in (((0, 1, 2), 3), ((2, 3), 1)):
        for number in sent:
            content = (jp_root_dir / "sent" / f"sent {number}.jpg").read_bytes()
            answer = await api(f"datasets/town/uploads/sent {number}.jpg", "PUT", content)
            assert answer.code == 201
        job = await jobs.end(await api.json("datasets/town/uploads", "POST"))
        assert job["state"] == "done", job
        report = await api.json("datasets/town/report")
        assert report["images"]["imported"] == added
    detail = await api.json("datasets/town")
    assert (detail["samples"], detail["state"]) == (len(names) + 4, "ready")
    assert (detail["source"], detail["format"]) == (before["source"], before["format"])
    assert (await api("datasets/town/samples/6/image")).code == 200
    folder = extension.services.library.open("town").folder
    assert len(list((folder / "uploads").iterdir())) == 4
    assert (await api("datasets/town", "DELETE")).code == 204
    assert not folder.exists()
