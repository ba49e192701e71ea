"""What a process has been set up for where language models are concerned."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol

from visionlens_jlab.config import (
    ENV_AGENT_KEY,
    ENV_AGENT_MODEL,
    ENV_AGENT_URL,
    ENV_ALLOWED_MODELS,
    ENV_VISION_MODEL,
)
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.shapes import AgentSettings, Budget

OPENAI = ("openai", "openai-chat", "openai-responses")
TRANSFORMERS = "transformers"
_INSTALL = "Install visionlens-jlab[agents] in the server's environment."
_CONFIGURE = "Set c.VisionLens.agent_model, such as 'openai:gpt-5-mini', and the provider's key."


class _NamesModel(Protocol):
    @property
    def model(self) -> str | None: ...


@dataclass(frozen=True)
class AgentConfig:
    """Models, where they answer, and the most that a run may take."""

    model: str = ""
    vision_model: str = ""
    """As pydantic-ai names them (`openai:gpt-5-mini`); empty: none."""
    url: str = ""
    """Address at which the provider's models answer, and no others are asked; empty: its own."""
    key: str = field(default="", repr=False)
    """The provider's key; empty: the provider's own variable in the environment. Never shown,
    logged, returned or stored."""
    budget: Budget = field(default_factory=Budget)
    """What a request leaves open, and the most it may ask for."""
    mcp: bool = False
    """Whether outside assistants may ask."""
    models: tuple[str, ...] = ()
    """Names, with `*` for any part, of the models that may be asked; empty: any."""

    @property
    def provider(self) -> str:
        """The one that `url` and `key` belong to: that of the model, else OpenAI."""
        remote = (name for name in (self.model, self.vision_model) if name and not is_local(name))
        return provider_of(next(remote, "openai:"))

    def check(self, model: str) -> None:
        """Whether a model may be asked.

        MODEL_NOT_ALLOWED by `models`, AGENT_UNAVAILABLE where it is of another provider
        than `url`.
        """
        configured = (self.model, self.vision_model)
        named = any(fnmatchcase(model, pattern) for pattern in self.models)
        if self.models and model not in configured and not named:
            raise VisionLensError("MODEL_NOT_ALLOWED", f"The model {model[:200]!r} is not allowed.")
        if self.url and not is_local(model) and provider_of(model) != self.provider:
            raise VisionLensError(
                "AGENT_UNAVAILABLE",
                f"{model[:200]!r} is not asked: all requests go to the configured address, "
                f"which answers for models of {self.provider}.",
                f"Name a model of {self.provider}, or unset VisionLens.agent_url.",
            )

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> AgentConfig:
        """Of a server, among the settings of its capabilities; else of a script."""
        found: AgentConfig | None = settings.get("agents")
        return found or cls.from_environment()

    @classmethod
    def from_environment(cls) -> AgentConfig:
        """Of a script or a worker."""
        return cls(
            model=os.environ.get(ENV_AGENT_MODEL, ""),
            vision_model=os.environ.get(ENV_VISION_MODEL, ""),
            url=os.environ.get(ENV_AGENT_URL, ""),
            key=os.environ.get(ENV_AGENT_KEY, ""),
            models=tuple(filter(None, os.environ.get(ENV_ALLOWED_MODELS, "").split(","))),
        )

    def environment(self) -> dict[str, str]:
        """What `from_environment` of a worker reads; for its process only."""
        return {
            ENV_AGENT_MODEL: self.model,
            ENV_VISION_MODEL: self.vision_model,
            ENV_AGENT_URL: self.url,
            ENV_AGENT_KEY: self.key,
            ENV_ALLOWED_MODELS: ",".join(self.models),
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


def check(request: _NamesModel, settings: Mapping[str, Any]) -> None:
    """Whether the model that a job is to ask, if it names one, may be asked."""
    if request.model:
        AgentConfig.of(settings).check(request.model)


def provider_of(model: str) -> str:
    """The provider of a model's name; OpenAI has several, for its several interfaces."""
    provider = model.partition(":")[0]
    return "openai" if provider in OPENAI else provider


def is_local(model: str) -> bool:
    """Whether the model runs on this machine."""
    return provider_of(model) == TRANSFORMERS


def installed() -> bool:
    """Whether the extra `agents` is there; imports nothing."""
    return importlib.util.find_spec("pydantic_ai") is not None


def _least(asked: float | None, most: float | None) -> float | None:
    given = [value for value in (asked, most) if value is not None]
    return min(given) if given else None
