"""What a language model hands in: typed statements, by reference, and nothing believed yet."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from visionlens_jlab.agents.statements.evidence import Direction, Unit
from visionlens_jlab.core.shapes import Level, Model
from visionlens_jlab.core.views.outcome_shapes import ErrorType, Outcome

Id = Annotated[str, Field(description="Id of a tool result, such as e3.")]
Population = Annotated[
    str,
    Field(
        description="Of what: a predicate as the tool result has it, `class = 'car'` for a class, "
        "`field = 'value'` for a value; `not (..)` for the rest of a slice; empty: everything."
    ),
]
Run = Annotated[str | None, Field(description="The run of the result; null where it has none.")]


class Reference(Model):
    """One number of a tool result, by what it is; its value is read from the result."""

    evidence: Id
    metric: str = Field(description="`count`, or the name of the number in the result.")
    of: Population = ""
    unit: Unit = Field(description="What the number is in, as the result says it.")
    run: Run = None


class FigureDraft(Reference):
    """States one number."""

    kind: Literal["figure"]


class ComparisonDraft(Model):
    """States that the first of two numbers of one metric and unit is higher, lower or equal."""

    kind: Literal["comparison"]
    first: Reference
    direction: Literal["higher", "lower", "equal"]
    second: Reference


class ExtremeDraft(Reference):
    """States that a number is the highest or lowest among all classes, or values of its field."""

    kind: Literal["extreme"]
    rank: Literal["highest", "lowest"]


class DistributionDraft(Model):
    """States how often the values of a field are (facets, or class and split of the dataset)."""

    kind: Literal["distribution"]
    evidence: Id
    field: str
    of: Population = ""
    unit: Unit


class ConfusionDraft(Model):
    """States that objects of one class are taken for another, and how that ranks."""

    kind: Literal["confusion"]
    evidence: Id
    run: Run = None
    true: str
    predicted: str
    rank: Literal["most_of_all", "most_of_class", "any"] = "any"


class EffectDraft(Reference):
    """States a test or finding: the rate of its slice against the rest, and what was confirmed."""

    kind: Literal["effect"]
    direction: Direction = Field(description="As the result says it.")
    rate: Literal["confirmation.rate", "confirmation.rest"] = Field(
        description="Which number of the result is the slice's."
    )
    rest: Literal["confirmation.rate", "confirmation.rest"] = Field(
        description="Which number of the result is that of the rest."
    )


class HoldingDraft(Model):
    """States whether a finding holds."""

    kind: Literal["finding"]
    evidence: Id
    metric: str
    of: Population = ""
    run: Run = None
    holds: bool


class NothingDraft(Model):
    """States that there is none: no finding was confirmed, or no row satisfies a predicate."""

    kind: Literal["nothing"]
    evidence: Id
    what: Literal["findings", "rows"]
    of: Population = ""
    unit: Unit | None = None
    run: Run = None


StatementDraft = Annotated[
    FigureDraft
    | ComparisonDraft
    | ExtremeDraft
    | DistributionDraft
    | ConfusionDraft
    | EffectDraft
    | HoldingDraft
    | NothingDraft,
    Field(discriminator="kind"),
]


class FindingDraft(Model):
    """A slice to keep, or a finding to explain."""

    evidence: str
    """Id of a confirmed test_slice, or of a finding."""
    statements: list[StatementDraft] = Field([], max_length=20)


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


class Handed(Model):
    """What every answer may hold."""

    statements: list[StatementDraft] = Field([], max_length=20)
    ideas: list[str] = Field(
        [],
        max_length=20,
        description="Up to 3 conjectures or questions of yours, shown as not checked: one short "
        "English sentence each with may, might, could or perhaps, or ending in a question mark.",
    )


class BlindSpots(Handed):
    """Where the model fails more."""

    findings: list[FindingDraft] = Field([], max_length=20)


class ErrorPatterns(Handed):
    """Which errors the model makes where."""

    patterns: list[PatternDraft] = Field([], max_length=20)


class ChatAnswer(Handed):
    """An answer in statements and views."""

    views: list[ViewDraft] = Field([], max_length=5)


Draft = BlindSpots | ErrorPatterns | ChatAnswer
