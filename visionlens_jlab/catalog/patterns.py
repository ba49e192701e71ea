"""What to do about a regular expression that RE2, DuckDB's engine, refuses."""

from __future__ import annotations

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
