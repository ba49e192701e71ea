"""The messages of a conversation, kept so that a chat can go on; images are left out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .fencing import Fence

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage


def dump(messages: list[ModelMessage], fence: Fence) -> str:
    """JSON; the fence belongs to it, since earlier results stand in it."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    kept = ModelMessagesTypeAdapter.dump_python(
        [_without_images(message) for message in messages], mode="json"
    )
    return json.dumps({"fence": fence.token, "messages": kept})


def load(text: str) -> tuple[list[ModelMessage], Fence]:
    """What `dump` wrote."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    stored = json.loads(text)
    messages = ModelMessagesTypeAdapter.validate_python(stored["messages"])
    return messages, Fence(stored["fence"])


def _without_images(message: ModelMessage) -> ModelMessage:
    from pydantic_ai.messages import ModelRequest, UserPromptPart

    if not isinstance(message, ModelRequest):
        return message
    parts: list[Any] = [
        replace(part, content=_texts(part.content)) if isinstance(part, UserPromptPart) else part
        for part in message.parts
    ]
    return replace(message, parts=parts)


def _texts(content: Any) -> Any:
    if isinstance(content, str):
        return content
    return [part if isinstance(part, str) else "(an image that was shown)" for part in content]
