"""A job's folder: its input, its log, its cancel flag, the pieces of its attempts."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections import deque
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from visionlens_jlab.core.jobs.pieces import write_json

LOG_LINES = 1000
OWNER = "owner.json"
RESERVE = "reserve"
RESERVE_BYTES = 8 << 20
"""Held on the disk while a job runs: on a full disk its end can be written after all."""


class Spool:
    """`<data_dir>/spool/<job>/`, shared by the server and the worker.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.input = folder / "input"
        self._cancel = folder / "cancel"
        self._log = folder / "log.jsonl"

    @classmethod
    def of(cls, data_dir: Path, job: str) -> Spool:
        """The spool of a job."""
        return cls(data_dir / "spool" / job)

    def make(self, owner: Mapping[str, Any] | None = None) -> None:
        """Create the folder, for this user only; `owner`: what is stored of who makes it."""
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if owner is not None:
            write_json(self.folder / OWNER, owner)
        self.input.mkdir(mode=0o700, exist_ok=True)
        self.hold_room()

    def attempt(self, number: int) -> Path:
        """Folder of one attempt, counted from 1."""
        return self.folder / str(number)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._cancel.exists()

    def cancel(self) -> None:
        """Ask the job to stop, in whatever process it runs."""
        self._cancel.touch(mode=0o600)

    def log(self, level: str, message: str) -> None:
        """Add a line; one write, so that lines of two processes do not mix.

        A line for which there is no room is left out: no job ends because of its log.
        """
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "level": level,
            "message": message,
        }
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with contextlib.suppress(OSError):
            descriptor = os.open(self._log, flags, 0o600)
            try:
                os.write(descriptor, json.dumps(line, ensure_ascii=False).encode() + b"\n")
            finally:
                os.close(descriptor)

    def lines(self) -> list[dict[str, Any]]:
        """The last lines of the log, oldest first; what cannot be read is left out."""
        try:
            with self._log.open("rb") as file:
                last = deque(file, LOG_LINES)
        except OSError:
            return []
        lines = []
        for line in last:
            with contextlib.suppress(ValueError):
                lines.append(json.loads(line))
        return [line for line in lines if isinstance(line, dict)]

    @property
    def owner(self) -> dict[str, Any] | None:
        """What is stored of who made it; None: nothing that can be read."""
        try:
            content: dict[str, Any] = json.loads((self.folder / OWNER).read_bytes())
        except (OSError, ValueError):
            return None
        kinds: dict[str, type | tuple[type, ...]] = {"host": str, "pid": int}
        kinds |= {"server": (str, type(None)), "heartbeat": (int, float)}
        whole = isinstance(content, dict) and all(
            isinstance(content.get(name), kind) and name in content for name, kind in kinds.items()
        )
        return content if whole else None

    @property
    def is_clear(self) -> bool:
        """Whether it holds nothing but the log."""
        return all(path == self._log for path in self.folder.glob("*"))

    def clear(self) -> None:
        """Remove everything but the log, also the room held for the job's end."""
        self._remove_all_but({self._log.name})

    def restart(self, offered: Collection[str]) -> None:
        """Remove what was prepared and made, but for what was `offered` as input."""
        self._remove_all_but({self._log.name, self._cancel.name, OWNER, RESERVE, self.input.name})
        for path in self.input.glob("*"):
            if path.name not in offered:
                _remove(path)

    def shrink(self) -> None:
        """Remove what no further attempt reads: those before, and the room held for the end."""
        _remove(self.folder / RESERVE)
        for path in self.folder.glob("*"):
            if path.is_dir() and path != self.input:
                _remove(path)

    def _remove_all_but(self, kept: Collection[str]) -> None:
        for path in self.folder.glob("*"):
            if path.name not in kept:
                _remove(path)

    def remove(self) -> None:
        """Remove the folder and all it holds."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def hold_room(self) -> None:
        """Take room on the disk that `clear` gives back; nothing where it is taken already."""
        descriptor = os.open(self.folder / RESERVE, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
            else:
                os.write(descriptor, bytes(RESERVE_BYTES))
        finally:
            os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
