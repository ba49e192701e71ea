"""Where search indexes are kept: embedded in the datasets' folders, or on a Qdrant server."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from visionlens_jlab.config import ENV_QDRANT_API_KEY, ENV_QDRANT_URL
from visionlens_jlab.core.system.private_files import write_private_file

CHOICE = "vector_store.json"
"""In a dataset's folder: the server that its indexes were moved to."""


@dataclass(frozen=True)
class VectorConfig:
    """Address of a Qdrant server (empty: embedded) and its key."""

    url: str = ""
    api_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> VectorConfig:
        """From `VISIONLENS_QDRANT_URL` and `VISIONLENS_QDRANT_API_KEY`."""
        return cls(os.environ.get(ENV_QDRANT_URL, ""), os.environ.get(ENV_QDRANT_API_KEY, ""))


def chosen_url(dataset: Path, default: str) -> str:
    """The server of a dataset's indexes: the one it was moved to, else the default; empty: none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((dataset / CHOICE).read_text(encoding="utf-8"))["url"])
    return default


def choose_url(dataset: Path, url: str) -> None:
    """Remember where a dataset's indexes are; the key is a setting and never written."""
    write_private_file(dataset / CHOICE, json.dumps({"url": url}).encode())
