"""Building, opening and searching the index of an embedding space; search and first page.

Usage: python benchmarks/vectors.py [VECTORS] [DIMENSION] [--engine edge|server]

Random vectors around 1,000 centres, so that neighbours mean something, of samples with seven boxes
each. `server` is a Qdrant server as the tests start it. Prints a Markdown table.

Searches in this process resolve a view: top 50, for another sample each time, so that nothing
comes from a cache but the filter's own view. `val` lets a tenth of the samples through, `car` most
of them; of `far` and `near`, half of the centres each, `far` holds none of what the search is like.
Search and first page go to a Jupyter server: POST view (100 results), then POST tiles (the first
100), as the grid sends them. Times are tornado's own for both requests, from their headers to the
last byte handed to the socket; and the client's, from the first request sent to the last byte of
both, with what its own process takes for them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import psutil
import pyarrow as pa
from large import fill
from thumbnails import TOKEN, cpu_seconds, start, wait_for

from visionlens_jlab.config import ENV_QDRANT_API_KEY
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import SearchSpec, ViewSpec
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.vectors.qdrant_server import KEY, qdrant

QUERIES = 200
SERVER_CONFIG = """
def log_function(handler):
    if handler.request.method == "POST":
        with open({path!r}, "a") as file:
            print(1000 * handler.request.request_time(), file=file)

c.ServerApp.tornado_settings = {{"log_function": log_function}}
"""
CENTRES = 1000
FILTERS = {
    "no filter": None,
    "val": "split = 'val'",
    "car": "class = 'car'",
    "far": "camera = 'far'",
    "near": "camera = 'near'",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectors", nargs="?", type=int, default=100_000)
    parser.add_argument("dimension", nargs="?", type=int, default=512)
    parser.add_argument("--engine", choices=("edge", "server"), default="edge")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, engine(options.engine, Path(folder)) as config:
        print(f"\n{options.vectors:,} x {options.dimension}, {options.engine}\n")
        print("| what | least | p50 | p95 | p99 ms | CPU ms, server | CPU ms, engine |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        run(Path(folder), options.vectors, options.dimension, config)


@contextlib.contextmanager
def engine(name: str, folder: Path) -> Iterator[VectorConfig]:
    """Where indexes are kept; a server is there meanwhile, with its key in the environment."""
    if name == "edge":
        yield VectorConfig()
        return
    os.environ[ENV_QDRANT_API_KEY] = KEY
    with qdrant(folder / "qdrant") as url:
        yield VectorConfig(url, KEY)


def run(folder: Path, count: int, dimension: int, config: VectorConfig) -> None:
    """All of it, in one folder."""
    centres = np.random.default_rng(3).integers(0, CENTRES, count)
    likes = np.flatnonzero(centres < CENTRES // 2)
    figures: list[str] = []
    with opened(folder, config) as (service, store):
        make(store, folder, centres)
        started = time.monotonic()
        store.part(Embeddings).add(space(dimension), np.arange(count), vectors(centres, dimension))
        figures.append(f"add vectors (check, write, commit) {time.monotonic() - started:.1f} s")
        started, most = time.monotonic(), Peak()
        while not service.wait(0.1):
            most.look()
        cpu = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures.append(
            f"build (commit to ready) {time.monotonic() - started:.0f} s, "
            f"{cpu.ru_utime + cpu.ru_stime:.0f} CPU s of the builder, "
            f"most memory {most.bytes / 2**20:,.0f} MiB"
        )
        assert store.part(Embeddings).read("many").index == "ready", (
            store.part(Embeddings).read("many").index
        )
    started = time.monotonic()
    with opened(folder, config) as (service, store):
        service.wait(600)
        figures.append(f"reopen, both sides compared {time.monotonic() - started:.1f} s")
        assert store.part(Embeddings).read("many").index == "ready"
        for name, where in FILTERS.items():
            searched(
                f"top 50, {name}",
                store,
                np.random.default_rng(1).permutation(likes)[:QUERIES],
                where,
            )
        figures.append(f"recall of the top 50 {recall(store, likes):.3f}")
        most = Peak()
        most.look()
        figures.append(f"memory of the engine while it is asked {most.bytes / 2**20:,.0f} MiB")
    first_pages(folder, config, likes)
    print("\n" + "; ".join(figures) + ".")


@contextlib.contextmanager
def opened(folder: Path, config: VectorConfig) -> Iterator[tuple[VectorService, DatasetStore]]:
    """The dataset with its index, in this process."""
    library = Library(folder / "data")
    service = VectorService(library, config)
    try:
        known = {card.dataset for card in library.list()}
        yield service, library.open("large") if "large" in known else library.create("large")
    finally:
        service.close()
        library.close()


def make(store: DatasetStore, folder: Path, centres: np.ndarray) -> None:
    """Samples with boxes; `camera` says on which side a sample's centre is."""
    parts = folder / "parts"
    parts.mkdir()
    fill(store, parts, len(centres))
    side = np.where(centres < CENTRES // 2, "near", "far").tolist()
    store.set_field("camera", np.arange(len(centres), dtype=np.uint32), pa.array(side))


def space(dimension: int) -> EmbeddingSpace:
    """The space that is searched."""
    return EmbeddingSpace(
        space="many", level="samples", model="m", version="1", dimension=dimension, created_at=""
    )


def vectors(centres: np.ndarray, dimension: int) -> np.ndarray:
    """Normally distributed around the centres, float32 (n, dimension)."""
    rng = np.random.default_rng(7)
    middle = rng.normal(size=(CENTRES, dimension)).astype(np.float32)
    return middle[centres] + rng.normal(size=(len(centres), dimension)).astype(np.float32)


def spec_of(like: int, where: str | None, k: int | None) -> ViewSpec:
    """A view of what looks like a sample."""
    return ViewSpec(where=where, search=SearchSpec(space="many", like=[int(like)], k=k))


def recall(store: DatasetStore, likes: np.ndarray) -> float:
    """Share of the 50 nearest that the index finds."""
    shares = []
    for like in likes[:20].tolist():
        found = set(store.view(spec_of(like, None, 50)).ids.tolist())
        exact = store.view(spec_of(like, None, None)).ids[:50].tolist()
        shares.append(len(found & set(exact)) / 50)
    return float(np.mean(shares))


def searched(name: str, store: DatasetStore, likes: np.ndarray, where: str | None) -> None:
    """Top 50 in this process."""
    store.view(ViewSpec(where=where))
    child = [process.pid for process in psutil.Process().children()]
    report(
        name,
        [lambda like=like: store.view(spec_of(like, where, 50)) for like in likes.tolist()],
        time.process_time,
        lambda: sum(map(cpu_seconds, child)),
    )


def report(
    name: str,
    calls: list[Callable[[], object]],
    cpu: Callable[[], float],
    engine_cpu: Callable[[], float],
) -> None:
    """Time the calls, the first one apart, and print a row."""
    calls[0]()
    walls = []
    before, engine_before = cpu(), engine_cpu()
    for call in calls[1:]:
        began = time.perf_counter()
        call()
        walls.append(1000 * (time.perf_counter() - began))
    used = 1000 * (cpu() - before) / len(walls)
    engine_used = 1000 * (engine_cpu() - engine_before) / len(walls)
    p50, p95, p99 = np.percentile(walls, [50, 95, 99])
    print(
        f"| {name} | {min(walls):.1f} | {p50:.1f} | {p95:.1f} | {p99:.1f} "
        f"| {used:.1f} | {engine_used:.1f} |",
        flush=True,
    )


def first_pages(folder: Path, config: VectorConfig, likes: np.ndarray) -> None:
    """Search and first page from a Jupyter server."""
    times = folder / "times.txt"
    settings = folder / "times_config.py"
    settings.write_text(SERVER_CONFIG.format(path=str(times)), encoding="utf-8")
    options = [f"--VisionLens.qdrant_url={config.url}"] if config.url else []
    server, address = start(folder, f"--config={settings}", *options)
    headers = {"Authorization": f"token {TOKEN}"}
    asked = np.random.default_rng(2).permutation(likes)
    try:
        asyncio.run(until_ready(address, headers))
        with httpx.Client(base_url=address, headers=headers, timeout=60) as client:
            for number, (name, where) in enumerate(FILTERS.items()):
                client.post("datasets/large/view", json={"where": where}).raise_for_status()
                some = asked[number * QUERIES : (number + 1) * QUERIES].tolist()
                time.sleep(0.2)  # the server writes a request's line after its answer
                times.write_text("", encoding="utf-8")
                paged(f"search and first page, {name}", client, server.pid, some, where)
                time.sleep(0.2)
                taken = np.loadtxt(times).reshape(-1, 2).sum(axis=1)[1:]
                p50, p95, p99 = np.percentile(taken, [50, 95, 99])
                row = f"{taken.min():.1f} | {p50:.1f} | {p95:.1f} | {p99:.1f}"
                print(f"| the same, in the server | {row} | | |", flush=True)
    finally:
        server.terminate()
        server.wait()


async def until_ready(address: str, headers: dict[str, str]) -> None:
    """Wait until the server's index answers."""
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
        await wait_for(client)
        for _ in range(600):
            answer = (await client.get("datasets/large/spaces")).raise_for_status()
            if answer.json()["spaces"][0]["index"] == "ready":
                return
            await asyncio.sleep(0.2)
    raise SystemExit("The index did not get ready.")


def paged(name: str, client: httpx.Client, pid: int, likes: list[int], where: str | None) -> None:
    """POST view, then POST tiles; to their last bytes."""

    def ask(like: int) -> None:
        view = spec_of(like, where, 100).model_dump()
        for path, body in (("view", view), ("tiles", {"view": view, "first": 100})):
            with client.stream("POST", f"datasets/large/{path}", json=body) as answer:
                answer.raise_for_status()
                for _ in answer.iter_raw():
                    pass

    started = [*psutil.Process(pid).children(), *psutil.Process().children()]
    engines = [process.pid for process in started if process.pid != pid]
    report(
        name,
        [lambda like=like: ask(like) for like in likes],
        lambda: cpu_seconds(pid),
        lambda: sum(map(cpu_seconds, engines)),
    )


class Peak:
    """The most memory that the processes of an index held together."""

    def __init__(self) -> None:
        self.bytes = 0

    def look(self) -> None:
        """Resident memory of the children now."""
        held = 0
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                held += child.memory_info().rss
        self.bytes = max(self.bytes, held)


if __name__ == "__main__":
    main()
