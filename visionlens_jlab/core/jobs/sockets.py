"""Folders for the sockets of worker kernels; those that a killed server left are removed."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

from visionlens_jlab.core.system.processes import birth, runs

_PREFIX = "visionlens-"
_OWNER = "owner"


def make_folder() -> Path:
    """An empty folder for this process, with a short path: a socket's may have 100 characters."""
    remove_stale()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    own = (socket.gethostname(), str(os.getpid()), birth(os.getpid()) or "")
    (folder / _OWNER).write_text("\n".join(own), encoding="utf-8")
    return folder


def remove_stale() -> None:
    """Remove the folders of processes that run no more."""
    for note in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_OWNER}"):
        if _is_over(note):
            shutil.rmtree(note.parent, ignore_errors=True)


def _is_over(note: Path) -> bool:
    """Whether the owner was a process of this machine that is gone."""
    try:
        host, pid, born = note.read_text(encoding="utf-8").split("\n")
        return host == socket.gethostname() and not runs(int(pid), born or None)
    except (OSError, ValueError):  # somebody else's, or being written
        return False
