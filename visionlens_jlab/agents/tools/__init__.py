"""What agents, chats and outside assistants may do: read."""

from __future__ import annotations

from visionlens_jlab.agents.tools.base import Tool
from visionlens_jlab.agents.tools.data import DATA_TOOLS, LOOKING_TOOLS
from visionlens_jlab.agents.tools.statistics import STATISTICS_TOOLS

TOOLS: dict[str, Tool] = {
    tool.name: tool for tool in (*DATA_TOOLS, *STATISTICS_TOOLS, *LOOKING_TOOLS)
}
