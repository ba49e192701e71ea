"""Runs of agents, as a part of the open dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.agents.shapes import AgentRun
from visionlens_jlab.agents.store import rows as agent_rows
from visionlens_jlab.core.catalog.dataset import Part

if TYPE_CHECKING:
    pass


class AgentRuns(Part):
    """Runs of agents over one dataset."""

    def all(self) -> list[AgentRun]:
        """Every run without its steps, newest first."""
        with self.store.snapshot() as snapshot:
            return agent_rows.read_agent_runs(snapshot.reader)

    def read(self, run: str, after: int = 0) -> AgentRun:
        """One run with its steps after a number. AGENT_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            found, _ = agent_rows.read_agent_run(snapshot.reader, run)
        return found.model_copy(update={"steps": found.steps[after:]})

    def messages(self, run: str) -> str | None:
        """What a chat goes on from; None: no language model took part. AGENT_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return agent_rows.read_agent_run(snapshot.reader, run)[1]

    def keep(self, run: AgentRun, messages: str | None = None) -> None:
        """Keep a run as it is now; no change of the data. DATASET_READ_ONLY."""
        self.store.keep(lambda cursor: agent_rows.write_agent_run(cursor, run, messages))
