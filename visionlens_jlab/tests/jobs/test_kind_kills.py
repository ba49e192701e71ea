"""kill -9 of scripts and servers in the middle of every kind of job; a server comes afterwards."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest

from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.jobs.shapes import JobRequest
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.core.views.shapes import TagRequest
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.duplicates.store import DuplicateGroups
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.evaluation.shapes import (
    EvaluateRequest,
    IntervalsRequest,
    LabelQualityRequest,
    PredictionsRequest,
)
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.map.shapes import ProjectRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.jobs.end_state import make_source
from visionlens_jlab.tests.jobs.servers import Server
from visionlens_jlab.tests.jobs.test_kills import gone, kill

SCRIPT = """
import os, signal, sys, threading
from pathlib import Path
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.jobs.shapes import JobRequest

request = JobRequest.model_validate_json(sys.argv[2]).parameters
threading.Timer(float(sys.argv[3]), os.kill, (os.getpid(), signal.SIGKILL)).start()
run_job(Library(Path(sys.argv[1])), request, on_progress=lambda job: None)
os._exit(0)
"""
IMAGES = 150
TAGGED = 3
SERVER_KILLS = 3
"""In each round."""
KINDS = (
    "ingest", "embed", "export", "add", "predictions", "project", "duplicates", "evaluate",
    "intervals", "label_quality", "analyse",
)  # fmt: skip


@dataclass
class Base:
    """A dataset that has everything, and sources."""

    root: Path
    known: dict[str, tuple[float, Any]]

    def undisturbed(self, kind: str) -> tuple[float, Any]:
        """Seconds of the job of a kind that nobody kills, and what it makes."""
        if kind not in self.known:
            copied = copy(self.root / "whole", self.root / "each", kind)
            request = request_of(kind, kind, self.root, self.root / "out")
            seconds = _timed(copied, request)
            self.known[kind] = seconds, made(kind, copied.open(kind), self.root / "out")
            copied.close()
        return self.known[kind]


def request_of(kind: str, name: str, root: Path, out: Path) -> JobParameters:
    if kind in ("ingest", "add"):
        source = str(root / ("more" if kind == "add" else "source"))
        return IngestRequest(source=source, name=name, incremental=kind == "add", format="coco")
    if kind == "predictions":
        return PredictionsRequest(
            dataset=name, run="m", source=str(root / "more.json"), replace=True
        )
    requests: dict[str, JobParameters] = {
        "embed": EmbedRequest(dataset=name, model="classical", space="new", project="pca"),
        "project": ProjectRequest(dataset=name, space="classical", method="pca", refit=True),
        "duplicates": DuplicatesRequest(dataset=name, kind="near"),
        "evaluate": EvaluateRequest(dataset=name, run="m", name="e", replicates=20),
        "intervals": IntervalsRequest(dataset=name, evaluation="e", replicates=100),
        "label_quality": LabelQualityRequest(dataset=name, evaluation="e"),
        "export": ExportRequest(dataset=name, path=str(out / name), format="coco"),
        "analyse": AnalyseRequest(dataset=name, evaluation="e"),
    }
    return requests[kind]


def made(kind: str, store: DatasetStore, out: Path) -> Any:
    """What the job of a kind made, in a form in which two can be compared."""
    if kind in ("ingest", "add"):
        bare = store.sql("SELECT count(content_hash) AS n FROM sample")["n"][0].as_py()
        return store.count("samples"), store.count("annotations"), bare, store.info().state
    if kind == "predictions":
        found = store.sql("SELECT count(*) AS n FROM annotation WHERE source = 'm'")
        return found["n"][0].as_py()
    if kind == "embed":
        projections = [p for p in store.part(Projections).all() if p.space == "new"]
        return store.part(Embeddings).segments("new").rows, [
            (p.method, p.preview) for p in projections
        ]
    if kind == "project":
        return [(p.method, p.preview) for p in store.part(Projections).all()]
    if kind == "duplicates":
        return store.part(DuplicateGroups).read("near").total
    if kind == "export":
        folder = out / store.slug
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    if kind == "analyse":
        return len(store.part(Findings).all("e"))
    if kind == "label_quality":
        return sorted(one.name for one in store.fields() if not one.builtin)
    if kind == "intervals":
        return len(store.part(Evaluations).all())
    intervals = {"low", "high", "reliable"}
    return [one.model_dump(exclude=intervals) for one in store.part(Evaluations).read("e").metrics]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    root = tmp_path_factory.mktemp("base")
    make_source(root / "source", IMAGES)
    make_source(root / "more", IMAGES // 3)
    shutil.copy(root / "source" / "annotations" / "instances.json", root / "labels.json")
    library = Library(root / "data")
    first = request_of("ingest", "town", root, root)
    seconds, store = _timed(library, first), library.open("town")
    known = {"ingest": (seconds, made("ingest", store, root))}
    rows = store.sql(
        "SELECT sample_id, c.name AS class, x, y, w, h, 0.2 + (annotation_id % 70) / 100 AS "
        "confidence FROM annotation JOIN class c USING (class_id) WHERE annotation_id % 5 > 0"
    )
    for request, table in (
        (PredictionsRequest(dataset="town", run="m", source="table"), rows),
        (EmbedRequest(dataset="town", model="classical"), None),
        (request_of("evaluate", "town", root, root), None),
    ):
        run_job(library, request, on_progress=lambda _: None, table=table)
    write_predictions(root / "more.json", rows)
    library.close()
    shutil.copytree(root / "data" / "datasets" / "town", root / "whole")
    (root / "whole" / "owner.json").unlink(missing_ok=True)
    return Base(root, known)


def write_predictions(path: Path, rows: pa.Table) -> None:
    path.write_text(
        json.dumps(
            [
                {
                    "image_id": row["sample_id"],
                    "category_id": 1 if row["class"] == "car" else 5,
                    "bbox": [row[side] for side in "xywh"],
                    "score": row["confidence"],
                }
                for row in rows.to_pylist()[::2]
            ]
        )
    )


def _timed(library: Library, request: JobParameters) -> float:
    start = time.monotonic()
    run_job(library, request, on_progress=lambda _: None)
    return time.monotonic() - start


def copy(whole: Path, data: Path, name: str) -> Library:
    """A copy of the dataset under another name, tagged by hand."""
    (data / "datasets").mkdir(parents=True, exist_ok=True)
    shutil.copytree(whole, data / "datasets" / name)
    (data / "datasets" / name / "dataset.json").unlink()
    library = Library(data)
    store = library.open(name)
    store.trust_roots()
    store.tag(TagRequest(tag="mine", ids=list(range(TAGGED))))
    return library


def killed_script(data: Path, request: JobParameters, delay: float) -> bool:
    """Whether it was killed before its end; what it leaves ends by itself."""
    arguments = [data, JobRequest.of(request).model_dump_json(exclude_none=True), str(delay)]
    script = psutil.Popen([sys.executable, "-c", SCRIPT, *map(str, arguments)])
    children: list[psutil.Process] = []
    while script.poll() is None:
        children = script.children(recursive=True) or children
        time.sleep(0.02)
    asyncio.run(gone(children))
    assert script.returncode in (0, -signal.SIGKILL), script.returncode
    return bool(script.returncode)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    started: list[Server] = []

    def start() -> Server:
        started.append(Server(tmp_path, tmp_path / "data"))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.mark.timeout(7200)
@pytest.mark.parametrize(
    ("rounds", "kinds", "server_kills"),
    [(1, KINDS[:3], 1), pytest.param(9, KINDS, SERVER_KILLS, marks=pytest.mark.soak)],
)
def test_every_kind_of_job_killed_anywhere(base, tmp_path, servers, rounds, kinds, server_kills):
    chance = random.Random(len(kinds))
    met = of_servers = 0
    for number in range(rounds):
        data, out = tmp_path / "data", tmp_path / "out"
        for kind in kinds:
            if kind != "ingest":
                copy(base.root / "whole", data, kind).close()
            delay = chance.uniform(0, base.undisturbed(kind)[0])
            killed = killed_script(data, request_of(kind, kind, base.root, out), delay)
            print(f"round {number}, {kind} after {delay:.2f} s: {'killed' if killed else 'done'}")
            met += killed
        of_servers += asyncio.run(taken_up(servers, server_kills, chance))
        check(base, data, out, kinds)
        shutil.rmtree(data)
        shutil.rmtree(out, ignore_errors=True)
    print(f"{met} scripts and {of_servers} servers were killed")
    assert met >= rounds * len(kinds) // 2


async def taken_up(servers: Callable[[], Server], kills: int, chance: random.Random) -> int:
    """Servers work on what is left, each but the last of which is killed; how many at work."""
    met = 0
    for number in range(kills + 1):
        server = servers()
        await server.get("about")
        if number < kills:
            await asyncio.sleep(chance.uniform(0, 6))
            jobs = (await server.get("jobs"))["jobs"]
            met += any(not job["finished_at"] for job in jobs)
            children = server.children()
            kill([psutil.Process(server.process.pid)])
            server.process.wait()
            await gone(children)
            continue
        while jobs := [one for one in (await server.get("jobs"))["jobs"] if not one["finished_at"]]:
            await server.follow(jobs[-1])
        server.stop()
    return met


def check(base: Base, data: Path, out: Path, kinds: tuple[str, ...]) -> None:
    library = Library(data)
    try:
        rows = library.state.list_jobs()
        states = {(row["dataset"], row["kind"]): row["state"] for row in rows}
        assert len(states) == len(rows), "a job stands in the queue under two names"
        assert set(states.values()) == {"done"}, states
        for kind in kinds:
            if not any(row["dataset"] == kind for row in rows):
                continue  # it was killed before there was a job
            store = library.open(kind)
            assert made(kind, store, out) == base.undisturbed(kind)[1], kind
            tagged = store.sql("SELECT count(*) AS n FROM sample_tag")["n"][0].as_py()
            assert tagged == (0 if kind == "ingest" else TAGGED)
        assert all(row["done"] == row["total"] for row in rows if row["total"] is not None)
    finally:
        library.close()
    assert not [path for path in (data / "spool").glob("*/*") if path.name != "log.jsonl"]
    assert not [*out.glob(".*.partial")]
