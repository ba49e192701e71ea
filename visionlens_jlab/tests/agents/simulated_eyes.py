"""A model that looks at how bright a picture is, behind the VisionModel protocol."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image

from visionlens_jlab.attributes.models.base import Check, Question
from visionlens_jlab.embeddings.models.base import OutOfMemoryError

Says = Callable[[Image.Image, str], str]


def night(picture: Image.Image, _prompt: str) -> str:
    """Whether most of a picture is dark."""
    return "yes" if picture.convert("L").resize((1, 1)).getpixel((0, 0)) < 128 else "no"  # type: ignore[operator]


class Eyes:
    """Gives an option as it was asked to, by letter or by word.

    Parameters
    ----------
    says : callable
        From a picture and a prompt to an option.
    fits : int
        Questions at once.
    fails_at : int, optional
        A batch, from 0, at which it raises `error`.
    """

    name = "eyes:1"
    batch_size = 4

    def __init__(
        self,
        says: Says = night,
        *,
        fits: int = 100,
        fails_at: int | None = None,
        error: type[BaseException] = RuntimeError,
    ) -> None:
        self._says, self._fits = says, fits
        self._fails_at, self._error = fails_at, error
        self.asked: list[Question] = []
        self.batches = 0
        self.closed = False

    def ask(self, questions: Sequence[Question], check: Check) -> list[str]:
        check()
        if len(questions) > self._fits:
            raise OutOfMemoryError("too many")
        if self.batches == self._fails_at:
            raise self._error
        self.batches += 1
        self.asked += questions
        return [self._answer(one) for one in questions]

    def close(self) -> None:
        self.closed = True

    def sizes(self) -> list[tuple[int, int]]:
        """Of the pictures it saw."""
        return [Image.open(io.BytesIO(one.picture)).size for one in self.asked]

    def _answer(self, question: Question) -> Any:
        option = self._says(Image.open(io.BytesIO(question.picture)), question.prompt)
        letter = re.search(rf"^([A-L])\. {re.escape(option)}$", question.prompt, re.MULTILINE)
        return f"{letter[1]}." if letter else f"It is {option}."
