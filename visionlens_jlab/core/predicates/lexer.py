"""Text of a predicate to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from visionlens_jlab.errors import VisionLensError

TokenKind = Literal["name", "string", "number", "operator", "keyword", "end"]

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "is",
        "null",
        "like",
        "matches",
        "contains",
        "true",
        "false",
        "any",
        "none",
        "all",
        "count",
    ]
)
"""Names that must be quoted to be a field's."""

NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w))
      | (?P<string>'(?:[^']|'')*')
      | (?P<name>(?:[^\W\d]\w*|"(?:[^"]|"")+")(?:\.(?:[^\W\d]\w*|"(?:[^"]|"")+"))*)
      | (?P<operator><=|>=|!=|<>|==|[=<>(),*])""",
    re.VERBOSE,
)
_PART = re.compile(r'"((?:[^"]|"")+)"|([^\W\d]\w*)')


@dataclass(frozen=True)
class Token:
    """One token; `text` is the name, the string's content, the number or the operator."""

    kind: TokenKind
    text: str
    position: int
    """Of its first character in the predicate, from 0."""
    quoted: bool = False


def tokenize(text: str) -> list[Token]:
    """All tokens, the last one of kind `end`.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID at a character that starts no token.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise _unreadable(text, position)
        token = _token(found)
        if token is not None:
            tokens.append(token)
        position = found.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _token(found: re.Match[str]) -> Token | None:
    start, text = found.start(), found.group()
    match found.lastgroup:
        case "string":
            return Token("string", text[1:-1].replace("''", "'"), start)
        case "number":
            return Token("number", text, start)
        case "operator":
            return Token("operator", {"<>": "!=", "==": "="}.get(text, text), start)
        case "name":
            if text.lower() in KEYWORDS:
                return Token("keyword", text.lower(), start)
            parts = [a.replace('""', '"') if a else b for a, b in _PART.findall(text)]
            return Token("name", ".".join(parts), start, quoted=text.startswith('"'))
        case _:
            return None


def _unreadable(text: str, position: int) -> VisionLensError:
    character = text[position]
    what = "a quote that is not closed" if character in "'\"" else f"the character {character!r}"
    return VisionLensError(
        "PREDICATE_INVALID",
        f"Cannot read {what} at position {position + 1}.",
        "Write text in single quotes, a quote inside it twice: caption = 'it''s'.",
        {"position": position},
    )
