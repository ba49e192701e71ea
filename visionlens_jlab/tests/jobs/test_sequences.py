"""Random sequences of what people and kills do to datasets, against a plain model of what must be
there: scripts that ingest, add, replace, delete and tag, any of them killed, and servers that take
up what is left, complete it, are killed too, or are told to cancel it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.views.shapes import TagRequest
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import PredictionsRequest
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.jobs.in_process import kept, opened, queue_only, run, serve

pytestmark = pytest.mark.usefixtures("small_pieces", "images_here")
NAMES = ("a", "b")
SOURCES = {"town": 5, "field": 4, "port": 3}
STEPS = 7
LAST = 12
"""About the last word of an ingest of these."""


@dataclass
class Left:
    """A job that a killed process left."""

    kind: str
    source: str = ""
    """Of an ingest; of predictions, which run was meant."""
    began: bool = True
    incremental: bool = False


@dataclass
class Expected:
    """What must be in one dataset."""

    uuid: str = ""
    whole: set[str] = field(default_factory=set)
    """Sources of which every image is there with its labels."""
    partial: set[str] = field(default_factory=set)
    """Sources of which some may be there."""
    tagged: set[str] = field(default_factory=set)
    """`root/path` of samples with the tag."""
    deleted: set[str] = field(default_factory=set)
    runs: set[float] = field(default_factory=set)
    """Confidences that tell the import that may be there."""
    no_run: bool = True
    """Whether there may be none."""
    may_vanish: bool = False
    """A new dataset that nothing was committed into, perhaps."""
    left: list[Left] = field(default_factory=list)
    """Jobs that go on, in order."""


class World:
    """The data directory, and the model of it."""

    def __init__(self, root: Path, sources: Path, seed: int) -> None:
        self.data = root / "data"
        self.out = root / "out"
        self.sources = sources
        self.random = random.Random(seed)
        self.expected: dict[str, Expected] = {}
        self.run_number = 0
        self.told: list[str] = []
        self.done: Counter[str] = Counter()

    # --- what happens ------------------------------------------------------------------------

    def step(self) -> None:
        """One thing happens; what cannot happen now is not counted."""
        actions: list[Callable[[], None]] = [
            self.ingest, self.ingest, self.add, self.add, self.predict, self.tag,
            self.delete, self.delete_samples, self.embed, self.server, self.server,
        ]  # fmt: skip
        told = len(self.told)
        while len(self.told) == told:
            self.random.choice(actions)()

    def kill(self) -> int | None:
        return self.random.randrange(LAST) if self.random.random() < 0.5 else None

    def say(self, *words: object) -> None:
        self.told.append(" ".join(map(str, words)))
        self.done[str(words[0])] += 1

    def known(self) -> str | None:
        """A dataset that is there."""
        with opened(self.data) as library:
            there = [card.dataset for card in library.list()]
        return self.random.choice(there) if there else None

    def ingest(self, incremental: bool = False) -> None:
        name, source = self.random.choice(NAMES), self.random.choice(list(SOURCES))
        if name in self.expected and not incremental and self.random.random() < 0.8:
            return
        kill, queued = self.kill(), self.random.random() < 0.15
        request = IngestRequest(
            source=str(self.sources / source), name=name, incremental=incremental
        )
        self.say("add" if incremental else "ingest", name, source, "queued" if queued else kill)
        with opened(self.data) as library:
            present = self.uuid(library, name)
        try:
            job = queue_only(self.data, request) if queued else run(self.data, request, kill=kill)
        except VisionLensError as error:
            assert (error.code, incremental) == ("DATASET_EXISTS", False), error.code
            return
        self.note_ingest(name, source, present, finished=not queued and job is not None,
                         began=not queued, incremental=incremental)  # fmt: skip

    def note_ingest(
        self, name: str, source: str, before: str | None,
        *, finished: bool, began: bool, incremental: bool,
    ) -> None:  # fmt: skip
        with opened(self.data) as library:
            uuid = self.uuid(library, name) or ""
        made = uuid != before
        expected = self.expected[name] if not made and name in self.expected else Expected(uuid)
        self.expected[name] = expected
        expected.may_vanish = (made or expected.may_vanish) and not finished
        stale = [
            left
            for left in expected.left
            if left.kind == "ingest"
            and (left.began or not left.incremental or left.source == source)
        ]
        expected.left = [left for left in expected.left if left not in stale]
        expected.partial.add(source)
        if finished:
            expected.whole.add(source)
            expected.deleted -= {one for one in expected.deleted if one.startswith(f"{source}/")}
        else:
            expected.left.append(Left("ingest", source, began, incremental and not made))

    def add(self) -> None:
        self.ingest(incremental=True)

    def predict(self) -> None:
        name = self.known()
        if name is None:
            return
        self.run_number += 1
        number, kill = self.run_number / 1000, self.kill()
        expected = self.expected[name]
        with opened(self.data) as library:
            ids = library.open(name).tables.read("samples", columns=["sample_id"])["sample_id"][:2]
        if not len(ids):
            return
        rows = {"sample_id": ids.to_pylist(), "confidence": [number] * len(ids)}
        rows |= {"class": ["car"] * len(ids)} | {side: [5.0] * len(ids) for side in "xywh"}
        request = PredictionsRequest(dataset=name, run="m", source="table", replace=True)
        self.say("predict", name, number, kill)
        done = run(self.data, request, pa.table(rows), kill=None if kill is None else kill % 2)
        expected.left = [left for left in expected.left if left.kind != "predictions"]
        if done is not None:
            expected.runs, expected.no_run = {number}, False
        else:
            expected.runs.add(number)
            expected.left.append(Left("predictions", str(number)))
        expected.may_vanish = False

    def embed(self) -> None:
        name = self.known()
        if name is None:
            return
        with opened(self.data) as library:
            if not library.open(name).count("samples"):
                return
        self.say("embed", name)
        export = ExportRequest(
            dataset=name, path=str(self.out / f"{len(self.told)}"), format="coco"
        )
        for request in (EmbedRequest(dataset=name, model="classical"), export):
            run(self.data, request, kill=self.random.choice([0, 1, 2]))

    def tag(self) -> None:
        name = self.known()
        if name is None:
            return
        with opened(self.data) as library:
            store = library.open(name)
            places = self.places(store)
            if places:
                sample = self.random.choice(sorted(places))
                self.say("tag", name, places[sample])
                store.tag(TagRequest(tag="mine", ids=[sample]))
                self.expected[name].tagged.add(places[sample])
                self.expected[name].may_vanish = False

    def delete_samples(self) -> None:
        name = self.known()
        if name is None:
            return
        with opened(self.data) as library:
            store = library.open(name)
            places = self.places(store)
            if len(places) > 2:
                sample = self.random.choice(sorted(places))
                self.say("delete_samples", name, places[sample])
                store.delete_samples([sample])
                expected = self.expected[name]
                expected.tagged.discard(places[sample])
                expected.deleted.add(places[sample])
                expected.may_vanish = False

    def delete(self) -> None:
        name = self.known()
        if name is None or self.random.random() < 0.3:
            return
        self.say("delete", name)
        with opened(self.data) as library:
            library.delete(name)
        self.expected.pop(name)

    def server(self) -> None:
        """It is killed, or it completes what is left, or it is told to cancel some."""
        if not any(one.left for one in self.expected.values()) and self.random.random() < 0.8:
            return
        kind = self.random.choice(["whole", "whole", "killed", "cancel", "away"])
        self.say("server", kind)
        away = self.random.choice(list(SOURCES)) if kind == "away" else None
        if away:
            (self.sources / away).rename(self.sources / f"{away}-away")
        cancelled: set[str] = set()

        def cancel(job: Job) -> bool:
            if kind == "cancel" and job.finished_at is None and self.random.random() < 0.6:
                cancelled.add(job.job)
                return True
            return False

        try:
            kill = self.random.randrange(2 * LAST) if kind == "killed" else None
            jobs = serve(self.data, kill=kill, cancel=cancel)
        finally:
            if away:
                (self.sources / f"{away}-away").rename(self.sources / away)
        self.note_server(jobs, cancelled)

    def note_server(self, jobs: list[Job], cancelled: set[str]) -> None:
        unfinished = {job.job for job in jobs if job.finished_at is None}
        for name in [*self.expected]:
            expected = self.expected[name]
            of_it = [job for job in reversed(jobs) if job.dataset_uuid == expected.uuid]
            with opened(self.data) as library:
                if expected.may_vanish and self.uuid(library, name) != expected.uuid:
                    assert any(job.state in ("cancelled", "failed") for job in of_it)
                    del self.expected[name]
                    continue
            for left in [*expected.left]:
                self.note_left(expected, left, of_it, unfinished)
        if not unfinished:
            spools = [one for one in (self.data / "spool").glob("*/*") if one.name != "log.jsonl"]
            assert not spools, spools
            with opened(self.data) as library:
                assert {card.state for card in library.list()} <= {"ready", "incomplete"}

    def note_left(
        self, expected: Expected, left: Left, jobs: list[Job], unfinished: set[str]
    ) -> None:
        found = [job for job in jobs if _is(job, left, self.sources)]
        assert found, left
        job = found[-1]
        if job.job in unfinished:
            left.began = left.began or job.started_at is not None
            return
        expected.left.remove(left)
        if job.state == "done" and left.kind == "ingest":
            expected.whole.add(left.source)
            expected.may_vanish = False
        elif job.state == "done":
            expected.runs, expected.no_run = {float(left.source)}, False
        elif job.state == "failed":
            assert job.error is not None and job.error.code == "DIR_NOT_FOUND", job.error

    # --- what must be there ------------------------------------------------------------------

    def check(self) -> None:
        with opened(self.data) as library:
            there = {card.dataset: card.uuid for card in library.list()}
            wanted = {name for name, one in self.expected.items() if not one.may_vanish}
            assert wanted <= set(there) <= set(self.expected), (wanted, there)
            for name, uuid in there.items():
                assert uuid == self.expected[name].uuid, name
                self.check_dataset(library.open(name), self.expected[name])
            partial = [*self.out.glob(".*.partial")]
            assert len(partial) <= 1, partial  # of the one that was killed just now

    def check_dataset(self, store: DatasetStore, expected: Expected) -> None:
        samples = self.places(store)
        assert len(samples) == len(set(samples.values())), "a sample is there twice"
        allowed = {one for source in expected.partial for one in self.images(source)}
        assert set(samples.values()) <= allowed
        must = {one for source in expected.whole for one in self.images(source)} - expected.deleted
        assert must <= set(samples.values()), must - set(samples.values())
        boxes = _rows(
            store,
            "SELECT sample_id, count(*) FROM annotation WHERE source = 'ground_truth' GROUP BY 1",
        )
        counts = {samples[sample]: count for sample, count in boxes}
        assert all(count <= 2 for count in counts.values()), "labels are there twice"
        assert all(counts.get(place) == 2 for place in must)
        orphans = "FROM annotation WHERE sample_id NOT IN (SELECT sample_id FROM sample)"
        assert not _rows(store, orphans)
        tagged = _rows(store, "SELECT sample_id FROM sample_tag WHERE tag = 'mine'")
        assert {samples[one] for (one,) in tagged} == expected.tagged
        run = _rows(store, "SELECT DISTINCT confidence FROM annotation WHERE source = 'm'")
        found = {round(one, 3) for (one,) in run}
        assert len(found) <= 1 and found <= expected.runs, (found, expected.runs)
        state = store.info().state
        if state == "ready":
            assert not _rows(store, "FROM sample WHERE content_hash IS NULL")

    # --- inside ------------------------------------------------------------------------------

    def uuid(self, library: Library, name: str) -> str | None:
        return {card.dataset: card.uuid for card in library.list()}.get(name)

    def places(self, store: DatasetStore) -> dict[int, str]:
        """`source/path` of each sample."""
        rows = _rows(store, "SELECT s.sample_id, r.location || '/' || s.path "
                            "FROM sample s JOIN source_root r ON r.name = s.root")  # fmt: skip
        root = len(f"{self.sources}/")
        return {sample: place[root:] for sample, place in rows}

    def images(self, source: str) -> set[str]:
        return {f"{source}/images/image_{number:05d}.jpg" for number in range(SOURCES[source])}


def _rows(store: DatasetStore, query: str) -> list[tuple[Any, ...]]:
    """Asked of the database itself: a process for the user's SQL takes longer than most jobs."""
    with store.database.read() as reader:
        return reader.rows(query)


def _is(job: Job, left: Left, sources: Path) -> bool:
    if job.kind != left.kind:
        return False
    return job.ingest is None or job.ingest.source == str(sources / left.source)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    for name, count in SOURCES.items():
        make_coco(folder / name, count)
    return folder


@pytest.mark.parametrize(
    "count",
    [50, pytest.param(1000, marks=pytest.mark.soak)],
)
@pytest.mark.timeout(7200)
def test_what_must_be_there_is_there_after_any_sequence(tmp_path, sources, count):
    done: Counter[str] = Counter()
    for seed in range(count):
        world = World(tmp_path / str(seed), sources, seed)
        try:
            with kept(world.data):
                for _ in range(STEPS):
                    world.step()
                    world.check()
        except BaseException:
            print(f"seed {seed}:", *world.told, sep="\n  ")
            raise
        done += world.done
    print(dict(done))
    assert min(done.values()) > count // 10
