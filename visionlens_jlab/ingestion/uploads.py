"""Image files that were sent to a dataset."""

from __future__ import annotations

import errno
import io
import os
import re
import tempfile
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from visionlens_jlab.core.system.confinement import not_allowed
from visionlens_jlab.errors import VisionLensError, system_errors
from visionlens_jlab.ingestion.shapes import Uploaded
from visionlens_jlab.media.browser import browser_type
from visionlens_jlab.media.drawing import check_image
from visionlens_jlab.media.headers import is_image

FOLDER = "uploads"
"""In the dataset's folder; a source root of its own."""
LONGEST_NAME = 200
LARGEST_BYTES = 256 << 20
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def store_upload(dataset: Path, name: str, content: bytes) -> Uploaded:
    """Keep an image file, whole or not at all.

    The same file sent twice is kept once; another file of the same name gets a number.

    Raises
    ------
    VisionLensError
        UPLOAD_INVALID for what is no image file, UPLOAD_TOO_LARGE, DISK_SPACE, PERMISSION_DENIED.
    """
    if len(content) > LARGEST_BYTES:
        raise VisionLensError("UPLOAD_TOO_LARGE", f"{name} has {len(content):,} bytes.")
    wanted = safe_name(name)
    if not is_image(wanted):
        raise VisionLensError("UPLOAD_INVALID", f"{wanted!r} is not the name of an image file.")
    _check(wanted, content)
    folder = dataset / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        upload_folder(dataset)
        free = _free_path(folder, wanted, content)
        if not free.exists():
            _write(free, content)
    except OSError as error:
        code = "DISK_SPACE" if error.errno in FULL else "PERMISSION_DENIED"
        raise VisionLensError(code, f"{wanted} could not be stored: {error}.") from error
    return Uploaded(filename=free.name, bytes=len(content))


def _check(name: str, content: bytes) -> None:
    """UPLOAD_INVALID for what is no image; looked at where memory is bounded."""
    if browser_type(io.BytesIO(content)) is not None:
        return
    with system_errors(), tempfile.NamedTemporaryFile(prefix="visionlens-") as file:
        file.write(content)
        file.flush()
        file.seek(0)
        try:
            check_image(cast(BinaryIO, file))
        except VisionLensError as error:
            if error.code != "IMAGE_UNREADABLE":
                raise
            reason = error.message.partition(": ")[2]
            raise VisionLensError("UPLOAD_INVALID", f"{name} cannot be read: {reason}") from error


def upload_folder(dataset: Path) -> Path:
    """The folder of what was sent. PATH_NOT_ALLOWED where a link stands for it."""
    folder = dataset / FOLDER
    if folder.is_symlink():
        raise not_allowed(str(folder))
    return folder


def safe_name(name: str) -> str:
    """The last part of a name, without what a file name must not hold."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[\x00-\x1f\x7f]", "", last).lstrip(".").strip()
    plain = plain.encode("utf-8", "ignore").decode()
    stem, suffix = PurePath(plain).stem, PurePath(plain).suffix
    while len(f"{stem}{suffix}".encode()) > LONGEST_NAME and stem:
        stem = stem[:-1]
    return f"{stem}{suffix}" if stem else ""


def _free_path(folder: Path, name: str, content: bytes) -> Path:
    """Where the content is already, or a name that is free."""
    path, number = folder / name, 1
    while os.path.lexists(path) and not _holds(path, content):
        number += 1
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
    return path


def _holds(path: Path, content: bytes) -> bool:
    same = not path.is_symlink() and path.stat().st_size == len(content)
    return same and path.read_bytes() == content


def _write(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
