"""What DuckDB says when the system refused it something, or when the dataset's file is damaged."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb

from visionlens_jlab.errors import VisionLensError

_DAMAGED = (
    "corrupt",
    "computed checksum",
    "could not read enough bytes",
    "not a valid duckdb database file",
    "failure while replaying wal",
    "could not read from file",
    "failed to deserialize",
    "database has been invalidated",
    os.strerror(errno.EIO).lower(),
)
_LOCKED = ("could not set lock", "conflicting lock")


def of_database(error: Exception, folder: Path | None = None) -> VisionLensError | None:
    """DISK_SPACE, PERMISSION_DENIED or DATASET_DAMAGED when that is what DuckDB met; None: else.

    Parameters
    ----------
    error : Exception
        Of DuckDB, or of Arrow, which passes on what DuckDB said.
    folder : Path, optional
        Of the dataset, where it is known.
    """
    text = str(error)
    if os.strerror(errno.ENOSPC) in text or os.strerror(errno.EDQUOT) in text:
        return VisionLensError("DISK_SPACE", "The disk is full.")
    if os.strerror(errno.EROFS) in text:
        return VisionLensError(
            "PERMISSION_DENIED",
            "The dataset is on a read-only file system.",
            "Open it with read_only=True, or copy its folder to where it may be written.",
        )
    if any(os.strerror(number) in text for number in (errno.EACCES, errno.EPERM)):
        return VisionLensError(
            "PERMISSION_DENIED", "The dataset's file may not be read or written."
        )
    if isinstance(error, duckdb.SerializationException | duckdb.FatalException) or any(
        sign in text.lower() for sign in _DAMAGED
    ):
        return damaged(folder, text)
    return None


def is_locked(error: duckdb.Error) -> bool:
    """Whether another process has the file open."""
    return any(sign in str(error).lower() for sign in _LOCKED)


def damaged(folder: Path | None, cause: str) -> VisionLensError:
    """DATASET_DAMAGED with what DuckDB said about it."""
    what = "The file of the dataset" if folder is None else f"The dataset {folder.name!r}"
    return VisionLensError(
        "DATASET_DAMAGED", f"{what} cannot be read: it is damaged.", details={"cause": cause}
    )
