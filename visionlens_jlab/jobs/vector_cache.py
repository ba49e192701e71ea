"""Vectors of images seen before, by content and model; may be deleted at any time."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = "cache/vectors"
_AT_ONCE = 500
Matrix = np.ndarray[Any, Any]


def cache_key(content_hash: str, box: tuple[float, ...] | None) -> bytes:
    """Names an image, or a part of it in pixels of the upright image."""
    part = "" if box is None else ",".join(f"{side:.3f}" for side in box)
    return hashlib.blake2b(f"{content_hash}:{part}".encode(), digest_size=16).digest()


class VectorCache:
    """The vectors of one version of a model, in one SQLite file that processes may share.

    What cannot be read or written (a damaged file, a full disk) is as if it were not there.

    Parameters
    ----------
    data_dir : Path
    version : str
        Of the model.
    dimension : int
    """

    def __init__(self, data_dir: Path, version: str, dimension: int) -> None:
        folder = data_dir / FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", version)
        self._path = folder / f"{name}-{dimension}.sqlite"
        self._dimension = dimension
        with contextlib.suppress(sqlite3.Error), self._connect() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vector "
                "(key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
            )
            self._path.chmod(0o600)

    def get(self, keys: Sequence[bytes | None]) -> dict[int, Matrix]:
        """Position in `keys` -> vector float32 (dimension,), of those that are there."""
        wanted = {key: i for i, key in enumerate(keys) if key is not None}
        positions: dict[bytes, list[int]] = {}
        for i, key in enumerate(keys):
            if key is not None:
                positions.setdefault(key, []).append(i)
        found: dict[int, Matrix] = {}
        with contextlib.suppress(sqlite3.Error), self._connect() as connection:
            asked = list(wanted)
            for start in range(0, len(asked), _AT_ONCE):
                part = asked[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(part))
                sql = f"SELECT key, vector FROM vector WHERE key IN ({marks})"  # noqa: S608
                for key, blob in connection.execute(sql, part):
                    if len(blob) == 4 * self._dimension:
                        for position in positions[key]:
                            found[position] = np.frombuffer(blob, np.float32)
        return found

    def put(self, keys: Sequence[bytes], vectors: Matrix) -> None:
        """Keep vectors."""
        rows = zip(keys, np.ascontiguousarray(vectors, np.float32), strict=True)
        with contextlib.suppress(sqlite3.Error), self._connect() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vector VALUES (?, ?)",
                [(key, vector.tobytes()) for key, vector in rows],
            )

    @contextlib.contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._path, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            with connection:
                yield connection
