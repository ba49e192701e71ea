"""Causal wording made association: statistics over a dataset show what goes with what."""

from __future__ import annotations

import re

_SOFTER = [
    (r"\bbecause of\b", "together with"),
    (r"\b(?:is|are|was|were) (?:mainly |partly |probably |likely )?due to\b", "goes with"),
    (r"\bdue to\b", "together with"),
    (r"\bowing to\b|\bthanks to\b|\bas a (?:result|consequence) of\b", "together with"),
    (r"\b(?:is|are|was|were) (?:directly |mainly |largely )?caused by\b", "goes with"),
    (r"\bcaused by\b|\bbrought about by\b|\bdriven by\b", "associated with"),
    (
        r"\b(?:is|are|was|were) (?:the|a|one) (?:root |main )?(?:cause|reason)s? (?:of|for|why)\b",
        "goes with",
    ),
    (r"\b(?:the|a) (?:root |main )?cause of\b", "something that goes with"),
    (
        r"\b(?:causes?|causing|leads? to|leading to|led to|results? in|resulting in|resulted in"
        r"|triggers?|provokes?|induces?|brings? about|gives? rise to|drives?|produces?)\b",
        "goes with",
    ),
    (r"\b(?:is|are) responsible for\b|\baccounts? for\b|\bexplains?\b", "goes with"),
    (r"\b(?:makes?|making|forces?|forcing) the model (\w+)", r"goes with a model that tends to \1"),
    (r"\b(?:affects?|impacts?|influences?|hurts?|degrades?|harms?)\b", "goes along with"),
    (r"\bthe reason is(?: that)?\b|\bthat is why\b|\bwhich is why\b", "at the same time,"),
    (r"\bbecause\b|\bsince(?= (?:the|it|they|these|this|its|objects|images)\b)", "where"),
    (r"\b(?:therefore|thus|hence|consequently|as a (?:result|consequence))\b", "in the same slice"),
    (r"\bso that\b", "where"),
]
_RULES = [(re.compile(pattern, re.I), softer) for pattern, softer in _SOFTER]


def soften(text: str) -> tuple[str, bool]:
    """The text without causal wording, and whether there was any."""
    softened = text
    for pattern, softer in _RULES:
        softened = pattern.sub(softer, softened)
    if softened != text:
        softened = softened[:1].upper() + softened[1:]
    return softened, softened != text
