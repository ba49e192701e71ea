"""Questions to a model: those that come with the product, their wordings, and how answers are read.

Repeating one prompt under greedy decoding gives the same answer every time and proves nothing;
models also prefer what they read first. So each wording has a frame of its own and begins with
another option.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from visionlens_jlab.attributes.shapes import AttributeSpec
from visionlens_jlab.errors import VisionLensError

YES_NO = ("yes", "no")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_OPTION = 60
_FEWEST, _MOST = 2, 12

BUILT_IN: tuple[AttributeSpec, ...] = (
    AttributeSpec(
        name="lighting",
        question="What light is this picture taken in?",
        kind="choice",
        options=["daylight", "dusk or dawn", "night", "indoor light"],
        paraphrases=["Which light is there in the scene?", "How is the scene lit?"],
    ),
    AttributeSpec(
        name="weather",
        question="What is the weather in this picture?",
        kind="choice",
        options=["clear", "overcast", "rain", "snow", "fog", "not visible"],
        paraphrases=["Which weather does the picture show?", "How is the weather in the scene?"],
    ),
    AttributeSpec(
        name="occlusion",
        question="Is the object in the middle of this picture partly hidden by something else?",
        paraphrases=[
            "Does something in front cover a part of the object in the middle?",
            "Is a part of the main object out of sight behind another thing?",
        ],
        level="annotations",
    ),
    AttributeSpec(
        name="blur",
        question="Is this picture blurred?",
        paraphrases=["Is the picture out of focus or smeared by motion?", "Do edges look unsharp?"],
    ),
    AttributeSpec(
        name="viewpoint",
        question="From where is this picture taken?",
        kind="choice",
        options=["eye level", "from above", "from below"],
        paraphrases=["Which viewpoint does the camera have?", "Where does the camera look from?"],
    ),
)


def options_of(spec: AttributeSpec) -> list[str]:
    """All that a question may be answered with."""
    return list(YES_NO) if spec.kind == "yes_no" else list(spec.options)


def checked(specs: list[AttributeSpec]) -> list[AttributeSpec]:
    """The questions, stripped; ATTRIBUTE_INVALID says what is wrong with one."""
    found = [_checked(spec) for spec in specs]
    names = [spec.name for spec in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise VisionLensError("ATTRIBUTE_INVALID", f"Two questions have the name {twice!r}.")
    return found


def plain(text: str) -> str:
    """Words in small letters with one space between them."""
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def _checked(spec: AttributeSpec) -> AttributeSpec:
    if not _NAME.fullmatch(spec.name):
        raise VisionLensError(
            "ATTRIBUTE_INVALID",
            f"{spec.name!r} cannot be the name of a visual attribute.",
            "Begin with a small letter; then small letters, digits and underscores.",
        )
    question = spec.question.strip()
    if not question:
        raise VisionLensError("ATTRIBUTE_INVALID", f"{spec.name!r} has no question.")
    options = [option.strip() for option in spec.options]
    wrong = _wrong_options(spec.kind == "choice", options)
    if wrong:
        raise VisionLensError("ATTRIBUTE_INVALID", f"The options of {spec.name!r} {wrong}.")
    paraphrases = [text.strip() for text in spec.paraphrases if text.strip()]
    update = {"question": question, "options": options, "paraphrases": paraphrases}
    return spec.model_copy(update=update)


def _wrong_options(choice: bool, options: list[str]) -> str:
    """What is wrong with them; empty: nothing."""
    if not choice:
        return "are yes and no: give none, or ask for a choice" if options else ""
    words = [plain(option) for option in options]
    if not _FEWEST <= len(options) <= _MOST:
        return f"must be {_FEWEST} to {_MOST}"
    if not all(words) or any(len(option) > _LONGEST_OPTION for option in options):
        return f"must be words of at most {_LONGEST_OPTION} characters"
    return "must differ in their words" if len(set(words)) < len(words) else ""


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


_LETTER = re.compile(r"\s*\(?([A-La-l])\)?\s*(?:[.):,]\s*(.*)|$)", re.DOTALL)
_YES_NO = {"yes", "no"}
_NEGATIONS = r"(?:not|no|never|neither|nor|without|isn t|aren t|cannot be)\s+(?:a |the |in |at )?$"


def read(said: str, wording: Wording) -> str | None:
    """The option that an answer names; None: none, more than one, or only what it is not."""
    if wording.lettered and (match := _LETTER.fullmatch(said)):
        return _of_letter(match, wording.options)
    words = plain(said)
    if set(wording.options) == _YES_NO:
        # at the beginning or the end: "there is no rain" answers nothing
        ends = words.split()[:1] + words.split()[-1:]
        return next((word for word in ends if word in _YES_NO), None)
    named = _named(words, wording.options)
    return named.pop() if len(named) == 1 else None


def majority(answers: Sequence[str | None]) -> tuple[str | None, float]:
    """What most wordings were answered with, and their share of all wordings.

    None and 0 where nothing could be read or two answers are as frequent.
    """
    counts = Counter(answer for answer in answers if answer is not None).most_common(2)
    if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
        return None, 0.0
    answer, votes = counts[0]
    return answer, votes / len(answers)


def _of_letter(match: re.Match[str], options: Sequence[str]) -> str | None:
    """The option of a letter, unless the words behind it name another one."""
    place = ord(match[1].upper()) - ord("A")
    if place >= len(options):
        return None
    named = _named(plain(match[2] or ""), options)
    return options[place] if named <= {options[place]} else None


def _named(words: str, options: Sequence[str]) -> set[str]:
    """The options that stand among words and are not denied, longer ones first."""
    found = set()
    for option in sorted(options, key=lambda option: -len(plain(option))):
        pattern = rf"\b{re.escape(plain(option))}\b"
        for match in re.finditer(pattern, words):
            if not re.search(_NEGATIONS, words[: match.start()]):
                found.add(option)
        words = re.sub(pattern, lambda match: "." * len(match[0]), words)
    return found
