"""Names and predicates of a dataset inside sentences of ours: one line, cut, and in quotes."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = re.compile(r"[\w.+/:-]+(?: [\w.+/:-]+){0,2}")
_LONGEST_NAME = 60
_LONGEST_PREDICATE = 200


def quoted(name: str) -> str:
    """A name in quotes that it cannot close."""
    plain = one_line(name).replace("“", "'").replace("”", "'")
    return f"“{_cut(plain, _LONGEST_NAME)}”"


def named(name: str) -> str:
    """A name inside a title: in quotes where it is not one to three plain words."""
    is_plain = len(name) <= _LONGEST_NAME and _PLAIN.fullmatch(name)
    return name if is_plain else quoted(name)


def shown(predicate: str, longest: int = _LONGEST_PREDICATE) -> str:
    """A predicate as one writes it: its texts stand in quotes, which are closed where it is cut."""
    plain = one_line(predicate)
    if len(plain) <= longest:
        return plain
    cut = plain[: longest - 2]
    return f"{cut}…'" if cut.count("'") % 2 else f"{cut}…"


def shown_value(value: str) -> str:
    """A value in a list of them."""
    return shown(value, _LONGEST_NAME)


def one_line(text: str) -> str:
    """Text without line ends, control or formatting characters."""
    return "".join(
        " " if character in "\n\r\t\u2028\u2029" else character
        for character in text
        if character in "\n\r\t\u2028\u2029" or unicodedata.category(character)[0] != "C"
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
