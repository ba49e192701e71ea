"""A model that answers questions about pictures, asked as many at once as the memory allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from visionlens_jlab.embeddings.models.base import OutOfMemoryError
from visionlens_jlab.errors import VisionLensError

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

    def close(self) -> None:
        """Let go of the memory."""


class Asker:
    """A model with a batch size that adapts.

    Parameters
    ----------
    log : callable
        Takes a level and a sentence.
    check : callable
        May raise to stop.
    """

    def __init__(self, model: VisionModel, log: Callable[[str, str], None], check: Check) -> None:
        self.model = model
        self.batch_size = model.batch_size
        self._log = log
        self._check = check

    def ask(self, questions: Sequence[Question], done: Callable[[int], None]) -> list[str]:
        """What the model says to each; `done` takes how many more are answered.

        JOB_FAILED when not even one question fits into the memory of the device.
        """
        said: list[str] = []
        while len(said) < len(questions):
            self._check()
            batch = questions[len(said) : len(said) + self.batch_size]
            try:
                said += self.model.ask(batch, self._check)
            except OutOfMemoryError as error:
                self._halve(len(batch), error)
            else:
                done(len(batch))
        return said

    def _halve(self, tried: int, error: Exception) -> None:
        if tried == 1:
            raise VisionLensError(
                "JOB_FAILED",
                f"{self.model.name} does not fit into the memory of the device.",
                "Choose a smaller model, or 4-bit weights on a GPU.",
                {"exception": str(error)[:500]},
            ) from error
        self.batch_size = max(1, tried // 2)
        self._log("warning", f"Out of memory at {tried} questions; going on with "
                  f"{self.batch_size}.")  # fmt: skip
