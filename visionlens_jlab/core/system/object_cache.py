"""Objects on the disk of this machine, at most so many bytes of them."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from visionlens_jlab.core.system.private_files import make_private_folder

PARTS_BETWEEN_LOOKS = 16
"""The folder is measured again when this part of the limit was written by one process."""


class ObjectCache:
    """Shared by all processes of a user; the objects used longest ago go first.

    Parameters
    ----------
    folder : Path
        Made when the first object comes.
    limit : int
        Bytes. An object that is larger is kept until the next one comes.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._written = limit  # measured with the first object
        self._lock = threading.Lock()

    def find(self, name: str) -> BinaryIO | None:
        """The file of an object, open for reading; None: it is not here."""
        path = self._path(name)
        try:
            file = path.open("rb")
        except OSError:
            return None
        with suppress(OSError):  # when it was used last; its time of change is part of an ETag
            os.utime(path, ns=(time.time_ns(), os.fstat(file.fileno()).st_mtime_ns))
        return file

    def keep(self, name: str, write: Callable[[BinaryIO], None]) -> BinaryIO:
        """Write an object's file and open it for reading; whole or not at all."""
        path = self._path(name)
        make_private_folder(self._folder)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.partial")
        try:
            with open(partial, "wb", opener=_own) as file:
                write(file)
            size = partial.stat().st_size
            partial.replace(path)
            opened = path.open("rb")  # by its own name: others open it again by that
        except BaseException:
            with suppress(OSError):
                partial.unlink()
            raise
        self._make_room(size)
        return opened

    def _path(self, name: str) -> Path:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / digest[:2] / digest

    def _make_room(self, size: int) -> None:
        with self._lock:
            self._written += size
            if self._written < self._limit // PARTS_BETWEEN_LOOKS:
                return
            self._written = 0
        files = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                status = path.stat()
                files.append((status.st_atime, status.st_size, path))
        total = sum(length for _, length, _ in files)
        # an eighth more goes than must, so that not every object looks again
        for used, length, path in sorted(files):
            if total <= self._limit * 7 // 8 and not _is_left(path, used):
                break
            with suppress(OSError):
                path.unlink()
                total -= length


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_left(path: Path, used: float) -> bool:
    """Whether a process was killed while it wrote this file."""
    return path.suffix == ".partial" and time.time() - used > 3600
