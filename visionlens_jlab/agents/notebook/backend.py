"""What notebooks ask about runs of agents, of a server or of this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from visionlens_jlab.agents.shapes import AgentRun

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.notebook.transport import Transport


class AgentBackend(Protocol):
    """Runs of agents over one dataset."""

    def agent_run(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""
        ...


class HttpAgents:
    """Over the REST API; mixed into `HttpDataset`."""

    _transport: Transport
    _path: str

    def agent_run(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""
        path = f"{self._path}/agents/{quote(run, safe='')}"
        return self._transport.read(AgentRun, "GET", path)


class DirectAgents:
    """In this process; mixed into `DirectDataset`."""

    _store: DatasetStore

    def agent_run(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""
        from visionlens_jlab.agents.store.runs import AgentRuns

        return self._store.part(AgentRuns).read(run)
