"""What a process has been set up for where language models are concerned."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass, field

from ..config import (
    ENV_AGENT_KEY,
    ENV_AGENT_MODEL,
    ENV_AGENT_URL,
    ENV_VISION_MODEL,
)
from ..models import AgentSettings, Budget

_INSTALL = "Install visionlens-jlab[agents] in the server's environment."
_CONFIGURE = "Set c.VisionLens.agent_model, such as 'openai:gpt-5-mini', and the provider's key."


@dataclass(frozen=True)
class AgentConfig:
    """Models, where they answer, and the most that a run may take.

    Attributes
    ----------
    model, vision_model : str
        As pydantic-ai names them (`openai:gpt-5-mini`); empty: none.
    url : str
        Address of an OpenAI-compatible server that answers for `openai:` models; empty: OpenAI.
    key : str
        The provider's key; empty: the provider's own variable in the environment.
        Never shown, logged, returned or stored.
    budget : Budget
        What a request leaves open, and the most it may ask for.
    mcp : bool
        Whether outside assistants may ask.
    """

    model: str = ""
    vision_model: str = ""
    url: str = ""
    key: str = field(default="", repr=False)
    budget: Budget = field(default_factory=Budget)
    mcp: bool = False

    @classmethod
    def from_environment(cls) -> AgentConfig:
        """Of a script or a worker."""
        return cls(
            model=os.environ.get(ENV_AGENT_MODEL, ""),
            vision_model=os.environ.get(ENV_VISION_MODEL, ""),
            url=os.environ.get(ENV_AGENT_URL, ""),
            key=os.environ.get(ENV_AGENT_KEY, ""),
        )

    def environment(self) -> dict[str, str]:
        """What `from_environment` of a worker reads; for its process only."""
        return {
            ENV_AGENT_MODEL: self.model,
            ENV_VISION_MODEL: self.vision_model,
            ENV_AGENT_URL: self.url,
            ENV_AGENT_KEY: self.key,
        }

    def allowed(self, asked: Budget | None) -> Budget:
        """What a run may take: what was asked for, at most what is configured."""
        if asked is None:
            return self.budget
        limits = {
            name: _least(getattr(asked, name), getattr(self.budget, name))
            for name in Budget.model_fields
        }
        return Budget.model_validate(limits)

    def settings(self) -> AgentSettings:
        """What anybody may know of it."""
        reason = None
        if not installed():
            reason = f"The extra `agents` is not installed. {_INSTALL}"
        elif not self.model:
            reason = f"No language model is configured. {_CONFIGURE}"
        return AgentSettings(
            model=self.model or None,
            vision_model=self.vision_model or None,
            budget=self.budget,
            installed=installed(),
            mcp=self.mcp,
            reason=reason,
        )


def installed() -> bool:
    """Whether the extra `agents` is there; imports nothing."""
    return importlib.util.find_spec("pydantic_ai") is not None


def _least(asked: float | None, most: float | None) -> float | None:
    given = [value for value in (asked, most) if value is not None]
    return min(given) if given else None
