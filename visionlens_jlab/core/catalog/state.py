"""`state.sqlite`: what several servers on one home share. Datasets known, jobs, tombstones."""

from __future__ import annotations

import fcntl
import functools
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

from visionlens_jlab.core.catalog import trusted_roots
from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.shapes import UNFINISHED
from visionlens_jlab.core.system.private_files import make_private_folder, set_aside
from visionlens_jlab.errors import VisionLensError

F = TypeVar("F", bound=Callable[..., Any])

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SIDES = ("", "-journal", "-wal", "-shm")
_CODES = {
    sqlite3.SQLITE_FULL: "DISK_SPACE",
    sqlite3.SQLITE_READONLY: "PERMISSION_DENIED",
    sqlite3.SQLITE_CANTOPEN: "PERMISSION_DENIED",
    sqlite3.SQLITE_PERM: "PERMISSION_DENIED",
}
FILE_NAME = "state.sqlite"
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS dataset (
    slug TEXT PRIMARY KEY, uuid TEXT NOT NULL, name TEXT NOT NULL, seen_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tombstone (
    uuid TEXT PRIMARY KEY, slug TEXT NOT NULL, deleted_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job (
    job TEXT PRIMARY KEY, kind TEXT NOT NULL, dataset TEXT, state TEXT NOT NULL, server TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS job_by_state ON job (state, created_at);
"""


_log = logging.getLogger(__name__)


def _mended(method: F) -> F:
    """Have a call that meets a damaged file make that anew, and do it once more."""

    @functools.wraps(method)
    def call(self: State, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            self._make_anew()
            return method(self, *args, **kwargs)

    return cast(F, call)


class State:
    """The shared state file; each call is a transaction of its own, from any thread or process.

    A damaged one is set aside and made anew. Of lasting value are only the roots that were chosen:
    they stand in a file beside it, too.

    A job is a JSON-compatible dict with at least `job`, `kind`, `state` (str); `dataset` and
    `server` (the process that owns it) may be missing or None; `created_at` (ISO 8601) is added
    where missing.

    Parameters
    ----------
    path : Path
    known : callable
        slug, uuid and name of the datasets there are, for a file that is made anew.
    """

    def __init__(
        self, path: Path, known: Callable[[], Iterable[tuple[str, str, str]]] = lambda: ()
    ) -> None:
        make_private_folder(path.parent)
        self._path = path
        self._known = known
        self._roots = path.with_name(trusted_roots.KEPT)
        if damage_of(path) is not None:
            self._make_anew()
        self._prepare()

    def _prepare(self) -> None:
        path = self._path
        with self._connect() as connection:
            # A rollback journal, not WAL: homes are often network file systems.
            connection.execute("PRAGMA journal_mode = DELETE")
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found > _SCHEMA_VERSION:
                raise VisionLensError(
                    "DATASET_TOO_NEW", f"{path} was written by a newer version of visionlens-jlab."
                )
            if found < _SCHEMA_VERSION:  # a full disk must not keep a present file from opening
                connection.executescript(_SCHEMA)
                connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
                path.chmod(0o600)
        if found < _SCHEMA_VERSION:
            with self._transaction():
                pass  # brings back the roots that were chosen

    # --- datasets ----------------------------------------------------------------------------

    @_mended
    def remember_dataset(self, slug: str, uuid: str, name: str) -> None:
        """Note a dataset that was created or opened."""
        with self._connect() as connection:
            same = "SELECT 1 FROM dataset WHERE slug = ? AND uuid = ? AND name = ?"
            if connection.execute(same, (slug, uuid, name)).fetchone():
                return
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO dataset VALUES (?, ?, ?, ?)", (slug, uuid, name, _now())
            )

    @_mended
    def known_datasets(self) -> list[dict[str, Any]]:
        """slug, uuid, name, seen_at (when first) of each dataset ever opened and not deleted."""
        with self._connect() as connection:
            return [dict(row) for row in connection.execute("SELECT * FROM dataset ORDER BY slug")]

    @_mended
    def bury_dataset(self, slug: str, uuid: str, *, by: str | None = None) -> None:
        """Forget a dataset; a tombstone stays, so that remote copies can be cleaned.

        Its jobs are over, but for the one `by` which it was deleted.
        """
        with self._transaction() as connection:
            connection.execute("DELETE FROM dataset WHERE slug = ?", (slug,))
            connection.execute(
                "INSERT OR REPLACE INTO tombstone VALUES (?, ?, ?)", (uuid, slug, _now())
            )
            trusted_roots.forget(connection, self._roots, uuid)
            rows = connection.execute(
                "SELECT body FROM job WHERE dataset = ? AND state IN "
                f"({', '.join('?' * len(UNFINISHED))})",
                (slug, *UNFINISHED),
            ).fetchall()
            for body in map(_body, rows):
                if body.get("dataset_uuid") in (None, uuid) and body["job"] != by:
                    _store(connection, body | cancellation("Its dataset was deleted."))

    @_mended
    def tombstones(self) -> list[dict[str, Any]]:
        """uuid, slug, deleted_at of each deleted dataset, oldest first."""
        with self._connect() as connection:
            rows = connection.execute("SELECT * FROM tombstone ORDER BY deleted_at")
            return [dict(row) for row in rows]

    # --- roots of images: see `trusted_roots.py` --------------------------------------------

    @_mended
    def trusted_roots(self, uuid: str) -> frozenset[str]:
        """Real paths and addresses that were chosen for a dataset."""
        with self._connect() as connection:
            return trusted_roots.roots_of(connection, uuid)

    @_mended
    def trust_roots(self, uuid: str, locations: Iterable[str], *, all_known: bool = False) -> None:
        """Note that roots were chosen; `all_known`: these are all that were before."""
        with self._transaction() as connection:
            trusted_roots.note(connection, self._roots, uuid, locations, all_known=all_known)

    @_mended
    def was_known_before(self, slug: str, uuid: str) -> bool:
        """Whether an earlier version, which noted no roots, opened a dataset here."""
        with self._connect() as connection:
            return trusted_roots.was_known_before(connection, slug, uuid)

    # --- jobs --------------------------------------------------------------------------------

    @_mended
    def put_job(self, job: dict[str, Any]) -> None:
        """Store a job, replacing one with the same id."""
        body = {"created_at": _now(), **job}
        with self._transaction() as connection:
            _store(connection, body)

    @_mended
    def get_job(self, job: str) -> dict[str, Any]:
        """One job.

        Raises
        ------
        VisionLensError
            JOB_NOT_FOUND.
        """
        with self._connect() as connection:
            return _load(connection, job)

    @_mended
    def list_jobs(
        self,
        dataset: str | None = None,
        states: Collection[str] | None = None,
        server: str | None = None,
    ) -> list[dict[str, Any]]:
        """Jobs that fit every condition given, oldest first."""
        conditions, parameters = ["1"], list[Any]()
        for column, value in (("dataset", dataset), ("server", server)):
            if value is not None:
                conditions.append(f"{column} = ?")
                parameters.append(value)
        if states is not None:
            conditions.append(f"state IN ({', '.join('?' * len(states))})")
            parameters.extend(states)
        with self._connect() as connection:
            rows = connection.execute(
                f"SELECT body FROM job WHERE {' AND '.join(conditions)} ORDER BY created_at, rowid",
                parameters,
            )
            return [_body(row) for row in rows]

    @_mended
    def update_job(
        self,
        job: str,
        *,
        when: Collection[str] | None = None,
        owned_by: Collection[str | None] | None = None,
        **changes: Any,
    ) -> dict[str, Any] | None:
        """Change keys of a job and return it.

        With `when`, only while its state is one of these, with `owned_by`, only while its `server`
        is one of these; None: it was not, and nothing changed.

        Raises
        ------
        VisionLensError
            JOB_NOT_FOUND.
        """
        with self._transaction() as connection:
            body = _load(connection, job)
            if when is not None and body["state"] not in when:
                return None
            if owned_by is not None and body.get("server") not in owned_by:
                return None
            body |= changes
            _store(connection, body)
            return body

    @_mended
    def delete_job(self, job: str) -> None:
        """Forget a job; nothing happens when there is none."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM job WHERE job = ?", (job,))

    def _make_anew(self) -> None:
        """Set the file aside unless another process has just done so; begin again."""
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            damage = damage_of(self._path)
            for side in _SIDES if damage else ():
                path = self._path.with_name(self._path.name + side)
                if os.path.lexists(path):
                    kept = set_aside(path)
                    _log.warning(
                        "%s was damaged (%s). Jobs that waited are forgotten; it is kept as %s.",
                        *(path, damage, kept.name),
                    )
            self._prepare()
            with self._transaction() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO dataset VALUES (?, ?, ?, ?)",
                    [(*dataset, _now()) for dataset in self._known()],
                )
        finally:
            os.close(folder)

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """DISK_SPACE, PERMISSION_DENIED."""
        try:
            with closing(
                sqlite3.connect(self._path, timeout=30, isolation_level=None)
            ) as connection:
                connection.row_factory = sqlite3.Row
                yield connection
        except sqlite3.OperationalError as error:
            code = _CODES.get(error.sqlite_errorcode & 0xFF)
            if code is None:
                raise
            raise VisionLensError(code, f"{self._path}: {error}.") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connect() as connection:
            # IMMEDIATE: the read of an update happens under the lock of its write.
            connection.execute("BEGIN IMMEDIATE")
            try:
                trusted_roots.prepare(connection, self._roots)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def cancellation(message: str) -> dict[str, Any]:
    """What changes about a job that somebody else ends, who says why."""
    return {"state": "cancelled", "message": message, "finished_at": _now()}


class _DamagedError(sqlite3.DatabaseError):
    """What SQLite reads without complaint is not what was written."""


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    if isinstance(error, _DamagedError):
        return True
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in _DAMAGED or "no such table" in str(error)


def damage_of(path: Path) -> str | None:
    """What is wrong with a state file; None: nothing, or there is none. Changes nothing."""
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        return "it is no file"
    if not path.stat().st_size:
        return None  # a kill before the first write
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                return str(answer)
            if connection.execute("PRAGMA user_version").fetchone()[0]:
                connection.row_factory = sqlite3.Row
                for row in connection.execute("SELECT * FROM job"):
                    _body(row)
                connection.execute("SELECT count(*) FROM tombstone, dataset")
    except sqlite3.DatabaseError as error:
        return str(error) if _is_damage(error) else None
    return None


def _load(connection: sqlite3.Connection, job: str) -> dict[str, Any]:
    row = connection.execute("SELECT body FROM job WHERE job = ?", (job,)).fetchone()
    if row is None:
        raise VisionLensError("JOB_NOT_FOUND", f"There is no job {job!r}.")
    return _body(row)


def _body(row: sqlite3.Row) -> dict[str, Any]:
    try:
        body: dict[str, Any] = json.loads(row["body"])
    except (ValueError, TypeError) as error:
        raise _DamagedError(f"a job cannot be read: {error}") from error
    return body


def _store(connection: sqlite3.Connection, body: dict[str, Any]) -> None:
    connection.execute(
        "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET "
        "kind = excluded.kind, dataset = excluded.dataset, state = excluded.state, "
        "server = excluded.server, updated_at = excluded.updated_at, body = excluded.body",
        (
            body["job"],
            body["kind"],
            body.get("dataset"),
            body["state"],
            body.get("server"),
            body["created_at"],
            _now(),
            json.dumps(body),
        ),
    )


def _now() -> str:
    return to_iso(utc_now())
