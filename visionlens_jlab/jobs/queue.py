"""The queue of jobs: a table in `state.sqlite`, shared by every server on this data directory.

A row belongs to the process that queued it. When that process is gone, another one takes the
row over, so a job outlives its server.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import VisionLensError
from ..models import Job

OVER = ("done", "failed", "cancelled")
SILENT_SECONDS = 60.0
"""A process on another machine that says nothing for so long is taken for gone."""
KEPT = 200

_TABLE = """
CREATE TABLE IF NOT EXISTS job_queue (
    job TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    params TEXT NOT NULL,
    owner TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    heartbeat REAL NOT NULL
)
"""


@dataclass(frozen=True)
class Owner:
    """A process that runs jobs. The uuid tells it from another one with the same PID."""

    uuid: str = field(default_factory=lambda: uuid.uuid4().hex)
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)

    def outlives(self, uuid: str, host: str, pid: int, heartbeat: float) -> bool:
        """Whether another owner is gone. Its PID is proof only on this machine."""
        if uuid == self.uuid:
            return False
        if host == self.host:
            return pid == self.pid or not _runs(pid)
        return time.time() - heartbeat > SILENT_SECONDS


class JobQueue:
    """Jobs in the order in which they were added.

    Parameters
    ----------
    database : Path
        The SQLite file; created for this user only when it is missing.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        if not database.exists():
            database.touch(mode=0o600)
        with self._connection() as connection:
            connection.execute(_TABLE)

    def add(self, job: Job, params: dict[str, Any], owner: Owner) -> None:
        """Append a job."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO job_queue VALUES (?, (SELECT coalesce(max(position), 0) + 1"
                " FROM job_queue), ?, ?, ?, ?, ?, ?, ?)",
                (
                    job.job,
                    job.state,
                    job.model_dump_json(),
                    json.dumps(params),
                    owner.uuid,
                    owner.host,
                    owner.pid,
                    time.time(),
                ),
            )

    def jobs(self) -> list[Job]:
        """All jobs, newest first."""
        with self._connection() as connection:
            rows = connection.execute("SELECT status FROM job_queue ORDER BY position DESC")
            return [Job.model_validate_json(status) for (status,) in rows]

    def get(self, job: str) -> Job:
        """One job; JOB_NOT_FOUND."""
        return Job.model_validate_json(self._column(job, "status"))

    def params(self, job: str) -> dict[str, Any]:
        """A job's parameters; JOB_NOT_FOUND."""
        params: dict[str, Any] = json.loads(self._column(job, "params"))
        return params

    def set_params(self, job: str, params: dict[str, Any]) -> None:
        """Replace a job's parameters."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE job_queue SET params = ? WHERE job = ?", (json.dumps(params), job)
            )

    def save(self, job: Job) -> None:
        """Store a job's state and progress. A job that is over stays as it ended."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE job_queue SET state = ?, status = ?, heartbeat = ?"
                " WHERE job = ? AND state NOT IN (?, ?, ?)",
                (job.state, job.model_dump_json(), time.time(), job.job, *OVER),
            )

    def next(self, owner: Owner) -> Job | None:
        """The owner's first job that waits."""
        with self._connection() as connection:
            row = connection.execute(
                "SELECT status FROM job_queue WHERE owner = ? AND state IN ('queued', 'cancelling')"
                " ORDER BY position LIMIT 1",
                (owner.uuid,),
            ).fetchone()
        return None if row is None else Job.model_validate_json(row[0])

    def unfinished_of(self, dataset: str) -> list[Job]:
        """Jobs on a dataset that are not over."""
        return [job for job in self.jobs() if job.dataset == dataset and job.state not in OVER]

    def is_mine(self, job: str, owner: Owner) -> bool:
        """Whether the owner runs this job; JOB_NOT_FOUND."""
        return bool(self._column(job, "owner") == owner.uuid)

    def beat(self, owner: Owner) -> None:
        """Say that the owner is alive."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE job_queue SET heartbeat = ? WHERE owner = ?", (time.time(), owner.uuid)
            )

    def adopt(self, owner: Owner) -> list[Job]:
        """Take over the unfinished jobs of processes that are gone; those running wait again."""
        adopted = []
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT job, status, owner, host, pid, heartbeat FROM job_queue"
                " WHERE state NOT IN (?, ?, ?) ORDER BY position",
                OVER,
            ).fetchall()
            for job, status, *other in rows:
                if not owner.outlives(*other):
                    continue
                waiting = Job.model_validate_json(status)
                if waiting.state == "running":
                    waiting = waiting.model_copy(update={"state": "queued"})
                connection.execute(
                    "UPDATE job_queue SET owner = ?, host = ?, pid = ?, heartbeat = ?, state = ?,"
                    " status = ? WHERE job = ?",
                    (
                        owner.uuid,
                        owner.host,
                        owner.pid,
                        time.time(),
                        waiting.state,
                        waiting.model_dump_json(),
                        job,
                    ),
                )
                adopted.append(waiting)
        return adopted

    def release(self, owner: Owner) -> None:
        """Leave the owner's unfinished jobs to whoever comes next."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE job_queue SET owner = '', host = '', heartbeat = 0 WHERE owner = ?"
                " AND state NOT IN (?, ?, ?)",
                (owner.uuid, *OVER),
            )

    def remove(self, job: str) -> None:
        """Forget a job that was never to be."""
        with self._connection() as connection:
            connection.execute("DELETE FROM job_queue WHERE job = ?", (job,))

    def prune(self) -> list[str]:
        """Forget the oldest jobs that are over, beyond `KEPT`; returns their names."""
        with self._connection() as connection:
            rows = connection.execute(
                "DELETE FROM job_queue WHERE state IN (?, ?, ?) AND position <="
                " (SELECT max(position) FROM job_queue) - ? RETURNING job",
                (*OVER, KEPT),
            ).fetchall()
        return [job for (job,) in rows]

    def _column(self, job: str, column: str) -> Any:
        with self._connection() as connection:
            row = connection.execute(
                f"SELECT {column} FROM job_queue WHERE job = ?",  # noqa: S608  names are ours
                (job,),
            ).fetchone()
        if row is None:
            raise VisionLensError("JOB_NOT_FOUND", f"There is no job {job}.")
        return row[0]

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """One transaction that no other process writes into."""
        connection = sqlite3.connect(self._database, timeout=30, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
