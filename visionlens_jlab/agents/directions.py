"""Which way a sentence says that a slice differs: more failures than the rest, or fewer."""

from __future__ import annotations

import re

_AMOUNT_MORE = r"more|higher|greater|above|exceeds?|exceeding|increase[sd]?|rises?|elevated|raised"
_AMOUNT_LESS = r"less|fewer|lower|below|decrease[sd]?|reduced?|drops?|falls?|rarely|seldom"
_WORSE = (
    r"worse|worst|fail(?:s|ing|ed)?|struggl(?:e|es|ing)|weak(?:er|ness|nesses)?|blind|poor(?:er|ly)?"
    r"|prone|difficult(?:y|ies)?|hard(?:er|est)?|problem(?:s|atic)?|suffers?|trouble"
)
_BETTER = r"better|best|robust|reliabl[ey]|well|strong(?:er|ly)?|good|easi(?:er|ly)|easy|succeeds?"
_GOOD = re.compile(
    r"\b(?:recall|precision|accuracy|m?AP|F1|confidence|confident|detect(?:s|ed)|found|finds"
    r"|recogni[sz]ed?|correct(?:ly)?|performance|hits?|scores?)\b",
    re.I,
)
"""Of these, more is what is wanted."""
_NOT = r"(?P<not>\b(?:not|no|never|neither|isn't|aren't|doesn't|don't|hardly)\s+(?:\w+\s+)?)?"
_COMPARING = re.compile(
    rf"{_NOT}\b(?:(?P<amount_more>{_AMOUNT_MORE})|(?P<amount_less>{_AMOUNT_LESS})"
    rf"|(?P<worse>{_WORSE})|(?P<better>{_BETTER}))\b",
    re.I,
)
_IDLE = re.compile(r"\bas well(?: as)?\b|\bonce more\b|\bmore or less\b|\bhard ?ware\b", re.I)
_TOO_MUCH = re.compile(
    r"\b(?:always|never|most|mostly|majority|mainly|primarily|entirely|nearly all|almost all"
    r"|every single|completely|without exception)\b",
    re.I,
)


def signs(text: str) -> set[int]:
    """The ways that a sentence says a slice differs: 1 more failures, -1 fewer."""
    text = _IDLE.sub(" ", text)
    good = bool(_GOOD.search(text))
    found = set()
    for match in _COMPARING.finditer(text):
        more = match["amount_more"] or match["worse"]
        sign = 1 if more else -1
        if good and (match["amount_more"] or match["amount_less"]):
            sign = -sign
        found.add(-sign if match["not"] else sign)
    return found


def amounts(text: str) -> set[int]:
    """As `signs`, of the amounts themselves: 1 higher, -1 lower, 0 where it is judged."""
    found = set()
    for match in _COMPARING.finditer(_IDLE.sub(" ", text)):
        if match["worse"] or match["better"]:
            found.add(0)
        else:
            sign = 1 if match["amount_more"] else -1
            found.add(-sign if match["not"] else sign)
    return found


def says_too_much(text: str) -> str | None:
    """The word that no figure could bear out, such as `always`."""
    match = _TOO_MUCH.search(text)
    return match[0] if match else None
