"""What notebooks ask about runs of agents, of a server or of this process."""

from __future__ import annotations

from typing import Protocol

from visionlens_jlab.agents.shapes import AgentRun
from visionlens_jlab.core.notebook.backend import BackendPart
from visionlens_jlab.core.notebook.remote import Remote


class AgentRunsBackend(Protocol):
    """Runs of agents over one dataset."""

    def read(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""
        ...


class RemoteAgentRuns(Remote):
    """Runs of agents over the REST API."""

    def read(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""
        return self.get(AgentRun, "agents", run)


AGENT_RUNS: BackendPart[AgentRunsBackend] = BackendPart(
    "visionlens_jlab.agents.store.runs:AgentRuns", RemoteAgentRuns
)
