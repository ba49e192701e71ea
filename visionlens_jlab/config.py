"""Where things are kept."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

API_PREFIX = "visionlens/api/v1"
"""Below the Jupyter base URL."""

ENV_DATA_DIR = "VISIONLENS_DATA_DIR"
ENV_SERVER = "VISIONLENS_SERVER"
"""Address of the Jupyter server (with its base URL) that the extension leaves to local kernels."""
ENV_TOKEN = "VISIONLENS_TOKEN"  # noqa: S105
"""A token that opens this extension's routes only, left beside ENV_SERVER."""


def default_data_dir() -> Path:
    """`$VISIONLENS_DATA_DIR`, else `visionlens` in the Jupyter data folder."""
    named = os.environ.get(ENV_DATA_DIR)
    if named:
        return Path(named).expanduser().resolve()
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "visionlens"


def slugify(name: str) -> str:
    """A folder name from a dataset's name: ASCII letters, digits, dots, underscores, hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._").lower()[:80]
    return slug or "dataset"
