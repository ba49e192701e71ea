"""Killed at any moment of taking in vectors: afterwards dataset and index hold the same ids."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.catalog.builders import piece, samples_table
from visionlens_jlab.tests.vectors.conftest import ENGINES, FREE
from visionlens_jlab.tests.vectors.qdrant_server import KEY

COUNT = 4000
DIMENSION = 16
TAKING_IN = """
import sys
from pathlib import Path
import numpy as np
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.index import service, upkeep
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.vectors.segments import write_segment
home, url, key, seed = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
service.COMPACT_SEGMENTS = 5
upkeep.REBUILD_POINTS = 150
library = Library(home)
# Files that no row names stay while a job is under way.
job = {"job": f"job-{seed}", "kind": "embed", "dataset": "many", "state": "running"}
library.state.put_job(job)
service.VectorService(library, VectorConfig(url, key))
store = library.open("many")
random = np.random.default_rng(seed)
space = EmbeddingSpace(space="clip", level="samples", model="m", version="1", dimension=16,
                       created_at="")
for sequence in range(10_000):
    ids = random.choice(4000, 40, replace=False)
    folder = home / f"piece-{seed}-{sequence}"
    folder.mkdir()
    file = folder / "vectors.arrow"
    write_segment(file, ids, random.normal(size=(40, 16)))
    summary = {"space": space.model_dump()}
    files = {"vectors.arrow": file}
    store.results.apply(Piece(f"job-{seed}", sequence, folder, {}, files, summary))
    if sequence % 7 == 3 and store.count("samples") > 3000:
        alive = store.view(ViewSpec()).ids
        store.delete_samples(random.choice(alive, 3, replace=False))
    print(sequence, flush=True)
"""


@pytest.fixture(params=ENGINES)
def config(request: pytest.FixtureRequest) -> VectorConfig:
    """Of each engine."""
    if request.param == "edge":
        pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")
        return VectorConfig()
    return VectorConfig(request.getfixturevalue("qdrant_url"), KEY)


@pytest.mark.parametrize(
    "kills", [3, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])]
)
def test_after_each_kill_both_hold_the_same_ids(
    tmp_path: Path, config: VectorConfig, kills: int
) -> None:
    home = tmp_path / "home"
    library = Library(home)
    library.create("many").results.apply(piece(tmp_path, sample=samples_table(0, COUNT)))
    library.close()
    chance = random.Random(kills)
    for number in range(kills):
        command = [sys.executable, "-c", TAKING_IN, str(home), config.url, config.api_key]
        with subprocess.Popen([*command, str(number)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == b"0"
            time.sleep(chance.uniform(0, 2))
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL  # and not of a mistake before
        _check(home, config)


def _check(home: Path, config: VectorConfig) -> None:
    library = Library(home)
    for job in library.state.list_jobs():
        library.state.update_job(job["job"], state="failed")
    service = VectorService(library, config, costs=FREE)
    try:
        store = library.open("many")
        assert service.wait(120)
        assert store.part(Embeddings).read("clip").index == "ready"
        segments = store.part(Embeddings).segments("clip")
        ids = service.ids(store, "clip")
        assert ids.tolist() == segments.ids.tolist()
        # Not the ids alone: the index has the vectors that count.
        index = service._indexes[store.uuid, "clip"]
        for id_ in np.random.default_rng(0).choice(ids, 20):
            target = segments.vectors_of(np.array([id_]))[0]
            found, scores = index.engine.search(index.collection, target, 1)
            assert found.tolist() == [id_] and scores[0] == pytest.approx(1, abs=1e-4)
    finally:
        service.close()
        library.close()
