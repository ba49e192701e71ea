"""Ten clients at once on a dataset that an ingest adds to."""

from __future__ import annotations

import asyncio
import json
import sys

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.tests.api.servers import fill, make_images
from visionlens_jlab.tests.jobs.clients import CLIENTS, FEWEST
from visionlens_jlab.tests.jobs.stalls import measured

SECONDS = 4


async def test_ten_clients_during_an_ingest(
    api, jobs, extension, jp_root_dir, jp_serverapp, jp_base_url, http_server_port, capsys
):
    """No error, no conflict, no lost write; the loop's longest stall is printed, not judged."""
    dataset = fill(extension.services.library, jp_root_dir / "street", 200)
    make_images(jp_root_dir / "more", 1500, (160, 120))
    address = f"http://127.0.0.1:{http_server_port[1]}{jp_base_url}{API_PREFIX}/"
    async with measured() as stalls:
        job = await jobs.start(source="more", name=dataset, incremental=True)
        clients = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "visionlens_jlab.tests.jobs.clients"),
            *(address, jp_serverapp.identity_provider.token, dataset, str(SECONDS)),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await clients.communicate()
        job = await jobs.end(job)
    result = json.loads(output)
    with capsys.disabled():
        print(
            f"\n{result['requests']} requests of ten clients during an ingest: median "
            f"{result['median_ms']:.0f} ms, 99% {result['p99_ms']:.0f} ms; longest stall of the"
            f" event loop {1000 * stalls.longest:.0f} ms"
        )
    assert result["errors"] == []
    assert result["lost_writes"] == 0
    assert result["writes"] >= CLIENTS * FEWEST
    assert job["state"] == "done"
    assert (await api.json(f"datasets/{dataset}"))["samples"] == 1700
