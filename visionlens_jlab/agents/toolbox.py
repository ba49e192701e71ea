"""Every tool, as agents and outside assistants get it."""

from __future__ import annotations

from .data_tools import DATA_TOOLS
from .looking import LOOKING_TOOLS
from .statistics_tools import STATISTICS_TOOLS
from .tools import Tool

TOOLS: dict[str, Tool] = {
    tool.name: tool for tool in (*DATA_TOOLS, *STATISTICS_TOOLS, *LOOKING_TOOLS)
}
