"""Vectors of images seen before, by content and model; may be deleted at any time."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.config import default_vector_cache

FOLDER = "cache/vectors"
_AT_ONCE = 500
_REMEMBER_MS = 3600_000
"""A use is noted again after so long: notes are writes."""
_KEEP_SHARE = 7 / 8
"""Of the limit: what is left when it was exceeded, so that it is not again at once."""
_TABLES = """
    PRAGMA auto_vacuum = INCREMENTAL;
    CREATE TABLE IF NOT EXISTS vector (id INTEGER PRIMARY KEY, vector BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS entry
        (key BLOB PRIMARY KEY, id INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
"""
"""Vectors lie in the order in which they came, so that removing old ones frees whole pages."""
_FIND = "SELECT key, vector FROM entry JOIN vector USING (id) WHERE key IN ({})"
_NOTE = "UPDATE entry SET used = ? WHERE used < ? AND key IN ({})"
_FAILURES = (sqlite3.Error, OSError)
Matrix = np.ndarray[Any, Any]


def cache_key(content_hash: str, box: tuple[float, ...] | None) -> bytes:
    """Names an image, or a part of it in pixels of the upright image."""
    part = "" if box is None else ",".join(f"{side:.3f}" for side in box)
    return hashlib.blake2b(f"{content_hash}:{part}".encode(), digest_size=16).digest()


class VectorCache:
    """The vectors of one version of a model, in one SQLite file that processes may share.

    All files together stay below a limit: what was not used for longest goes first, whatever its
    model. What cannot be read or written (a damaged file, a full disk) is as if it were not there.

    Parameters
    ----------
    data_dir : Path
    version : str
        Of the model.
    dimension : int
    limit : int, optional
        Bytes of all models' files together; 0: nothing is kept. Default:
        `config.default_vector_cache`.
    """

    def __init__(
        self, data_dir: Path, version: str, dimension: int, limit: int | None = None
    ) -> None:
        self._folder = data_dir / FOLDER
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", version)
        self._path = self._folder / f"{name}-{dimension}.sqlite"
        self._dimension = dimension
        self._limit = default_vector_cache() << 20 if limit is None else limit
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.trim()

    def get(self, keys: Sequence[bytes | None]) -> dict[int, Matrix]:
        """Position in `keys` -> vector float32 (dimension,), of those that are there."""
        positions: dict[bytes, list[int]] = {}
        for i, key in enumerate(keys):
            if key is not None:
                positions.setdefault(key, []).append(i)
        found: dict[int, Matrix] = {}
        if not self._path.exists():
            return found
        with contextlib.suppress(*_FAILURES), _connect(self._path) as connection:
            asked = list(positions)
            for start in range(0, len(asked), _AT_ONCE):
                part = asked[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(part))
                for key, blob in connection.execute(_FIND.format(marks), part):
                    if len(blob) == 4 * self._dimension:
                        for position in positions[key]:
                            found[position] = np.frombuffer(blob, np.float32)
                now = _now()
                connection.execute(_NOTE.format(marks), [now, now - _REMEMBER_MS, *part])
        return found

    def put(self, keys: Sequence[bytes], vectors: Matrix) -> None:
        """Keep vectors."""
        if not self._limit or not len(keys):
            return
        now, blobs = _now(), np.ascontiguousarray(vectors, np.float32)
        with contextlib.suppress(*_FAILURES), _connect(self._path) as connection:
            for key, blob in zip(keys, blobs, strict=True):
                added = connection.execute("INSERT INTO vector VALUES (NULL, ?)", [blob.tobytes()])
                entry = (key, added.lastrowid, now)
                connection.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", entry)
        self.trim()

    def trim(self) -> None:
        """Remove what was not used for longest while the files are larger than the limit."""
        with contextlib.suppress(OSError):
            files = {path: path.stat().st_size for path in self._folder.glob("*.sqlite")}
            if sum(files.values()) > self._limit:
                _remove_oldest(files, int(self._limit * _KEEP_SHARE))


def _remove_oldest(files: dict[Path, int], keep: int) -> None:
    """Leave about `keep` bytes of what was used last in files, given with their sizes."""
    uses: list[tuple[int, float]] = []
    for path, size in files.items():
        counts = _uses(path)
        each = size / max(1, sum(count for _, count in counts))
        uses += [(at, count * each) for at, count in counts]
    kept, oldest = 0.0, _now()
    for at, length in sorted(uses, reverse=True):
        kept += length
        if kept > keep:
            break
        oldest = at
    for path in files:
        _remove_before(path, oldest)


def _uses(path: Path) -> list[tuple[int, int]]:
    """Times of last use (ms) with the number of vectors; none where the file is damaged."""
    with contextlib.suppress(*_FAILURES), _connect(path) as connection:
        sql = "SELECT used, count(*) FROM entry GROUP BY used"
        return connection.execute(sql).fetchall()
    return []


def _remove_before(path: Path, time_ms: int) -> None:
    left = 0
    with contextlib.suppress(*_FAILURES), _connect(path) as connection:
        connection.execute("DELETE FROM entry WHERE used < ?", [time_ms])
        connection.execute("DELETE FROM vector WHERE id NOT IN (SELECT id FROM entry)")
        left = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
    if not left:  # empty or damaged
        path.unlink(missing_ok=True)
        return
    with contextlib.suppress(*_FAILURES), _connect(path) as connection:
        connection.executescript("PRAGMA incremental_vacuum")  # execute() frees one page


def _now() -> int:
    return time.time_ns() // 1_000_000


@contextlib.contextmanager
def _connect(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction; the tables are there, whoever removed the file meanwhile."""
    path.touch(0o600)
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_TABLES)
        with connection:
            yield connection
