"""The questions that come with the product, and what makes a question one that can be asked."""

from __future__ import annotations

import re

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
