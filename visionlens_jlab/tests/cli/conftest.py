"""The console script, as a user's shell runs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command() -> list[str]:
    """The installed script, or the same function in a checkout that is not installed."""
    script = shutil.which("visionlens", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "visionlens_jlab.cli"]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A shell without a server, with a data directory of its own."""
    ours = ("VISIONLENS_", "JUPYTERHUB_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"VISIONLENS_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "200"}


@pytest.fixture
def run(environ: dict[str, str], tmp_path: Path) -> Run:
    """Run the script to its end."""

    def run(*arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command(), *arguments],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            input="" if input is None else input,
            timeout=150,
            check=False,
        )

    return run
