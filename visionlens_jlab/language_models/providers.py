"""Language models of the providers that pydantic-ai knows, and what went wrong with one.

Failures are told without a word of what the provider wrote: that may hold a key.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
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


TRIES = 3
"""Answers that may have another form than the one asked for."""
_ASK_AGAIN = "The provider was reached: ask again, or name another model."
_KEY = "Check the provider's key in the server's environment."
_HINTS = {
    401: _KEY,
    403: _KEY,
    404: "Check the model's name and the provider's address.",
    429: "Wait, or raise the quota at the provider.",
}
_NO_JSON = "The provider answered with something that is no JSON."
_ENDED = {
    "OutputTokenLimitExceeded": "Its answer was cut off at the limit of tokens.",
    "ContentFilterError": "The provider's content filter held its answer back.",
}
"""By the kind of error."""
_SENT = {
    "JSONDecodeError": _NO_JSON,
    "UnicodeDecodeError": _NO_JSON,
    "DecodingError": "The provider's answer cannot be unpacked.",
    "RemoteProtocolError": "The provider broke off its answer, or what it sent is no HTTP.",
    "IndexError": "The provider's answer is empty: it holds no choices that could be read.",
}
"""By what an error came from: something was reached."""
_CANNOT = "The model must be able to call tools: name another, or ask again."


def readable(model: Model) -> Model:
    """The same model; an answer that its client stumbles over is an error of the provider."""
    from pydantic_ai.exceptions import AgentRunError, UnexpectedModelBehavior, UserError
    from pydantic_ai.models.wrapper import WrapperModel

    class Readable(WrapperModel):
        async def request(self, *arguments: Any, **named: Any) -> Any:
            try:
                return await super().request(*arguments, **named)
            except (AgentRunError, UserError, OSError, TimeoutError):
                raise
            except Exception as error:
                raise UnexpectedModelBehavior("The answer cannot be read.") from error

    return Readable(model)


def failure(error: Exception) -> VisionLensError:
    """PROVIDER_FAILED of a conversation."""
    said, hint = what_failed(error)
    return VisionLensError(
        "PROVIDER_FAILED",
        f"The language model did not answer. {said}",
        None if hint is None else f"{hint} Statistics answer without it.",
    )


def what_failed(error: Exception) -> tuple[str, str | None]:
    """A sentence about what the provider answered, and what to do; None: the code's own hint."""
    status = getattr(error, "status_code", None)
    if status:
        later = "Ask again later, or name another model." if status >= 500 else None
        return f"The provider answered with HTTP {status}.", _HINTS.get(status, later)
    kinds = [kind.__name__ for kind in type(error).__mro__]
    known = next((_ENDED[kind] for kind in kinds if kind in _ENDED), None)
    known = known or next((_SENT[name] for name in _causes(error) if name in _SENT), None)
    if known is not None:
        return known, _ASK_AGAIN
    if "ModelAPIError" in kinds:
        return "The provider could not be reached.", None
    if "UnexpectedModelBehavior" not in kinds:
        return f"It ended with {kinds[0]}.", None
    if "maximum" in str(error):
        return f"{TRIES} answers had another form than the one asked for.", _CANNOT
    return _of_answer(error), _ASK_AGAIN


def _causes(error: BaseException) -> Iterator[str]:
    """Names of what an error came from; clients wrap what the network gives."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield type(cause).__name__
        cause = cause.__cause__ or cause.__context__


def _of_answer(error: Exception) -> str:
    """About an answer whose form is not that of a chat."""
    from pydantic import ValidationError

    cause = error.__cause__
    if isinstance(cause, ValidationError):
        places = [".".join(map(str, one["loc"][:3])) for one in cause.errors()]
        return f"The provider's answer is no chat completion: {places[0]} is missing or wrong."
    if "expected JSON" in str(error):
        return "The provider answered with something that is no JSON object."
    return "The provider's answer cannot be read."
