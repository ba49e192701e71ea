"""The messages of a conversation, kept so that a chat can go on; images are left out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.fencing import Fence
from visionlens_jlab.agents.statements.evidence import Evidence

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage


def dump(
    messages: list[ModelMessage], fence: Fence, evidence: Iterable[Evidence], version: int
) -> str:
    """JSON; the fence belongs to it, since earlier results stand in it.

    `evidence`: what statements could name; `version`: of the dataset then.
    """
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    kept = ModelMessagesTypeAdapter.dump_python(
        [_without_images(message) for message in messages], mode="json"
    )
    named = [asdict(one) for one in evidence]
    return json.dumps(
        {"fence": fence.token, "version": version, "evidence": named, "messages": kept}
    )


def load(text: str) -> tuple[list[ModelMessage], Fence]:
    """What `dump` wrote."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    stored = json.loads(text)
    messages = ModelMessagesTypeAdapter.validate_python(stored["messages"])
    return messages, Fence(stored["fence"])


def evidence_in(text: str | None) -> tuple[list[Evidence], int | None]:
    """What a conversation could name at its end, and the version of the dataset then."""
    stored = {} if text is None else json.loads(text)
    known = [Evidence(**one) for one in stored.get("evidence", [])]
    return known, stored.get("version")


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
