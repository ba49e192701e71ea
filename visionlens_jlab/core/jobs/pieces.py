"""Pieces on disk: what a job hands over at once, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping
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
