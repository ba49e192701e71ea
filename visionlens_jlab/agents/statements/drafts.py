"""What a language model hands in: typed statements, by reference, and ideas, which nobody checks.

Nothing of a statement is believed yet. No list of words tells what a sentence means, so an idea is
never shown as more than an idea that nobody has checked. It is a conjecture or a question in plain
English, and says nothing that a reader could take for a result: no number, quantity, verdict or
cause, no name out of the dataset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from visionlens_jlab.agents.statements.evidence import Direction, Unit
from visionlens_jlab.core.shapes import Level, Model
from visionlens_jlab.core.views.shapes import ErrorType, FacetsRequest, Outcome
from visionlens_jlab.evaluation.store.runs import Runs

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


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


class ClaimDropped(Exception):  # noqa: N818  it is not an error
    """It does not hold; the message says why, without a word of the language model's."""


LONGEST_IDEA = 160
MOST_IDEAS = 3
_QUOTED_WORDS = 4
"""So many words in a row out of the dataset's own text are a quotation."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,;'’()/-]*[.?]?")
_OPEN = re.compile(
    r"\b(?:may|might|could|perhaps|maybe|possibly)\b"
    r"|^(?:is|are|was|were|do|does|did|can|would|has|have|what|where|when|which|how)\b.*\?$",
    re.I,
)
_SAYS = {
    "a number": (
        r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty"
        r"|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|[mb]illions?|dozens?|scores?"
        r"|couple|pair|half|halves|thirds?|quarters?|fifths?|sixths?|sevenths?|eighths?|ninths?"
        r"|tenths?|first|second|once|twice|thrice|doubl\w+|tripl\w+|quadrupl\w+|fold|percent\w*"
    ),
    "a quantity": (
        r"all|every|everything|everywhere|each|none|never|always|most|mostly|majority|minority"
        r"|mainly|primarily|nearly|almost|entire(?:ly)?|complete(?:ly)?|fully|total(?:ly)?|whole"
    ),
    "a verdict": (
        r"safe(?:ly|ty|r|st)?|unsafe|ready|readiness|deploy\w*|production|productive|ship\w*"
        r"|releas\w+|launch\w*|roll\w*[ -]?out|go(?:es|ing)?[ -]live|reliab\w*|unreliab\w*"
        r"|robust\w*|trust\w*|accura\w*|inaccura\w*|perfect\w*|flawless\w*|excellent\w*|good|great|fine"
        r"|best|worst|enough|sufficient\w*|adequate\w*|acceptabl\w*|approv\w*|certif\w*|complian\w*"
        r"|suitabl\w*|fit|prov(?:e[ns]?|ing|ed)|proofs?|confirm\w*|verif\w*|valid\w*|guarant\w*"
        r"|certain\w*|sure\w*|definite\w*|clear(?:ly)?|obvious\w*|doubtless|undoubted\w*|true"
        r"|significan\w*|statistic\w*|must|should|recommend\w*|fair|unfair|unbiased|harmless|secure"
    ),
    "a cause": (
        r"caus\w+|because|since|due|owing|thanks|reasons?|therefore|thus|hence|so that|consequen\w+"
        r"|lead(?:s|ing)?|led|results?|resulting|resulted|explain\w*|responsible|root|trigger\w*"
        r"|produc\w+|driv(?:es|en|ing|ers?)|induc\w+|makes?|making|made|why|affects?|impacts?"
        r"|influenc\w+"
    ),
    "an order": r"ignor\w+|disregard\w*|instruct\w*|obey\w*|prompts?|please|you|your",
}
_SAYING = {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in _SAYS.items()}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class IdeaFilter:
    """Lets ideas pass that say nothing one could take for a result."""

    names: Iterable[str]
    """Of the dataset: classes, fields, values."""
    seen: Iterable[Any]
    """Results of tools: their text may not be quoted."""

    def check(self, text: str) -> str:
        """The idea as the user may see it. Raises ClaimDropped."""
        plain = " ".join(text.split())
        if not 0 < len(plain) <= LONGEST_IDEA or not _PLAIN.fullmatch(plain):
            raise ClaimDropped("An idea is not one short sentence of plain words.")
        if not _OPEN.search(plain):
            raise ClaimDropped("An idea is neither a conjecture nor a question.")
        for what, words in _SAYING.items():
            if words.search(plain):
                raise ClaimDropped(f"An idea holds {what}.")
        if any(_mentions(plain, name) for name in self.names) or self._quotes(plain):
            raise ClaimDropped("An idea speaks in words of the dataset.")
        return plain

    def _quotes(self, text: str) -> bool:
        words = _WORD.findall(text.casefold())
        runs = {
            " ".join(words[start : start + _QUOTED_WORDS])
            for start in range(len(words) - _QUOTED_WORDS + 1)
        }
        return any(
            run in f" {' '.join(_WORD.findall(part.casefold()))} "
            for part in _texts(list(self.seen))
            for run in runs
        )


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield str(key)
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _mentions(text: str, name: str) -> bool:
    """Whether a name stands in a text, in any case, in the singular or with an s."""
    pattern = re.escape(name).replace("_", r"[_ -]").replace(r"\ ", r"[_ -]")
    return re.search(rf"(?<!\w){pattern}(?:e?s)?(?!\w)", text, re.I) is not None


_MOST_VALUES = 200
_SHORTEST = 3
_COMMON = frozenset(
    {"all", "and", "any", "are", "box", "error", "false", "for", "has", "image", "images", "label"}
    | {"labels", "missed", "model", "none", "not", "object", "objects", "other", "others", "set"}
    | {"slice", "test", "the", "true", "unknown", "was", "with", "yes"}
)
"""English that says nothing of a value."""


def vocabulary(store: DatasetStore) -> list[str]:
    """Classes, runs, names of the user's fields, and values of fields with few of them."""
    detail = store.detail()
    words = {item.name for item in detail.class_list} | {run.run for run in store.part(Runs).all()}
    own = [field for field in detail.fields if not field.builtin]
    words |= {name for field in own for name in (field.name, field.label)}
    for facet in store.facets(FacetsRequest(limit=_MOST_VALUES)).facets:
        if facet.distinct <= _MOST_VALUES:
            words |= {value.value for value in facet.values if isinstance(value.value, str)}
    return sorted(word for word in words if _tells(word))


def _tells(word: str) -> bool:
    return (
        len(word) >= _SHORTEST
        and word.lower() not in _COMMON
        and any(character.isalpha() for character in word)
    )
