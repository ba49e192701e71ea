"""Nothing of ours listens but the Jupyter server's own port (invariant 9)."""

from __future__ import annotations

from pathlib import Path

import psutil

from visionlens_jlab.tests.notebook.servers import server
from visionlens_jlab.tests.notebook.small_coco import write

API = "visionlens/api/v1"


def listening(process: psutil.Process) -> set[str]:
    """Addresses `ip:port` on which a process accepts TCP connections; one that ended has none."""
    try:
        connections = process.net_connections(kind="inet")
    except psutil.NoSuchProcess:
        return set()
    return {
        f"{connection.laddr.ip}:{connection.laddr.port}"
        for connection in connections
        if connection.status == psutil.CONN_LISTEN
    }


def test_a_job_with_its_worker_opens_no_port(tmp_path: Path) -> None:
    with server(tmp_path) as running:
        folder = write(tmp_path / "root" / "images")
        info = next((tmp_path / "runtime").glob("jpserver-*.json"))
        jupyter = psutil.Process(int(info.stem.partition("-")[2]))
        body = {"ingest": {"source": str(folder), "name": "one-port"}}
        job = running.request("POST", f"{API}/jobs", json=body).json()["job"]
        own: set[str] = set()
        workers: dict[int, set[str]] = {}
        while running.request("GET", f"{API}/jobs/{job}").json()["state"] in ("queued", "running"):
            own |= listening(jupyter)
            for child in jupyter.children(recursive=True):
                workers.setdefault(child.pid, set()).update(listening(child))
        assert running.request("GET", f"{API}/datasets/one-port").json()["samples"] > 0
        assert len(own) == 1
        assert workers, "the worker kernel was never seen"
        # ipykernel itself has one local pipe for the output of its children, as in any notebook;
        # the channels of the worker are sockets in the file system
        for addresses in workers.values():
            assert len(addresses) <= 1
            assert all(address.startswith("127.0.0.1:") for address in addresses)
