"""Language models of the providers that pydantic-ai knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import VisionLensError
from .config import AgentConfig, installed

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider

_OPENAI = ("openai", "openai-chat")


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
        AGENT_UNAVAILABLE: the extra is missing, none is configured, or it cannot be set up.
    """
    if not installed():
        raise VisionLensError("AGENT_UNAVAILABLE", "The extra `agents` is not installed.")
    wanted = name or ((config.vision_model or config.model) if vision else config.model)
    if not wanted:
        raise VisionLensError("AGENT_UNAVAILABLE", "No language model is configured.")
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    provider, _, model = wanted.partition(":")
    try:
        if config.url and provider in _OPENAI:
            return _compatible(model, config)
        return infer_model(wanted, lambda provider: _provider(provider, config))
    except (UserError, ImportError, ValueError) as error:
        raise VisionLensError(
            "AGENT_UNAVAILABLE", f"The model {wanted!r} cannot be used: {error}"
        ) from error


def _compatible(model: str, config: AgentConfig) -> Model:
    """A model of the configured server, over the API that all such servers have."""
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    # Without a key of its own, OPENAI_API_KEY must not go to another server.
    provider = OpenAIProvider(base_url=config.url, api_key=config.key or "none")
    return OpenAIChatModel(model, provider=provider)


def _provider(name: str, config: AgentConfig) -> Provider[Any]:
    from pydantic_ai.providers import infer_provider, infer_provider_class

    configured = {named.partition(":")[0] for named in (config.model, config.vision_model)}
    if not config.key or name not in configured:  # a key is for its own provider only
        return infer_provider(name)
    make: Any = infer_provider_class(name)
    made: Provider[Any] = make(api_key=config.key)
    return made
