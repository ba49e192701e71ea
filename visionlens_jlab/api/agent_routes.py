"""Routes of agents and of outside assistants."""

from __future__ import annotations

from ..models import AgentRun, AgentSettings
from .agents import AgentHandler, AgentSettingsHandler, AgentsHandler
from .codes import DATASET
from .mcp import McpHandler
from .operations import Binary, Operation, Route
from .shapes import AgentRunList, StepsQuery

MESSAGE = Binary("application/json", "A message of the Model Context Protocol (JSON-RPC).")

AGENT_ROUTES = [
    Route(
        "datasets/{dataset}/agents",
        AgentsHandler,
        {"get": Operation("Runs of agents", response=AgentRunList, errors=DATASET)},
    ),
    Route(
        "datasets/{dataset}/agents/{run}",
        AgentHandler,
        {
            "get": Operation(
                "One run of an agent",
                response=AgentRun,
                query=StepsQuery,
                errors=(*DATASET, "AGENT_NOT_FOUND"),
            )
        },
    ),
    Route(
        "agent-settings",
        AgentSettingsHandler,
        {"get": Operation("Models and budgets of agents", response=AgentSettings)},
    ),
    Route(
        "mcp",
        McpHandler,
        {
            "post": Operation(
                "The tools for outside assistants (off by default)",
                MESSAGE,
                MESSAGE,
                errors=("AGENT_UNAVAILABLE",),
            )
        },
    ),
]
