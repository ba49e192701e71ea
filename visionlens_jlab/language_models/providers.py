"""Language models of the providers that pydantic-ai knows."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig, installed, provider_of

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider

_OPENAI = "openai"
_NO_KEY = "none"
"""The provider's own variable must not go to another server."""


def model_of(config: AgentConfig, name: str | None = None, *, vision: bool = False) -> Model:
    """The model to ask; its HTTP client belongs to the event loop that first uses it.

    Parameters
    ----------
    config : AgentConfig
    name : str, optional
        Instead of the configured one.
    vision : bool
        Whether the configured one is that for questions about images.

    Raises
    ------
    VisionLensError
        AGENT_UNAVAILABLE: the extra is missing, none is configured, or it cannot be set up;
        MODEL_NOT_ALLOWED.
    """
    if not installed():
        raise VisionLensError("AGENT_UNAVAILABLE", "The extra `agents` is not installed.")
    wanted = name or ((config.vision_model or config.model) if vision else config.model)
    if not wanted:
        raise VisionLensError("AGENT_UNAVAILABLE", "No language model is configured.")
    config.check(wanted)
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    try:
        if config.url and provider_of(wanted) == _OPENAI:
            return _compatible(wanted.partition(":")[2], config)
        return infer_model(wanted, lambda provider: _provider(provider, config))
    except (UserError, ImportError, ValueError) as error:
        raise VisionLensError(
            "AGENT_UNAVAILABLE", f"The model {wanted!r} cannot be used: {error}"
        ) from error


def _compatible(model: str, config: AgentConfig) -> Model:
    """A model of the configured server, over the API that all such servers have."""
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    provider = OpenAIProvider(base_url=config.url, api_key=config.key or _NO_KEY)
    return OpenAIChatModel(model, provider=provider)


def _provider(name: str, config: AgentConfig) -> Provider[Any]:
    """A provider as it is set up itself, or with the key and the address that belong to it."""
    from pydantic_ai.providers import infer_provider, infer_provider_class

    if provider_of(name) != config.provider or not (config.key or config.url):
        return infer_provider(name)
    make: Any = infer_provider_class(name)
    given = {"api_key": config.key or _NO_KEY}
    if config.url:
        given["base_url"] = config.url
    unknown = set(given) - set(inspect.signature(make).parameters)
    if unknown:
        raise ValueError(f"its provider takes no {' and no '.join(sorted(unknown))}")
    made: Provider[Any] = make(**given)
    return made
