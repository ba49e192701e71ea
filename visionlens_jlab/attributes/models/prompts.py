"""A question in several wordings, each with its options in another order.

Repeating one prompt under greedy decoding gives the same answer every time and proves nothing;
models also prefer what they read first. So each wording has a frame of its own and begins with
another option.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from visionlens_jlab.attributes.models.questions import options_of
from visionlens_jlab.attributes.shapes import AttributeSpec

LETTERS = "ABCDEFGHIJKL"
_FRAMES = (
    "{question} Choose one of these: {listed}. Answer with your choice only.",
    "Look at the picture.\n{question}\n{lettered}\nAnswer with the letter of the right option.",
    "The picture is about this question: {question} The answer is one of: {listed}. Which one?",
    "Question: {question}\nOptions: {listed}\nAnswer with one of the options, nothing else.",
)


@dataclass(frozen=True)
class Wording:
    """A prompt, and the order in which it names the options."""

    text: str
    options: tuple[str, ...]
    lettered: bool
    """Whether a letter may stand for an option."""


def wordings(spec: AttributeSpec, count: int, seed: int = 0) -> list[Wording]:
    """`count` different prompts of a question; the same ones for the same seed."""
    options = options_of(spec)
    random.Random(f"{seed}/{spec.name}").shuffle(options)  # noqa: S311  no secret
    questions = [spec.question, *spec.paraphrases]
    found = []
    for number in range(count):
        # one further each time that the frames begin again
        first = (number + number // len(_FRAMES)) % len(options)
        ordered = options[first:] + options[:first]
        question = questions[number % len(questions)]
        found.append(_wording(_FRAMES[number % len(_FRAMES)], question, ordered))
    return found


def _wording(frame: str, question: str, options: list[str]) -> Wording:
    lettered = "\n".join(
        f"{letter}. {option}" for letter, option in zip(LETTERS, options, strict=False)
    )
    text = frame.format(question=question, listed=", ".join(options), lettered=lettered)
    return Wording(text, tuple(options), "{lettered}" in frame)
