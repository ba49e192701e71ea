"""A server that is killed, and the one after it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.jobs.servers import Server


@pytest.fixture
def servers(tmp_path: Path):
    started: list[Server] = []

    def start(data_dir: Path = tmp_path / "data") -> Server:
        started.append(Server(tmp_path, data_dir))
        return started[-1]

    yield start
    for server in started:
        server.process.terminate()
    for server in started:
        server.process.wait(30)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_running_and_waiting_jobs_go_on_after_a_restart(servers, tmp_path, end):
    for name in ("first", "second"):
        make_coco(tmp_path / name, 400 if name == "first" else 5)
    server = servers()
    jobs = [
        await server.get("jobs", ingest={"source": name, "format": "coco"})
        for name in ("first", "second")
    ]
    await server.follow(jobs[0], lambda job: job["stage"] is not None)
    server.process.send_signal(end)
    server.process.wait(30)
    server = servers()
    for job, count in zip(jobs, (400, 5), strict=True):
        ended = await server.follow(job)
        assert ended["state"] == "done", ended
        detail = await server.get(f"datasets/{job['dataset']}")
        assert (detail["samples"], detail["annotations"]) == (count, 2 * count)
        assert detail["state"] == "ready"
        report = await server.get(f"datasets/{job['dataset']}/report")
        assert report["images"] == {"found": count, "imported": count, "skipped": 0}


async def test_a_second_server_leaves_a_living_ones_jobs_alone_and_may_cancel_them(
    servers, tmp_path
):
    make_coco(tmp_path / "many", 1500)
    first, second = servers(), servers()
    for server in (first, second):
        await server.get("jobs")
    job = await first.get("jobs", ingest={"source": "many", "format": "coco"})
    await first.follow(job, lambda job: job["stage"] is not None)
    seen = (await second.get("jobs"))["jobs"]
    assert [one["job"] for one in seen] == [job["job"]]
    answer = await second.ask("DELETE", f"jobs/{job['job']}")
    assert answer.status_code == 202
    ended = await first.follow(job)
    assert (ended["state"], ended["attempt"]) == ("cancelled", 1)
