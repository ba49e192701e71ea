"""A dataset that the tests of agents share; they only add runs to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.tests.agents import asked
from visionlens_jlab.tests.agents.runs import Run
from visionlens_jlab.tests.agents.worlds import World, make_world


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, DatasetStore]]:
    """The dataset and its library."""
    folder: Path = tmp_path_factory.mktemp("agents")
    library = Library(folder / "data")
    yield library, asked.make_dataset(library, folder)
    library.close()


@pytest.fixture(scope="session")
def worlds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where worlds are made, each once."""
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="session")
def street_world(worlds_folder: Path) -> World:
    """Street, 1,600 images, run A."""
    return make_world(worlds_folder, "street", 1600, 0, "run_a")


@pytest.fixture
def run(town: tuple[Library, DatasetStore], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs over a dataset that was not analysed before, which leave no finding behind."""
    store = town[1]
    made = Run(store, monkeypatch)
    analysed = [SimpleNamespace(evaluation="model")]
    monkeypatch.setattr(Findings, "analyses", lambda *_: analysed * made.analyses)
    before = {one.finding for one in store.part(Findings).all()}
    yield made
    for one in store.part(Findings).all():
        if one.finding not in before:
            store.part(Findings).delete(one.finding)
