"""Jupyter servers in processes of their own, which a test may kill."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.tests.starting import SERVER

TOKEN = "test-token"
WAIT = 120.0


class Server:
    """A Jupyter server with the extension.

    Parameters
    ----------
    folder : Path
        Its root.
    data_dir : Path
    prefix : sequence of str
        A command that runs the server's command.
    options : str
        Further options of the server.
    log : Path
        Where its output goes; beside the data directory by default.
    """

    def __init__(
        self,
        folder: Path,
        data_dir: Path,
        *options: str,
        prefix: tuple[str, ...] = (),
        log: Path | None = None,
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/base/{API_PREFIX}/"
        command = [
            *prefix,
            *SERVER,
            "--allow-root",
            "--no-browser",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--ServerApp.base_url=/base/",
            f"--ServerApp.root_dir={folder}",
            f"--IdentityProvider.token={TOKEN}",
            f"--VisionLens.data_dir={data_dir}",
            "--ServerApp.jpserver_extensions={'visionlens_jlab': True}",
            *options,
        ]
        self.log = log or data_dir.with_name(f"server-{port}.log")
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                env={**os.environ, "JUPYTER_RUNTIME_DIR": str(self.log.with_name("runtime"))},
            )

    async def get(self, path: str, **body: Any) -> Any:
        """JSON from the server, once it answers; POST when there is a body."""
        answer = await self.ask("POST" if body else "GET", path, json.dumps(body))
        assert answer.is_success, answer.text
        return answer.json()

    async def ask(self, method: str, path: str, content: str | bytes = b"") -> httpx.Response:
        """Any answer of the server, once it gives one."""
        deadline = time.monotonic() + WAIT
        headers = {"Authorization": f"token {TOKEN}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, timeout=WAIT) as client:
            while True:
                try:
                    return await client.request(method, path, content=content)
                except httpx.TransportError:
                    assert self.process.poll() is None, self.log.read_text()
                    assert time.monotonic() < deadline, "the server does not start"
                    await asyncio.sleep(0.05)

    async def follow(
        self,
        job: dict[str, Any],
        until: Callable[[dict[str, Any]], bool] = lambda _: False,
        interval: float = 0.05,
    ) -> dict[str, Any]:
        """Follow a job until something holds of it, or it is over."""
        while not (job["finished_at"] or until(job)):
            await asyncio.sleep(interval)
            job = await self.get(f"jobs/{job['job']}")
        return job

    def children(self) -> list[psutil.Process]:
        """Every process that came from this one."""
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def worker(self) -> psutil.Process | None:
        """The process of the worker kernel, if there is one now."""
        for child in self.children():
            try:
                if any("ipykernel" in part for part in child.cmdline()):
                    return child
            except psutil.Error:
                continue
        return None

    def stop(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.wait(60)
