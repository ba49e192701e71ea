"""The one check of paths: a file lies in folders that may be read, wherever links lead.

A path is judged by where it leads, not by how it is written, and never by whether anything is
there: what lies outside is refused alike whether it exists or not. What is opened is judged once
more by its descriptor, since a link may have been put in between.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from visionlens_jlab.errors import VisionLensError

_DESCRIPTORS = "/proc/self/fd"
_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
"""Opening a named pipe must not wait for somebody to write into it."""


def is_address(place: str) -> bool:
    """Whether a place is one of a storage elsewhere, such as `gs://bucket/photos`."""
    return "://" in place and not place.startswith("file://")


class Confinement:
    """Folders, and everything that really lies in them; addresses, and what is below them.

    Parameters
    ----------
    folders : iterable of str or Path
        Real paths: they are not followed. `Confinement.of` follows what a user names.
    """

    def __init__(self, folders: Iterable[str | Path] = ()) -> None:
        self.folders = tuple(dict.fromkeys(str(folder) for folder in folders))

    @classmethod
    def of(cls, folders: Iterable[str | Path]) -> Confinement:
        """Of folders as users name them, where they lead now."""
        return cls(
            str(folder).rstrip("/")
            if is_address(str(folder))
            else os.path.realpath(Path(folder).expanduser())
            for folder in folders
        )

    def and_in(self, folders: Iterable[str | Path]) -> Confinement:
        """With further folders, real paths too."""
        return Confinement((*self.folders, *folders))

    def holds(self, real: str | Path) -> bool:
        """Whether a path without links, or an address, lies in one of the folders."""
        path = str(real)
        if is_address(path) and not _PARTS_UP.isdisjoint(path.split("/")):
            return False
        return any(
            path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
            for folder in self.folders
        )

    def allows_root(self, location: str) -> bool:
        """Whether a root may be read: a folder by where it leads, an address as it is written."""
        if is_address(location):
            return self.holds(location)
        try:
            self.resolve(location)
        except VisionLensError:
            return False
        return True

    def resolve(self, path: str | Path) -> str:
        """The real path. PATH_NOT_ALLOWED outside the folders, whether it exists or not."""
        if is_address(str(path)):
            address = str(path).rstrip("/")
            if "\0" in address or not self.holds(address):
                raise not_allowed(address)
            return address
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):  # a null character
            real = ""
        if not self.holds(real) or _is_loop(real):
            raise not_allowed(str(path))
        return real

    def open(self, real: str) -> BinaryIO:
        """A file, open for reading; its path was resolved before.

        Raises
        ------
        VisionLensError
            PATH_NOT_ALLOWED outside the folders; inside them IMAGE_MISSING, PERMISSION_DENIED.
        """
        if not self.holds(real):
            raise not_allowed(real)
        try:
            descriptor = os.open(real, _FLAGS)
        except PermissionError as error:
            raise VisionLensError("PERMISSION_DENIED", f"{real} cannot be read.") from error
        except (OSError, ValueError) as error:  # not there, or a name no system allows
            raise VisionLensError("IMAGE_MISSING", f"There is no file {real}.") from error
        try:
            if not self.holds(_path_of(descriptor, real)):
                raise not_allowed(real)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise VisionLensError("IMAGE_MISSING", f"{real} is no file.")
            return open(real, "rb", opener=lambda *_: descriptor)
        except BaseException:
            os.close(descriptor)
            raise


NOWHERE = Confinement()
_PARTS_UP = {".", ".."}
LONGEST, LONGEST_PART = 4_000, 255
"""Bytes that a path and each name in it may have."""


def check_name(path: str) -> None:
    """PATH_NOT_ALLOWED for what no system takes as a path, before it is asked."""
    content = path.encode("utf-8", "surrogatepass")
    longest = max(map(len, content.split(b"/")))
    if "\0" in path or len(content) > LONGEST or longest > LONGEST_PART:
        raise VisionLensError(
            "PATH_NOT_ALLOWED",
            f"{path[:100]!r}... is no path: it holds a null character, more than {LONGEST} bytes, "
            f"or a name of more than {LONGEST_PART}.",
            "Name another file or folder.",
        )


def not_allowed(path: str) -> VisionLensError:
    """What is said of every path outside."""
    return VisionLensError(
        "PATH_NOT_ALLOWED", f"{path[:500]!r} leads outside the folders that may be read from here."
    )


def not_trusted(location: str) -> VisionLensError:
    """What is said of every image root that nobody here has chosen, whether it is there or not."""
    return VisionLensError(
        "ROOT_NOT_TRUSTED",
        f"The dataset names {location[:500]!r} as the place of its images; nobody has chosen that "
        "here.",
    )


def _is_loop(real: str) -> bool:
    """Whether a path leads around in a circle: `realpath` stops in the middle of it."""
    try:
        return stat.S_ISLNK(os.lstat(real).st_mode)
    except OSError as error:
        return error.errno == errno.ELOOP


def _path_of(descriptor: int, opened: str) -> str:
    """Where an open file lies."""
    if sys.platform == "darwin":
        import fcntl

        # F_GETPATH fills a buffer of MAXPATHLEN bytes
        return os.fsdecode(fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
    if os.path.isdir(_DESCRIPTORS):  # noqa: PTH112
        return os.readlink(f"{_DESCRIPTORS}/{descriptor}")  # noqa: PTH115
    real = os.path.realpath(opened)
    return real if os.path.samestat(os.stat(real), os.fstat(descriptor)) else ""  # noqa: PTH116
