"""Datasets of 2,000 images without pixels, one per world, and a small one with pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_demo.generate import generate
from visionlens_jlab.tests.demo.reading import Written, read

SEED = 20


@pytest.fixture(scope="session", params=["street", "harbour"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """2,000 images without pixels."""
    folder = tmp_path_factory.mktemp("large") / request.param
    generate(folder, 2000, SEED, request.param, render=False)
    return read(folder, folder.with_name(f"{request.param}.manifest.json"))


@pytest.fixture(scope="session", params=["street", "harbour"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of 48 images at a small size; the manifest lies beside it."""
    folder = tmp_path_factory.mktemp("small") / request.param
    generate(folder, 48, SEED, request.param, size=(320, 200), workers=2)
    return folder
