"""What a model said, read as one of a closed set of answers, and the majority of several."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from visionlens_jlab.attributes.models.prompts import Wording
from visionlens_jlab.attributes.models.questions import plain

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
