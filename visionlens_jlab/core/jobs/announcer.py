"""Tells whoever listens to the Jupyter server's events that something changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.workspace.shapes import Workspace

SCHEMAS = Path(__file__).parent / "events"
JOB = "https://visionlens-jlab.dev/events/job/v1"
DATASET = "https://visionlens-jlab.dev/events/dataset/v1"
WORKSPACE = "https://visionlens-jlab.dev/events/workspace/v1"

JOB_SECONDS = 0.2
DATASET_SECONDS = 0.5
OVER = ("done", "failed", "cancelled")

_log = logging.getLogger(__name__)


class EventLogger(Protocol):
    """The part of `jupyter_events.EventLogger` used here."""

    def register_event_schema(self, schema: Path) -> None: ...

    def emit(self, *, schema_id: str, data: dict[str, object]) -> object: ...


class Announcer:
    """Emits events of jobs, datasets, workspaces and capabilities; call it on the event loop.

    What changes quickly is held back for a moment and told once, in its latest state.

    Parameters
    ----------
    logger : EventLogger
        The server's `event_logger`; the schemas are registered with it.
    """

    def __init__(self, logger: EventLogger) -> None:
        self._logger = logger
        self._throttle = Throttle()
        for schema in sorted(SCHEMAS.glob("*.yaml")):
            logger.register_event_schema(schema)

    def job(self, job: Job) -> None:
        """Progress at most five times a second; an end at once."""
        data: dict[str, object] = {"job": job.model_dump(mode="json", by_alias=True)}
        wait = 0.0 if job.state in OVER else JOB_SECONDS
        self._throttle.submit(f"job {job.job}", wait, lambda: self.tell(JOB, data))

    def dataset(
        self, dataset: str, version: int, change: Literal["created", "changed", "deleted"]
    ) -> None:
        """A new version at most twice a second; creation and deletion at once."""
        data: dict[str, object] = {"dataset": dataset, "version": version, "change": change}
        wait = DATASET_SECONDS if change == "changed" else 0.0
        self._throttle.submit(f"dataset {dataset}", wait, lambda: self.tell(DATASET, data))

    def workspace(self, workspace: Workspace) -> None:
        """A workspace's new version, at once."""
        data: dict[str, object] = {
            "dataset": workspace.dataset,
            "workspace": workspace.workspace,
            "version": workspace.version,
            "origin": workspace.origin,
        }
        self.tell(WORKSPACE, data)

    def tell(self, schema: str, data: dict[str, object]) -> None:
        """What changed, by the id of the event's schema; at once."""
        try:
            self._logger.emit(schema_id=schema, data=data)
        except Exception:  # a listener's trouble must not fail the change it was told about
            _log.exception("The event %s could not be emitted", schema)


class Throttle:
    """At most one call per key and interval: the first at once, then the latest of the rest."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    def submit(self, key: str, interval: float, send: Callable[[], None]) -> None:
        """Call `send` now, or replace what waits for the end of the interval (seconds)."""
        loop = asyncio.get_running_loop()
        waiting = self._waiting.pop(key, None)
        if waiting:
            waiting.cancel()
        due = self._sent.get(key, float("-inf")) + interval
        if interval == 0 or due <= loop.time():
            self._send(key, send, final=interval == 0)
        else:
            self._waiting[key] = loop.call_at(due, self._send, key, send)

    def _send(self, key: str, send: Callable[[], None], final: bool = False) -> None:
        self._waiting.pop(key, None)
        if final:
            self._sent.pop(key, None)
        else:
            self._sent[key] = asyncio.get_running_loop().time()
        send()
