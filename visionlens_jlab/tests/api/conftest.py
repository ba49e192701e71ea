"""Fixtures of the tests of the REST API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.extension import VisionLensApp
from visionlens_jlab.tests.api.servers import Api, fill


@pytest.fixture
def extension(jp_serverapp: Any) -> VisionLensApp:
    """The extension in the running server."""
    app = jp_serverapp.extension_manager.extension_points["visionlens_jlab"].app
    assert isinstance(app, VisionLensApp)
    return app


@pytest.fixture
def api(jp_fetch: Any) -> Api:
    """Requests with the Jupyter server's token."""
    return Api(jp_fetch)


@pytest.fixture
def dataset(extension: VisionLensApp, jp_root_dir: Path) -> str:
    """Slug of a dataset of 30 samples."""
    return fill(extension.services.library, jp_root_dir / "street")
