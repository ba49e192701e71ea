"""Clients that filter, page, ask for facets, write fields and tags, all at once.

`python -m visionlens_jlab.tests.jobs.clients <API address> <token> <dataset> <seconds>` runs ten of
them and prints what they met as JSON. In a process of its own, so that their work does not show in
the server's event loop.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import statistics
import sys
import time
from typing import Any

import httpx
import numpy as np
import pyarrow as pa

CLIENTS = 10
FEWEST = 2
ARROW = "application/vnd.apache.arrow.stream"


class Client:
    """One of them; it writes to samples of its own in fields and tags that all share."""

    def __init__(self, number: int, http: httpx.AsyncClient, dataset: str, samples: int) -> None:
        self.number = number
        self.seconds: list[float] = []
        self.errors: list[str] = []
        self.ids = np.arange(number, samples, CLIENTS, dtype=np.uint32)
        self.written = 0
        self.tagged: set[int] = set()
        self._http = http
        self._dataset = f"datasets/{dataset}"
        self._random = random.Random(number)

    async def run(self, until: float) -> None:
        """Do one thing after the other, on a slow machine until it wrote often enough."""
        made = await self._ask("POST", f"{self._dataset}/workspaces", json={})
        self._workspace = made.json()
        steps = [self._filter_and_page, self._facets, self._set_field, self._tag, self._select]
        while time.monotonic() < until or self.written < FEWEST:
            await self._random.choice(steps)()

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        start = time.monotonic()
        answer = await self._http.request(method, path, **options)
        self.seconds.append(time.monotonic() - start)
        if not answer.is_success:
            self.errors.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer

    async def _filter_and_page(self) -> None:
        view = {"where": self._random.choice(["class = 'car'", "split = 'val'", "width > 10"])}
        found = await self._ask("POST", f"{self._dataset}/view", json=view)
        ids = np.frombuffer(found.content, "<u4")
        if len(ids) != int(found.headers["VisionLens-Count"]):
            self.errors.append("a view's ids are not as many as its count")
        page = {"view": view, "ids": ids[:100].tolist()}
        await self._ask("POST", f"{self._dataset}/tiles", json=page)

    async def _facets(self) -> None:
        await self._ask("POST", f"{self._dataset}/facets", json={"fields": ["class", "split"]})

    async def _set_field(self) -> None:
        value = self.written + 1
        table = pa.table({"id": self.ids, "value": pa.array([value] * len(self.ids), pa.int64())})
        body = io.BytesIO()
        with pa.ipc.new_stream(body, table.schema) as writer:
            writer.write_table(table)
        answer = await self._ask("PUT", f"{self._dataset}/fields/turn", content=body.getvalue())
        if answer.is_success:
            self.written = value

    async def _tag(self) -> None:
        chosen = int(self._random.choice(self.ids))
        request = {"tag": "seen", "ids": [chosen]}
        answer = await self._ask("POST", f"{self._dataset}/tags", json=request)
        if answer.is_success:
            self.tagged.add(chosen)

    async def _select(self) -> None:
        change = {
            "base_version": self._workspace["version"],
            "origin": str(self.number),
            "selection": self._random.sample(self.ids.tolist(), 2),
        }
        path = f"{self._dataset}/workspaces/{self._workspace['workspace']}"
        answer = await self._ask("PATCH", path, json=change)
        if answer.is_success:
            self._workspace = answer.json()


async def _lost(http: httpx.AsyncClient, dataset: str, clients: list[Client]) -> int:
    """How many samples do not have what was written last."""
    answer = await http.post(
        f"datasets/{dataset}/table", json={"columns": ["sample_id", "turn", "tags"]}
    )
    with pa.ipc.open_stream(answer.content) as reader:
        rows = {row["sample_id"]: row for row in reader.read_all().to_pylist()}
    lost = 0
    for client in clients:
        lost += sum(rows[i]["turn"] != (client.written or None) for i in client.ids.tolist())
        lost += sum("seen" not in (rows[i]["tags"] or []) for i in client.tagged)
    return lost


async def run(address: str, token: str, dataset: str, seconds: float) -> dict[str, Any]:
    """Run them all and sum up."""
    headers = {"Authorization": f"token {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as http:
        samples = (await http.get(f"datasets/{dataset}")).json()["samples"]
        clients = [Client(number, http, dataset, samples) for number in range(CLIENTS)]
        until = time.monotonic() + seconds
        await asyncio.gather(*(client.run(until) for client in clients))
        lost = await _lost(http, dataset, clients)
    taken = sorted(second for client in clients for second in client.seconds)
    return {
        "requests": len(taken),
        "errors": [error for client in clients for error in client.errors],
        "writes": sum(client.written + len(client.tagged) for client in clients),
        "lost_writes": lost,
        "median_ms": 1000 * statistics.median(taken),
        "p99_ms": 1000 * taken[int(0.99 * len(taken))],
        "longest_ms": 1000 * taken[-1],
    }


if __name__ == "__main__":
    result = asyncio.run(run(*sys.argv[1:4], float(sys.argv[4])))
    print(json.dumps(result))
