"""Fixtures of the catalog and of what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from visionlens_jlab.catalog.library import Library
from visionlens_jlab.catalog.store import DatasetStore
from visionlens_jlab.tests.catalog.builders import fill_street


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    made = Library(tmp_path / "home", address="http://127.0.0.1:8888/")
    yield made
    made.close()


@pytest.fixture
def street(library: Library, tmp_path: Path) -> DatasetStore:
    """The dataset of `fill_street`."""
    store = library.create("Street scenes")
    fill_street(store, tmp_path)
    return store
