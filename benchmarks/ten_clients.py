"""Ten clients at once during an ingest: what each request takes, and how long the loop stalls.

Usage: python benchmarks/ten_clients.py [--samples 20000] [--images 5000] [--seconds 20]

Makes a dataset of `--samples` samples, then ingests `--images` further images into it while ten
clients filter, page, ask for facets, write fields and tags. The server runs in this process, where
its event loop is measured; the clients in one of their own; nothing is left behind.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
from jupyter_server.serverapp import ServerApp
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from traitlets.config import Config

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.tests.api.servers import fill, make_images
from visionlens_jlab.tests.jobs.stalls import measured

TOKEN = "benchmark"


def make_server(folder: Path) -> ServerApp:
    """A Jupyter server with the extension, not serving yet."""
    config = Config(
        {
            "ServerApp": {"jpserver_extensions": {"visionlens_jlab": True}},
            "IdentityProvider": {"token": TOKEN},
            "VisionLens": {"data_dir": str(folder / "data")},
        }
    )
    server = ServerApp.instance(
        config=config, root_dir=str(folder), allow_root=True, open_browser=False, log_level="ERROR"
    )
    server.initialize(argv=[], new_httpserver=False)
    return server


async def measure(folder: Path, samples: int, images: int, seconds: float) -> dict[str, Any]:
    """Run it once."""
    server = make_server(folder)
    sockets = bind_sockets(0, "127.0.0.1")
    http = HTTPServer(server.web_app)
    http.add_sockets(sockets)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{API_PREFIX}/"
    extension = server.extension_manager.extension_points["visionlens_jlab"].app
    dataset = await asyncio.to_thread(fill, extension.services.library, folder / "first", samples)
    await asyncio.to_thread(make_images, folder / "second", images, (640, 480))
    headers = {"Authorization": f"token {TOKEN}"}
    try:
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
            async with measured() as stalls:
                ingest = {"source": "second", "name": dataset, "incremental": True}
                job = (await client.post("jobs", json={"ingest": ingest})).json()
                clients = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "visionlens_jlab.tests.jobs.clients"),
                    *(address, TOKEN, dataset, str(seconds)),
                    stdout=asyncio.subprocess.PIPE,
                )
                output, _ = await clients.communicate()
            job = (await client.get(f"jobs/{job['job']}")).json()
    finally:
        http.stop()
        await server._cleanup()
    result: dict[str, Any] = json.loads(output)
    return result | {
        "longest_stall_ms": 1000 * stalls.longest,
        "job": f"{job['state']}, {job['stage']} {job['done']} of {job['total']}",
    }


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--images", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(
            measure(Path(folder), options.samples, options.images, options.seconds)
        )
    for name, value in result.items():
        print(f"{name:>16}  {value:.1f}" if isinstance(value, float) else f"{name:>16}  {value}")


if __name__ == "__main__":
    main()
