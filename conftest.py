"""Fixtures of every test: a Jupyter server with the extension, on a data directory of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from traitlets.config import Config

# jsonschema builds the parsers of a format that nobody here states where it can: a CPU second.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# What numba compiles is kept between runs; `make test` names a folder of its own.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path.home() / ".cache" / "visionlens-tests" / "numba"))
pytest_plugins = ["pytest_jupyter.jupyter_server"]

# New examples are looked for by hand and in `make soak`; `make test` judges a change by the same
# ones each time. No deadline: the first example loads what it needs.
settings.register_profile("test", max_examples=30, derandomize=True, deadline=None, print_blob=True)
settings.register_profile("soak", max_examples=2000, deadline=None, print_blob=True)
settings.register_profile("by hand", deadline=None)
settings.load_profile("by hand")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random examples go over the lines of written ones: what they run is not measured."""
    for item in items:
        if item.get_closest_marker("hypothesis"):
            item.add_marker("no_cover")


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Where the server keeps its datasets."""
    return tmp_path / "visionlens"


@pytest.fixture
def jp_server_config(data_dir: Path) -> Config:
    """A server that refuses whatever forgot to say who may ask."""
    return Config(
        {
            "ServerApp": {
                "jpserver_extensions": {"visionlens_jlab": True},
                "allow_unauthenticated_access": False,
            },
            "VisionLens": {"data_dir": str(data_dir)},
        }
    )


@pytest.fixture(autouse=True)
def jp_server_cleanup(request: pytest.FixtureRequest) -> Iterator[None]:
    """Stop the server of a test that has one; the plugin would make one for every other test."""
    if "jp_serverapp" not in request.fixturenames:
        yield
        return
    loop = request.getfixturevalue("jp_asyncio_loop")
    server = request.getfixturevalue("jp_serverapp")
    yield
    loop.run_until_complete(server._cleanup())
    server.kernel_manager.context.destroy()
    type(server).clear_instance()
