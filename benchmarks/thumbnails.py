"""What a thumbnail costs the server: its CPU and waiting, one by one and eight at a time.

Usage: python benchmarks/thumbnails.py [REQUESTS]

A Jupyter server of its own serves a dataset of 20,000 samples. As the grid does, a page of tiles
is asked for before its thumbnails; only the thumbnails are measured.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from large import fill

from visionlens_jlab.core.datasets.library import Library

SAMPLES = 20_000
PAGE = 100
TOKEN = "benchmark"


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start(root: Path, *more: str) -> tuple[subprocess.Popen[bytes], str]:
    """A Jupyter server in `root`, with more options, and the address of its API."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyter_server", f"--port={port}", "--no-browser"]
    options = [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}", "--allow-root"]
    own = [
        "--ServerApp.jpserver_extensions={'visionlens_jlab': True}",
        f"--VisionLens.data_dir={root / 'data'}",
    ]
    log = (root / "server.log").open("wb")
    server = subprocess.Popen([*command, *options, *own, *more], stdout=log, stderr=log)
    return server, f"http://127.0.0.1:{port}/visionlens/api/v1"


async def wait_for(client: httpx.AsyncClient) -> None:
    """Until the server answers."""
    for _ in range(300):
        try:
            if (await client.get("about")).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.2)
    raise SystemExit("The server did not start.")


async def addresses(client: httpx.AsyncClient, first: int, count: int) -> list[str]:
    """Where the thumbnails of some samples lie, as tiles name them."""
    found = []
    for start_id in range(first, first + count, PAGE):
        ids = list(range(start_id, min(start_id + PAGE, first + count)))
        answer = await client.post("datasets/large/tiles", json={"ids": ids})
        found += [
            f"datasets/large/samples/{tile['sample_id']}/thumbnail?v={tile['thumbnail']}"
            for tile in answer.raise_for_status().json()["tiles"]
        ]
    return found


async def measure(client: httpx.AsyncClient, pid: int, urls: list[str], parallel: int) -> None:
    """Print CPU per thumbnail and what a request waits, `parallel` at a time."""
    waits: list[float] = []
    queue = list(reversed(urls))

    async def fetch() -> None:
        while queue:
            begin = time.perf_counter()
            (await client.get(queue.pop())).raise_for_status()
            waits.append(1000 * (time.perf_counter() - begin))

    before = cpu_seconds(pid)
    await asyncio.gather(*(fetch() for _ in range(parallel)))
    cpu = 1000 * (cpu_seconds(pid) - before) / len(urls)
    print(
        f"{parallel} at a time: server CPU {cpu:.2f} ms a thumbnail; "
        f"waited least {min(waits):.2f}, median {statistics.median(waits):.2f} ms"
    )


async def main(requests: int) -> None:
    """Make the dataset, serve it, measure."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        library = Library(root / "data")
        parts = root / "parts"
        parts.mkdir()
        fill(library.create("large"), parts, SAMPLES)
        library.close()
        server, address = start(root)
        try:
            headers = {"Authorization": f"token {TOKEN}"}
            async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
                await wait_for(client)
                for number, parallel in enumerate((1, 8)):
                    urls = await addresses(client, number * requests, requests)
                    await measure(client, server.pid, urls, parallel)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
