"""Files and folders that only their owner may read."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Create `folder` and its missing parents with mode 0700; an existing one of ours gets it."""
    if folder.is_dir():
        _tighten(folder)
        return
    for missing in reversed([folder, *folder.parents]):
        with suppress(FileExistsError):
            missing.mkdir(mode=0o700)  # mkdir(parents=True) would give the others the usual mode


def _tighten(folder: Path) -> None:
    """Take from others what they may do in a folder; not in one that is meant for them."""
    status = folder.stat()
    shared = status.st_mode & stat.S_ISVTX or Path.home().is_relative_to(folder.resolve())
    if status.st_uid == os.geteuid() and status.st_mode & 0o077 and not shared:
        with suppress(OSError):  # a file system without modes, or one that is read only
            folder.chmod(0o700)


def write_private_file(path: Path, content: bytes) -> None:
    """Replace `path` by `content` (mode 0600): a reader sees the old or the new file.

    A folder in its place, which is none of ours, is set aside.
    """
    if path.is_dir() and not path.is_symlink():
        set_aside(path)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove(path: Path) -> None:
    """Remove a file of ours that may be gone, or whatever lies in its place."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Rename what is in the way, beside where it was; where it is now."""
    for number in range(1, 10_000):
        target = path.with_name(f"{path.name}.damaged-{number}")
        if not os.path.lexists(target):
            path.rename(target)
            return target
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
