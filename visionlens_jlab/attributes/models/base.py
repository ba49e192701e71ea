"""What the rest of the project knows of a model that answers questions about pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

Check = Callable[[], None]
"""Called several times a second while a model works; may raise to stop it."""


@dataclass(frozen=True)
class Question:
    """A prompt about a picture."""

    picture: bytes
    """JPEG."""
    prompt: str


class VisionModel(Protocol):
    """A vision-language model; the same question gets the same answer where it can be had."""

    name: str
    """As `registry.make` takes it."""
    batch_size: int
    """Questions to begin with; fewer where the memory does not suffice."""

    def ask(self, questions: Sequence[Question], check: Check) -> list[str]:
        """What it says to each; OutOfMemoryError where they do not fit, PROVIDER_FAILED."""
        ...

    def close(self) -> None:
        """Let go of the memory."""
        ...
