"""Version, contract, settings of the extension."""

from __future__ import annotations

import json
import os

import pytest

from visionlens_jlab import __version__
from visionlens_jlab.config import API_PREFIX, ENV_SERVER, ENV_TOKEN


async def test_about_names_the_version(jp_fetch):
    answer = await jp_fetch(API_PREFIX, "about")
    body = json.loads(answer.body)
    assert body["version"] == __version__
    assert body["limits"]["tile_ids"] == 500
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["VisionLens-Request-Id"]
