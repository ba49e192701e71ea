"""Numbers as texts write them, and whether they are those of a tool's result."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WRITTEN = re.compile(
    r"(?<![\w.,])[-+−]?(?P<whole>\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?!\d)|\d+)?(?P<part>\.\d+)?"
    r"(?P<percent>\s?(?:%|percent\b|percentage points?\b|points?\b|pp\b))?"
    r"(?P<letters>[A-Za-z]\w*)?"
)
_WORDS = {
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "five": 5.0,
    "six": 6.0,
    "seven": 7.0,
    "eight": 8.0,
    "nine": 9.0,
    "ten": 10.0,
    "eleven": 11.0,
    "twelve": 12.0,
    "dozen": 12.0,
    "twice": 2.0,
    "double": 2.0,
    "doubles": 2.0,
    "doubled": 2.0,
    "triple": 3.0,
    "triples": 3.0,
    "tripled": 3.0,
    "thrice": 3.0,
    "half": 0.5,
    "quarter": 0.25,
    "third": 1 / 3,
    "thirds": 2 / 3,
    "tenth": 0.1,
}
_NEVER = ("hundred", "thousand", "million", "dozens", "scores", "fold", "fifth")
"""Amounts too vague to hold against anything."""
_WORD = re.compile(rf"\b({'|'.join([*_WORDS, *(f'{word}s?' for word in _NEVER)])})\b", re.I)
_INNOCENT = re.compile(
    r"\b95\s?(?:%|percent)(?=\s*(?:confidence|interval|CI\b))"  # the intervals' own level
    r"|\b(?:confirmation|discovery|other|each|either|held-out|second|first) half\b"
    r"|\bthe (?:third|quarter|double)\b",
    re.I,
)
EPSILON = 1e-9


@dataclass(frozen=True)
class Written:
    """A number of a text; `decimals` were written. `percent`: it stands for a hundredth."""

    text: str
    value: float
    decimals: int
    percent: bool = False

    def is_rounded(self, exact: float) -> bool:
        """Whether `exact`, rounded as it is written, gives this; the sign is told by words."""
        exact = abs(exact) * (100 if self.percent else 1)
        return abs(self.value - exact) <= 0.5 * 0.1**self.decimals + EPSILON


def written_numbers(text: str, without: Iterable[str] = ()) -> list[Written]:
    """Every number of a text in its order, in digits or in words.

    `without`: phrases whose numbers say nothing, such as the predicate that it quotes.
    """
    for phrase in sorted((phrase for phrase in without if phrase), key=len, reverse=True):
        text = re.sub(re.escape(phrase), " ", text, flags=re.I)
    text = _INNOCENT.sub(" ", text)
    found = [(match.start(), _of_digits(match)) for match in _WRITTEN.finditer(text)]
    found += [(match.start(), _of_word(match[0])) for match in _WORD.finditer(text)]
    return [number for _, number in sorted(found, key=lambda pair: pair[0]) if number is not None]


def decimals_of(value: float) -> int:
    """How many decimals a number has as JSON writes it."""
    text = repr(value)
    if "e" in text or "." not in text:
        return 0 if float(value).is_integer() else 12
    return 0 if text.endswith(".0") else len(text.partition(".")[2])


def _of_digits(match: re.Match[str]) -> Written | None:
    whole, part = match["whole"] or "", match["part"] or ""
    if not whole and not part:
        return None
    digits = re.sub(r"\D", "", whole) + part
    # "3x" or "20k" is no number that could be compared
    value = float("nan") if match["letters"] else float(digits)
    return Written(match[0].strip(), value, max(0, len(part) - 1), bool(match["percent"]))


def _of_word(word: str) -> Written:
    return Written(word, _WORDS.get(word.lower(), float("nan")), 2)
