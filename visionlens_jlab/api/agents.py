"""Runs of agents, and what the server has been set up for."""

from __future__ import annotations

from tornado.web import authenticated

from .base import Resource
from .guard import authorized
from .shapes import AgentRunList, StepsQuery


class AgentsHandler(Resource):
    """`datasets/{dataset}/agents`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Every run without its steps, newest first."""
        runs = await self.dataset(dataset, lambda store: store.agent_runs())
        await self.answer(AgentRunList(runs=runs))


class AgentHandler(Resource):
    """`datasets/{dataset}/agents/{run}`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, run: str) -> None:
        """One run with its steps after a number."""
        after = self.query(StepsQuery).after
        await self.answer(await self.dataset(dataset, lambda store: store.agent_run(run, after)))


class AgentSettingsHandler(Resource):
    """`agent-settings`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Models and budget; never a key."""
        await self.answer(self.services.agents.settings())
