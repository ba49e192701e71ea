"""A job's folder: its input, log and cancel flag, and the pieces that its attempts hand over.

A piece is handed over whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import zlib
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa


MANIFEST = "piece.json"


def write_piece(
    attempt: Path,
    sequence: int,
    tables: Mapping[str, pa.Table],
    files: Mapping[str, Path],
    summary: Mapping[str, Any] | None,
) -> Path:
    """Write `<attempt>/<sequence>/` and return it; a crash leaves all of it or nothing.

    `files` are moved into the piece. Everything is on the disk before the folder gets its name.
    """
    whole = attempt / f"{sequence:08d}"
    partial = attempt / f".{sequence:08d}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    try:
        for name, table in tables.items():
            _write_table(partial / f"{name}.arrow", table)
        for name, path in files.items():
            shutil.move(path, partial / name)
            _flush(partial / name)
        contents = {path.name: _seal(path) for path in sorted(partial.iterdir())}
        write_json(partial / MANIFEST, {"summary": summary or {}, "contents": contents})
        _flush(partial)
        partial.replace(whole)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)  # makes room on a full disk
        raise
    _flush(attempt)
    return whole


def _seal(path: Path) -> list[int]:
    """Size and, of a table, CRC-32; other files have checksums of their own inside."""
    if path.suffix != ".arrow":
        return [path.stat().st_size]
    content = path.read_bytes()
    return [len(content), zlib.crc32(content)]


def check_piece(folder: Path) -> None:
    """DamagedPieceError unless a piece's folder holds what was written into it."""
    try:
        contents = json.loads((folder / MANIFEST).read_bytes())["contents"]
        bad = [name for name, seal in contents.items() if _seal(folder / name) != seal]
        bad += sorted({path.name for path in folder.iterdir()} - {MANIFEST, *contents})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedPieceError(folder, str(error)) from error
    if bad:
        raise DamagedPieceError(folder, f"{bad[0]} is not as it was written")


class DamagedPieceError(VisionLensError):
    """A piece that is not as it was written; nothing of it was committed."""

    def __init__(self, folder: Path, cause: str) -> None:
        super().__init__(
            "JOB_FAILED",
            f"The piece {folder.name} of the job is damaged ({cause}).",
            "Start the job again: what was committed before stays.",
        )


def whole_pieces(attempt: Path) -> Iterator[tuple[int, Path]]:
    """(sequence, folder) of the whole pieces of an attempt, in order."""
    if not attempt.is_dir():
        return
    for folder in sorted(attempt.iterdir()):
        if folder.name.isdigit() and folder.is_dir():
            yield int(folder.name), folder


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """A private JSON file, written under another name first and on the disk when it appears."""
    partial = path.with_name(f".{path.name}.partial")
    with _private(partial) as file:
        file.write(json.dumps(content, ensure_ascii=False).encode())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def write_stream(path: Path, table: pa.Table) -> None:
    """A table as a private Arrow stream file."""
    _write_table(path, table)


def _write_table(path: Path, table: pa.Table) -> None:
    import pyarrow as pa

    with _private(path) as file:
        with pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
        file.flush()
        os.fsync(file.fileno())


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
