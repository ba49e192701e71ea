"""A server that is killed, and the one after it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.tests.api.servers import make_coco

TOKEN = "test-token"


class Server:
    """A Jupyter server in a process of its own."""

    def __init__(self, folder: Path, data_dir: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/base/{API_PREFIX}/"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyter_server",
                "--allow-root",
                "--no-browser",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                "--ServerApp.base_url=/base/",
                f"--ServerApp.root_dir={folder}",
                f"--IdentityProvider.token={TOKEN}",
                f"--VisionLens.data_dir={data_dir}",
                "--ServerApp.jpserver_extensions={'visionlens_jlab': True}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def get(self, path: str, **body: Any) -> Any:
        """JSON from the server, once it answers; POST when there is a body."""
        deadline = time.monotonic() + 60
        headers = {"Authorization": f"token {TOKEN}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60) as client:
            while True:
                try:
                    answer = await client.request(
                        "POST" if body else "GET", path, content=json.dumps(body)
                    )
                except httpx.TransportError:
                    assert time.monotonic() < deadline, "the server does not start"
                    await asyncio.sleep(0.1)
                    continue
                assert answer.is_success, answer.text
                return answer.json()


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


async def followed(server: Server, job: dict[str, Any], until: Any) -> dict[str, Any]:
    while not until(job):
        await asyncio.sleep(0.05)
        job = await server.get(f"jobs/{job['job']}")
    return job


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_running_and_waiting_jobs_go_on_after_a_restart(servers, tmp_path, end):
    for name in ("first", "second"):
        make_coco(tmp_path / name, 800 if name == "first" else 5)
    server = servers()
    jobs = [
        await server.get("jobs", ingest={"source": name, "format": "coco"})
        for name in ("first", "second")
    ]
    await followed(server, jobs[0], lambda job: job["stage"] is not None or job["finished_at"])
    server.process.send_signal(end)
    server.process.wait(30)
    server = servers()
    for job, count in zip(jobs, (800, 5), strict=True):
        ended = await followed(server, job, lambda job: job["finished_at"] is not None)
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
    await followed(first, job, lambda job: job["stage"] is not None)
    seen = (await second.get("jobs"))["jobs"]
    assert [one["job"] for one in seen] == [job["job"]]
    async with httpx.AsyncClient(headers={"Authorization": f"token {TOKEN}"}) as client:
        answer = await client.delete(f"{second.url}jobs/{job['job']}")
    assert answer.status_code == 202
    ended = await followed(first, job, lambda job: job["finished_at"] is not None)
    assert (ended["state"], ended["attempt"]) == ("cancelled", 1)
