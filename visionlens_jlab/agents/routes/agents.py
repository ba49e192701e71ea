"""Runs of agents, and what the server has been set up for."""

from __future__ import annotations

from visionlens_jlab.agents.shapes import AgentRun, AgentRunList, StepsQuery
from visionlens_jlab.agents.store.runs import AgentRuns
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.codes import DATASET
from visionlens_jlab.core.api.operations import Operation, Route
from visionlens_jlab.language_models.shapes import AgentSettings


class AgentsHandler(Resource):
    """`datasets/{dataset}/agents`"""

    @Operation("Runs of agents", response=AgentRunList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every run without its steps, newest first."""
        await self.answer_from(
            dataset, lambda store: AgentRunList(runs=store.part(AgentRuns).all())
        )


class AgentHandler(Resource):
    """`datasets/{dataset}/agents/{run}`"""

    @Operation(
        "One run of an agent",
        response=AgentRun,
        query=StepsQuery,
        errors=(*DATASET, "AGENT_NOT_FOUND"),
    )
    async def get(self, dataset: str, run: str) -> None:
        """One run with its steps after a number."""
        after = self.query(StepsQuery).after
        await self.answer_from(dataset, lambda store: store.part(AgentRuns).read(run, after))


class AgentSettingsHandler(Resource):
    """`agent-settings`"""

    @Operation("Models and budgets of agents", response=AgentSettings)
    async def get(self) -> None:
        """Models and budget; never a key."""
        await self.answer(self.services.settings["agents"].settings())


ROUTES = [
    Route("datasets/{dataset}/agents", AgentsHandler),
    Route("datasets/{dataset}/agents/{run}", AgentHandler),
    Route("agent-settings", AgentSettingsHandler),
]
