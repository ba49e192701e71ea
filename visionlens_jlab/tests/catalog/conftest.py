"""Fixtures of the catalog and of what stands on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.tests.catalog import prepared
from visionlens_jlab.tests.catalog.builders import fill_street


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    made = Library(tmp_path / "home", address="http://127.0.0.1:8888/")
    yield made
    made.close()


@pytest.fixture(scope="session")
def shared_street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatasetStore]:
    """The dataset of `fill_street` that all tests share which only read it."""
    folder = tmp_path_factory.mktemp("street")
    library = Library(folder / "home", address="http://127.0.0.1:8888/")
    yield _made(library, folder)
    library.close()


@pytest.fixture
def street(request: pytest.FixtureRequest) -> Iterator[DatasetStore]:
    """The dataset of `fill_street`; only tests marked `own_dataset` may change it."""
    if request.node.get_closest_marker("own_dataset"):
        yield _made(request.getfixturevalue("library"), request.getfixturevalue("tmp_path"))
        return
    shared: DatasetStore = request.getfixturevalue("shared_street")
    before = shared.version
    yield shared
    assert shared.version == before, "a test that changes the dataset is to be marked own_dataset"


def _made(library: Library, folder: Path) -> DatasetStore:
    store = library.create("Street scenes")
    fill_street(store, folder)
    return store


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = prepared.prepare(tmp_path_factory.mktemp("prepared"))
    prepared.leave_a_log(home)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(made, tmp_path / "home"))
