"""A real Jupyter server with the extension, in a process of its own."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from jupyter_client import BlockingKernelClient

from visionlens_jlab.tests.notebook.kernels import WAIT, FrontEnd
from visionlens_jlab.tests.starting import SERVER

ROOT = Path(__file__).resolve().parents[3]
BASE = "/some/prefix/"


@dataclass
class Server:
    """Its address, and kernels that it starts."""

    url: str
    token: str
    folder: Path

    def request(self, verb: str, path: str, **options: object) -> httpx.Response:
        """A request as the browser's user."""
        headers = {"Authorization": f"token {self.token}"}
        answer = httpx.request(verb, f"{self.url}/{path}", headers=headers, timeout=WAIT, **options)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer

    @contextmanager
    def notebook(self, name: str) -> Iterator[FrontEnd]:
        """A notebook's kernel, started as JupyterLab starts it, and a front end on its channels."""
        body = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        session = self.request("POST", "api/sessions", json=body).json()
        path = self.folder / "runtime" / f"kernel-{session['kernel']['id']}.json"
        client = BlockingKernelClient(connection_file=str(path))
        client.load_connection_file()
        # On a busy machine a heartbeat late by a second would pass for a kernel that has died.
        client.start_channels(hb=False)
        try:
            client.wait_for_ready(timeout=WAIT)
            yield FrontEnd(client)
        finally:
            client.stop_channels()
            self.request("DELETE", f"api/sessions/{session['id']}")


@contextmanager
def server(folder: Path, *packages: Path) -> Iterator[Server]:
    """Start a server that keeps everything below `folder`; stops it at the end.

    `packages`: folders in which it finds more of them.
    """
    for name in ("data", "runtime", "config", "root"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    command = [
        *SERVER,
        "--ServerApp.jpserver_extensions={'visionlens_jlab': True}",
        f"--ServerApp.root_dir={folder / 'root'}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={BASE}",
        f"--IdentityProvider.token={token}",
        "--no-browser",
        "--allow-root",
    ]
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *packages))),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "VISIONLENS_DATA_DIR": str(folder / "data"),
    }
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    running = Server(f"http://127.0.0.1:{port}{BASE.rstrip('/')}", token, folder)
    try:
        _wait(running, process, log)
        yield running
    finally:
        process.terminate()
        process.wait(30)


def _wait(running: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            assert json.loads(running.request("GET", "api").content)["version"]
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())
