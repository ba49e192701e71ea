"""Ten hostile statements and images at once: memory of all processes, and how fast `about` comes.

Usage: python benchmarks/hostile_load.py [--rounds 1] [--seconds 5]

Each round sends ten statements and ten image files that claim far more than they hold to a server
in this process, and asks for `about` all the while from a process of its own. Memory is the RSS of
the server with all processes that it started, beyond what it took before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from ten_clients import TOKEN, make_server
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.core.sql import box as sqlbox
from visionlens_jlab.media import drawing
from visionlens_jlab.tests.api.servers import fill
from visionlens_jlab.tests.api.test_floods import resident
from visionlens_jlab.tests.catalog.test_sql_memory import HOSTILE
from visionlens_jlab.tests.media.hostile import FILES

HEADERS = {"Authorization": f"token {TOKEN}"}
ASKER = """
import sys, time, json, httpx
times = []
with httpx.Client(headers=json.loads(sys.argv[2]), timeout=60) as client:
    print("ready", flush=True)
    while True:
        asked = time.monotonic()
        client.get(sys.argv[1] + "about").raise_for_status()
        times.append(1000 * (time.monotonic() - asked))
        print(json.dumps(times[-1]), flush=True)
        time.sleep(0.05)
"""
"""Asks until it is ended: one line for each answer, milliseconds."""


async def measure(folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    """Run the rounds on a new server."""
    server = make_server(folder)
    sockets = bind_sockets(0, "127.0.0.1")
    http = HTTPServer(server.web_app)
    http.add_sockets(sockets)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{API_PREFIX}/"
    library = server.extension_manager.extension_points["visionlens_jlab"].app.services.library
    dataset = await asyncio.to_thread(fill, library, folder / "images")
    for number, write in enumerate([*FILES.values(), *FILES.values()][:10]):
        write(folder / "images" / f"image_{number:05d}.jpg")
    asker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ASKER, address, json.dumps(HEADERS)), stdout=subprocess.PIPE
    )
    try:
        assert asker.stdout is not None
        await asker.stdout.readline()
        before = resident()
        found = await _flood(f"{address}datasets/{dataset}/", rounds, seconds)
    finally:
        asker.kill()
        output, _ = await asker.communicate()
        http.stop()
        await server._cleanup()
    times = sorted(json.loads(line) for line in output.splitlines()[:-1])
    allowed = sqlbox.PROCESSES.megabytes + drawing.PROCESSES.megabytes
    return {
        "answers of about": len(times),
        "median, ms": times[len(times) // 2],
        "longest, ms": times[-1],
        "peak memory, MB": (found.pop("peak") - before) / 2**20,
        "stated limits, MB": allowed,
        **found,
    }


async def _flood(address: str, rounds: int, seconds: float) -> dict[str, Any]:
    answers: Counter[str] = Counter()
    peak = 0
    async with httpx.AsyncClient(base_url=address, headers=HEADERS, timeout=120) as client:
        for _ in range(rounds):
            asked = [
                client.post("sql", json={"query": sql, "timeout": seconds}) for sql in HOSTILE
            ] + [client.get(f"samples/{number}/image") for number in range(10)]
            tasks = [asyncio.create_task(one) for one in asked]
            while not all(task.done() for task in tasks):
                peak = max(peak, await asyncio.to_thread(resident))
                await asyncio.sleep(0.02)
            for task in tasks:
                answer = task.result()
                answers[str(answer.status_code) if answer.is_success else _code(answer)] += 1
    return {"peak": peak, **dict(sorted(answers.items()))}


def _code(answer: httpx.Response) -> str:
    return str(answer.json().get("code", answer.status_code))


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), options.rounds, options.seconds))
    for name, value in result.items():
        print(f"{name:>20}  {value:.0f}" if isinstance(value, float) else f"{name:>20}  {value}")


if __name__ == "__main__":
    main()
