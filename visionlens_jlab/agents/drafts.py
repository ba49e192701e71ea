"""What a language model hands in: typed, and nothing of it believed yet."""

from __future__ import annotations

from pydantic import Field

from ..models import ErrorType, Level, Model, Outcome
from .evidence import Direction


class NumberDraft(Model):
    """A number of the sentence, named by its path in the tool result: `confirmation.rate`."""

    name: str
    value: float


class ClaimDraft(Model):
    """One sentence, and the tool result it rests on."""

    text: str = Field(max_length=600)
    evidence: str | None = None
    """Id of the tool result; none: the sentence states nothing about the data."""
    predicate: str | None = None
    """The predicate of that tool result, copied; none where it has none."""
    direction: Direction | None = None
    """Whether the slice fails more or less than the rest, where the sentence says so."""
    numbers: list[NumberDraft] = Field([], max_length=30)
    """Every number of the sentence."""


class FindingDraft(Model):
    """A slice to keep, or a finding to explain."""

    evidence: str
    """Id of a confirmed test_slice, or of a finding."""
    claims: list[ClaimDraft] = Field([], max_length=10)


class PatternDraft(FindingDraft):
    """A pattern of one sort of error."""

    error: ErrorType | None = None
    """As the tool result says it; none: it speaks of all errors."""


class ViewDraft(Model):
    """A view as a part of the answer."""

    where: str = ""
    level: Level = "samples"
    outcome: Outcome | None = None
    error: ErrorType | None = None


class BlindSpots(Model):
    """Where the model fails more."""

    summary: list[ClaimDraft] = Field([], max_length=10)
    findings: list[FindingDraft] = Field([], max_length=20)


class ErrorPatterns(Model):
    """Which errors the model makes where."""

    summary: list[ClaimDraft] = Field([], max_length=10)
    patterns: list[PatternDraft] = Field([], max_length=20)


class ChatAnswer(Model):
    """An answer in sentences and views."""

    sentences: list[ClaimDraft] = Field([], max_length=20)
    views: list[ViewDraft] = Field([], max_length=5)


Draft = BlindSpots | ErrorPatterns | ChatAnswer
