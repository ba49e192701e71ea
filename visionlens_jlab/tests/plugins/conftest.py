"""Fixtures of the tests of plugins: a dataset, and files that are plugins."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.tests.api.servers import fill

EXAMPLES = Path(__file__).parents[3] / "examples" / "plugins"
HEAD = """
MANIFEST = {{
    "manifest": 1, "name": "{name}", "version": "1", "api": ">=1,<2",
    "permissions": ["images", "tags", "fields"],
    "contributions": [{{"kind": "operator", "id": "run", "target": "run"}}],
}}
"""


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library whose plugins may read images of the test's folder."""
    monkeypatch.setenv("VISIONLENS_ALLOWED_ROOTS", str(tmp_path))
    made = Library(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def store(library: Library, tmp_path: Path) -> DatasetStore:
    """Thirty samples with a box each: `person` in the even ones."""
    return library.open(fill(library, tmp_path / "street"))


@pytest.fixture
def plugin(library: Library) -> Callable[[str, str], Path]:
    """Puts a plugin's file into the user's folder: its name, and the code below a manifest."""

    def put(name: str, code: str) -> Path:
        folder = library.data_dir / "plugins"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.py"
        path.write_text(HEAD.format(name=name) + textwrap.dedent(code))
        return path

    return put


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory whose plugins count."""
    data = tmp_path / "data"
    (data / "plugins").mkdir(parents=True)
    monkeypatch.setenv("VISIONLENS_DATA_DIR", str(data))
    monkeypatch.setenv("VISIONLENS_ALLOWED_ROOTS", str(tmp_path))
    return data


def install(home: Path, *names: str) -> None:
    """Put examples into the user's folder."""
    (home / "plugins").mkdir(exist_ok=True)
    for name in names:
        shutil.copy(EXAMPLES / f"{name}.py", home / "plugins")
