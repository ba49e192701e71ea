"""`owner.json`: which process holds a dataset."""

from __future__ import annotations

import json
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.system.private_files import write_private_file
from visionlens_jlab.core.system.processes import runs
from visionlens_jlab.errors import VisionLensError

_FILE = "owner.json"


@dataclass(frozen=True)
class Owner:
    """A process that holds a dataset; `address` when it is a server."""

    host: str
    pid: int
    address: str | None

    def __str__(self) -> str:
        at = f" at {self.address}" if self.address else ""
        return f"{self.host}, PID {self.pid}{at}"

    @property
    def is_me(self) -> bool:
        """Whether it is this process."""
        return self.host == socket.gethostname() and self.pid == os.getpid()

    def is_alive(self) -> bool:
        """Whether the process runs; one on another host is taken to."""
        if self.host != socket.gethostname():
            return True
        return runs(self.pid)


def write_owner(folder: Path, address: str | None) -> None:
    """Record this process as the holder."""
    content = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "address": address,
        "since": to_iso(utc_now()),
    }
    write_private_file(folder / _FILE, json.dumps(content).encode())


def read_owner(folder: Path) -> Owner | None:
    """Who is recorded as the holder, alive or not; None: nobody, or unreadable."""
    try:
        content = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return Owner(str(content["host"]), int(content["pid"]), content.get("address"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_owner(folder: Path) -> None:
    """Forget this process as the holder."""
    owner = read_owner(folder)
    if owner is not None and owner.is_me:
        (folder / _FILE).unlink(missing_ok=True)


def busy_error(folder: Path, reason: str) -> VisionLensError:
    """DATASET_BUSY naming the holder; `reason` is DuckDB's text, which may name a PID."""
    owner = read_owner(folder)
    named = re.search(r"PID (\d+)", reason)
    if named and (owner is None or owner.pid != int(named.group(1))):
        owner = Owner(socket.gethostname(), int(named.group(1)), None)
    details = {} if owner is None else vars(owner).copy()
    who = "another process" if owner is None else str(owner)
    return VisionLensError(
        "DATASET_BUSY", f"The dataset {folder.name!r} is held by {who}.", details=details
    )
