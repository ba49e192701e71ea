"""The queue of jobs, in the state file that every server on a data directory shares.

A job belongs to the process that queued it. When that process is gone, another one takes the
job over, so a job outlives its server.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.shapes import UNFINISHED
from visionlens_jlab.core.system.processes import birth, runs
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.state import State

OVER = ("done", "failed", "cancelled")
SILENT_SECONDS = 60.0
"""A process on another machine that says nothing for so long is taken for gone."""
KEPT = 200


@dataclass(frozen=True)
class Owner:
    """A process that runs jobs. The uuid tells it from another one with the same PID."""

    uuid: str = field(default_factory=lambda: uuid.uuid4().hex)
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)

    @classmethod
    def of_process(cls) -> Owner:
        """The one of this process, for whoever runs jobs in it."""
        return _owner_of(os.getpid())

    @property
    def born(self) -> str | None:
        """When the process began."""
        return birth(self.pid)

    def outlives(self, row: dict[str, Any]) -> bool:
        """Whether the owner of a stored job is gone. Its PID is proof only on this machine."""
        if row["server"] == self.uuid:
            return False
        if row["server"] is None:
            return True
        if row["host"] == self.host:
            return row["pid"] == self.pid or not runs(row["pid"], row.get("born"))
        return time.time() - float(row["heartbeat"]) > SILENT_SECONDS

    def mark(self) -> dict[str, Any]:
        """What is stored with a job of this process."""
        return {
            "server": self.uuid,
            "host": self.host,
            "pid": self.pid,
            "born": self.born,
            "heartbeat": time.time(),
        }


@cache
def _owner_of(pid: int) -> Owner:
    return Owner(pid=pid)


class JobQueue:
    """Jobs in the order in which they were queued; callable from any thread.

    Parameters
    ----------
    state : State
        The shared state file.
    owner : Owner
        This process.
    user : str
        Whose jobs are added; empty: nobody is known.
    """

    def __init__(self, state: State, owner: Owner, user: str = "") -> None:
        self._state = state
        self._owner = owner
        self._user = user

    def of_user(self, user: str) -> JobQueue:
        """The same queue, for the jobs that a user adds."""
        return JobQueue(self._state, self._owner, user)

    @property
    def owner(self) -> Owner:
        """Who queues and runs jobs here."""
        return self._owner

    def add(self, job: Job, params: dict[str, Any]) -> None:
        """Append a job of this process."""
        own = {"params": params, "user": self._user}
        self._state.put_job(job.model_dump(mode="json") | own | self._owner.mark())

    def jobs(self) -> list[Job]:
        """All jobs, newest first."""
        return readable(reversed(self._state.list_jobs()))

    def get(self, job: str) -> Job:
        """One job; JOB_NOT_FOUND."""
        return job_of(self._state.get_job(job))

    def has(self, job: str) -> bool:
        """Whether there is a job of this name."""
        try:
            self._state.get_job(job)
        except VisionLensError:
            return False
        return True

    def params(self, job: str) -> dict[str, Any]:
        """A job's parameters; JOB_NOT_FOUND."""
        params: dict[str, Any] = self._state.get_job(job)["params"]
        return params

    def set_params(self, job: str, params: dict[str, Any]) -> None:
        """Replace a job's parameters."""
        self._state.update_job(job, params=params)

    def save(self, job: Job) -> None:
        """Store a job's state and progress. A job that is over stays as it ended."""
        changes = job.model_dump(mode="json", exclude={"job"})
        self._state.update_job(job.job, when=UNFINISHED, heartbeat=time.time(), **changes)

    def next(self, takes: Callable[[str], bool] = lambda _: True) -> Job | None:
        """This process's first job that waits and whose kind is taken."""
        rows = self._state.list_jobs(states=("queued", "cancelling"), server=self._owner.uuid)
        return next((job for job in readable(rows) if takes(job.kind)), None)

    def user_of(self, job: str) -> str:
        """Who asked for a job; JOB_NOT_FOUND."""
        return str(self._state.get_job(job).get("user", ""))

    def unfinished(self, kind: str) -> list[tuple[Job, str]]:
        """Jobs of one kind that are not over, of every process, and who asked for them."""
        rows = self._state.list_jobs(states=UNFINISHED)
        return [
            (job, row.get("user", ""))
            for row in rows
            for job in readable([row])
            if job.kind == kind
        ]

    def unfinished_of(self, dataset: str) -> list[Job]:
        """Jobs on a dataset that are not over."""
        return readable(self._state.list_jobs(dataset=dataset, states=UNFINISHED))

    def left_on(self, job: Job) -> list[tuple[Job, dict[str, Any]]]:
        """The unfinished jobs on a job's dataset that other processes have, with their parameters.

        Those that run in a process that lives are not among them.
        """
        rows = self._state.list_jobs(dataset=job.dataset, states=UNFINISHED)
        return [
            (job_of(row), row["params"])
            for row in rows
            if readable([row])
            and row.get("dataset_uuid") == job.dataset_uuid
            and row["server"] != self._owner.uuid
            and (row["state"] == "queued" or self._owner.outlives(row))
        ]

    def beat(self) -> None:
        """Say that this process is alive."""
        for row in self._state.list_jobs(states=UNFINISHED, server=self._owner.uuid):
            self._state.update_job(row["job"], when=UNFINISHED, heartbeat=time.time())

    def adopt(self) -> list[Job]:
        """Take over the unfinished jobs of processes that are gone; those running wait again."""
        adopted = []
        for row in self._state.list_jobs(states=UNFINISHED):
            if not readable([row]) or not self._owner.outlives(row):
                continue
            state = "queued" if row["state"] == "running" else row["state"]
            taken = self._state.update_job(
                row["job"],
                when=(row["state"],),
                owned_by=(row["server"],),
                state=state,
                **self._owner.mark(),
            )
            if taken is not None:
                adopted.append(job_of(taken))
        return adopted

    def release(self) -> None:
        """Leave this process's unfinished jobs to whoever comes next."""
        for row in self._state.list_jobs(states=UNFINISHED, server=self._owner.uuid):
            self._state.update_job(
                row["job"], when=UNFINISHED, owned_by=(self._owner.uuid,), server=None
            )

    def prune(self) -> list[str]:
        """Forget the oldest jobs that are over, beyond `KEPT`; returns their names."""
        over = self._state.list_jobs(states=OVER)
        forgotten = [row["job"] for row in over[: max(0, len(over) - KEPT)]]
        for job in forgotten:
            self._state.delete_job(job)
        return forgotten


def readable(rows: Iterable[dict[str, Any]]) -> list[Job]:
    """The jobs of stored rows, without those that are damaged or of a newer version."""
    found = []
    for row in rows:
        with suppress(ValidationError):
            found.append(job_of(row))
    return found


def job_of(row: dict[str, Any]) -> Job:
    """The job of a stored row."""
    return Job.model_validate({name: row[name] for name in Job.model_fields if name in row})
