"""What a request to a language model may take, and what is configured."""

from __future__ import annotations

from pydantic import Field

from visionlens_jlab.core.shapes import Model


class Budget(Model):
    """Where an agent stops, whichever comes first; null: no limit of that sort."""

    tokens: int | None = Field(100_000, ge=1)
    seconds: float | None = Field(300, gt=0)
    cost: float | None = Field(None, gt=0)
    """US dollars, by the prices of the provider where they are known."""
    requests: int = Field(40, ge=1)


class AgentSettings(Model):
    """What the server has been set up for; keys are never part of it."""

    model: str | None
    vision_model: str | None
    budget: Budget
    installed: bool
    """Whether the extra `agents` is there."""
    mcp: bool
    """Whether outside assistants may ask (off by default)."""
    reason: str | None = None
    """Why no language model answers, and what to do."""
