"""Runs of agents, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.shapes import AgentRun
from visionlens_jlab.agents.store import rows as agent_rows

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot


class AgentRuns:
    """Runs of agents over one dataset; mixed into `DatasetStore`."""

    _snapshot: Callable[[], AbstractContextManager[Snapshot]]
    keep: Callable[..., Any]

    def agent_runs(self) -> list[AgentRun]:
        """Every run without its steps, newest first."""
        with self._snapshot() as snapshot:
            return agent_rows.read_agent_runs(snapshot.reader)

    def agent_run(self, run: str, after: int = 0) -> AgentRun:
        """One run with its steps after a number. AGENT_NOT_FOUND."""
        with self._snapshot() as snapshot:
            found, _ = agent_rows.read_agent_run(snapshot.reader, run)
        return found.model_copy(update={"steps": found.steps[after:]})

    def agent_messages(self, run: str) -> str | None:
        """What a chat goes on from; None: no language model took part. AGENT_NOT_FOUND."""
        with self._snapshot() as snapshot:
            return agent_rows.read_agent_run(snapshot.reader, run)[1]

    def keep_agent_run(self, run: AgentRun, messages: str | None = None) -> None:
        """Keep a run as it is now; no change of the data. DATASET_READ_ONLY."""
        self.keep(lambda cursor: agent_rows.write_agent_run(cursor, run, messages))
