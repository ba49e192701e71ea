"""Regular expressions that RE2, DuckDB's engine, refuses or takes too long for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from visionlens_jlab.errors import VisionLensError

_BRACKETS = r"Check the brackets: each ( and [ needs its end. To find one itself, write \( or \[."
_REPEATED = (
    r"Check the repetition: * + ? and {n}, with n up to 1000, follow what they repeat. "
    r"To find one itself, write \* and so on."
)
_HINTS = {
    "missing ]": _BRACKETS,
    "missing )": _BRACKETS,
    "unexpected )": _BRACKETS,
    "no argument for repetition operator": _REPEATED,
    "bad repetition operator": _REPEATED,
    "invalid repetition size": _REPEATED,
    "invalid character class": "Check the range in [ ]: the lower end comes first, as in [a-z].",
    "invalid escape sequence": (
        "Check what follows the backslash; references to groups, such as \\1, are not supported."
    ),
    "trailing \\": r"Something must follow the backslash. To find a backslash itself, write \\.",
    "invalid perl operator": "Looking ahead or behind, (?=…) or (?<=…), is not supported.",
    "invalid named capture group": "Name a group as in (?P<name>…).",
    "pattern too large": "Write a shorter pattern with smaller repetitions.",
}
"""By how RE2's message begins (`RE2::ErrorCode`, re2.cc)."""
_PREFIX = "Invalid Input Error: "

MAX_WEIGHT = 500
"""Parts of a pattern, each as often as it is repeated.

Beyond about twice this RE2 looks at every part for each character, and DuckDB cannot interrupt it
within some thousand rows.
"""
MAX_WEIGHTS = 2_000
"""Parts of all patterns of one predicate: each of them is looked for in each row."""
_CLASS_WEIGHT = 20
r"""A class such as \pL is an automaton of its own."""
_MOST_TIMES = 1000
"""RE2 itself refuses more."""
_TOKEN = re.compile(
    r"\\Q(?P<plain>.*?)(?:\\E|$)"
    r"|(?P<unicode>\\[pP](?:\{[^}]*\}?|.?))"
    r"|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]?"
    r"|\\."
    r"|\{(?P<least>\d{1,6})(?:,(?P<most>\d{0,6}))?\}"
    r"|(?P<other>.)",
    re.DOTALL,
)


def check_pattern(pattern: str) -> int:
    """The parts of a regular expression. PREDICATE_INVALID for one that takes too long."""
    weight = pattern_weight(pattern)
    if weight > MAX_WEIGHT:
        raise VisionLensError(
            "PREDICATE_INVALID",
            f"The regular expression has more than {MAX_WEIGHT} parts, repeated ones counted "
            "as often as they are repeated.",
            "Write a shorter pattern with smaller repetitions, or join simple ones with `and`.",
        )
    return weight


def check_patterns(patterns: Iterable[str]) -> None:
    """PREDICATE_INVALID for regular expressions that take too long, one or all together."""
    if sum(max(1, check_pattern(pattern)) for pattern in patterns) > MAX_WEIGHTS:
        raise VisionLensError(
            "PREDICATE_INVALID",
            f"The regular expressions of the predicate have more than {MAX_WEIGHTS:,} parts "
            "together.",
            "Write several of them as one, matches 'a|b', use `in` or `contains`, or tag what you "
            "mean.",
        )


def pattern_weight(pattern: str) -> int:
    """Parts of a pattern, each as often as it is repeated."""
    groups, last = [0], 0  # what is repeated next is in both
    for token in _TOKEN.finditer(pattern):
        other = token["other"]
        if other == "(":
            groups.append(0)
            continue
        if other == ")" and len(groups) > 1:
            last = max(1, groups.pop())
        elif token["least"] is not None:
            times = max(1, *(int(token[name] or 0) for name in ("least", "most")))
            if times > _MOST_TIMES:
                continue
            groups[-1] -= last
            last = max(1, last) * times
        elif token["plain"] is not None:
            groups[-1] += max(0, len(token["plain"]) - 1)
            last = 1
        elif other is not None and other in "*+?|":
            continue
        else:
            last = 1 if token["unicode"] is None else _CLASS_WEIGHT
        groups[-1] += last
    return sum(groups)


def pattern_error(message: str) -> VisionLensError | None:
    """PREDICATE_INVALID for DuckDB's message; None: it is not about a regular expression."""
    reason = message.partition("\n")[0].removeprefix(_PREFIX)
    for beginning, hint in _HINTS.items():
        if reason.startswith(beginning):
            return VisionLensError(
                "PREDICATE_INVALID",
                f"The regular expression cannot be read: {reason}",
                hint,
                details={"cause": message},
            )
    return None
