"""One command moves a dataset from the embedded engine to a server, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.cli import main
from visionlens_jlab.config import ENV_QDRANT_API_KEY
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import SearchSpec, ViewSpec
from visionlens_jlab.embeddings.index.places import VectorConfig
from visionlens_jlab.embeddings.index.service import VectorService
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table
from visionlens_jlab.tests.catalog.test_embeddings import space
from visionlens_jlab.tests.vectors.conftest import FREE
from visionlens_jlab.tests.vectors.qdrant_server import KEY

COUNT = 500


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory with a dataset of two spaces, indexed in its folder."""
    pytest.importorskip("qdrant_edge", reason="Qdrant Edge has no wheel here")
    library = Library(tmp_path / "home")
    service = VectorService(library, VectorConfig(), costs=FREE)
    store = library.create("many")
    store.results.apply(
        piece(tmp_path, sample=samples_table(0, COUNT), annotation=annotations_table([0, 1, 2]))
    )
    random = np.random.default_rng(0)
    store.part(Embeddings).add(
        space("a", dimension=8), range(COUNT), random.normal(size=(COUNT, 8))
    )
    objects = space("b", level="annotations", dimension=5)
    store.part(Embeddings).add(objects, range(3), random.normal(size=(3, 5)))
    assert service.wait(120)
    assert [found.index for found in store.part(Embeddings).all()] == ["ready", "ready"]
    service.close()
    library.close()
    return tmp_path / "home"


@pytest.fixture
def served(home: Path, qdrant_url: str) -> Iterator[VectorService]:
    """A server whose setting is still the embedded engine, but with the key."""
    service = VectorService(Library(home), VectorConfig("", KEY), costs=FREE)
    yield service
    library = service._library
    service.close()
    library.close()


def test_to_a_server_and_back(
    home: Path,
    qdrant_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv(ENV_QDRANT_API_KEY, KEY)
    folder = home / "datasets" / "many"
    move = ["vectors", "move", "many", "--data-dir", str(home)]
    assert main([*move, "--to", qdrant_url]) == 0
    said = capsys.readouterr()
    assert "a: 500 vectors" in said.out and "b: 3 vectors" in said.out
    assert KEY not in said.out + said.err + (folder / "vector_store.json").read_text()
    assert not list((folder / "index").iterdir())
    assert main([*move, "--to", qdrant_url]) == 1
    assert "there already" in capsys.readouterr().err

    service: VectorService = request.getfixturevalue("served")
    store = service._library.open("many")
    assert service.wait(60)
    assert [found.index for found in store.part(Embeddings).all()] == ["ready", "ready"]
    assert service.ids(store, "a").tolist() == list(range(COUNT))
    found = store.view(ViewSpec(search=SearchSpec(space="a", like=[4], k=5)))
    assert found.ids[0] == 4
    assert not list((folder / "index").iterdir())
    # What is added follows there.
    store.part(Embeddings).add(space("a", dimension=8), [4], -np.ones((1, 8)))
    assert service.wait(60) and store.part(Embeddings).read("a").index == "ready"
    store.release()

    assert main([*move, "--embedded"]) == 0
    assert len(list((folder / "index").glob("*.json"))) == 2


def test_a_server_that_is_not_there_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in (home / "datasets" / "many" / "index").iterdir())
    move = ["vectors", "move", "many", "--data-dir", str(home), "--to", "http://127.0.0.1:9"]
    assert main(move) == 1
    assert "VECTOR_STORE_DOWN" in capsys.readouterr().err
    assert before == sorted(p.name for p in (home / "datasets" / "many" / "index").iterdir())
    assert not (home / "datasets" / "many" / "vector_store.json").exists()
