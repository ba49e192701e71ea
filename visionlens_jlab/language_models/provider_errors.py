"""What went wrong with a provider, told without a word of what it wrote: that may hold a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from pydantic_ai.models import Model

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
