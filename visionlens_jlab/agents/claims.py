"""Claims of a language model, held against the tool results that they name.

Nothing here asks a model. A claim is kept only if its predicate, each of its numbers and its
direction are those of its evidence; what is kept speaks of association.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..errors import VisionLensError
from ..models import Claim
from .directions import amounts, says_too_much, signs
from .drafts import ClaimDraft
from .evidence import Evidence
from .fencing import clean_text
from .numbers import Written, decimals_of, written_numbers
from .wording import soften

_LOOKING = "look"
_SIGN = {"more": 1, "less": -1}


class ClaimDropped(Exception):  # noqa: N818  it is not an error
    """The claim does not hold; the message says why, without its wording."""


@dataclass(frozen=True)
class Checker:
    """Holds claims against evidence.

    Parameters
    ----------
    run : str
        Whose claims they are.
    evidence : mapping
        By id, what the tools of this conversation gave.
    canonical : callable
        A predicate in its canonical form; raises VisionLensError for what is none.
    vocabulary : iterable of str
        Values and classes of the dataset: a sentence that names one must rest on it.
    fields : iterable of str
        Names of fields in words, such as `time of day`: values in them are not meant.
    """

    run: str
    evidence: Mapping[str, Evidence]
    canonical: Callable[[str], str]
    vocabulary: Iterable[str]
    fields: Iterable[str] = ()

    def check(self, draft: ClaimDraft) -> Claim | None:
        """The claim as the user may see it; None: a sentence that claims nothing.

        Raises ClaimDropped.
        """
        text = _one_line(draft)
        if not text:
            raise ClaimDropped("It is empty.")
        too_much = says_too_much(text)
        if too_much:
            raise ClaimDropped(f"It says {too_much.lower()!r}, which no figure bears out.")
        if draft.evidence is None:
            self._check_idle(draft, text)
            return None
        evidence = self.evidence.get(draft.evidence)
        if evidence is None:
            raise ClaimDropped(f"It names {draft.evidence[:20]!r}, which is no result of a tool.")
        self._check_predicate(draft, evidence)
        numbers = _check_numbers(draft, evidence, text)
        _check_direction(draft, evidence, text, numbers)
        self._check_words(draft, evidence, text)
        softened, changed = soften(text)
        if evidence.tool == _LOOKING:
            softened = f"As the model describes the images it looked at: {softened}"
        return Claim(text=softened, evidence=evidence.id, run=self.run, softened=changed)

    def idle_text(self, draft: ClaimDraft) -> str:
        """A sentence that claims nothing, as the user may see it."""
        return soften(_one_line(draft))[0]

    def _check_idle(self, draft: ClaimDraft, text: str) -> None:
        """Without evidence: no number, no comparison, nothing of the dataset."""
        if draft.numbers or written_numbers(text):
            raise ClaimDropped("It has numbers and names no result of a tool.")
        if signs(text) or draft.direction:
            raise ClaimDropped("It compares and names no result of a tool.")
        named = self._named(text)
        if named:
            raise ClaimDropped(f"It speaks of {named[0]!r} and names no result of a tool.")

    def _check_predicate(self, draft: ClaimDraft, evidence: Evidence) -> None:
        if evidence.predicate is None:
            if draft.predicate:
                raise ClaimDropped(f"{evidence.id} is about no predicate.")
            return
        try:
            said = self.canonical(draft.predicate or "")
        except VisionLensError as error:
            raise ClaimDropped("Its predicate cannot be read.") from error
        if said != evidence.predicate:
            raise ClaimDropped(f"Its predicate is not that of {evidence.id}.")

    def _check_words(self, draft: ClaimDraft, evidence: Evidence, text: str) -> None:
        """Values of the dataset must be those of the predicate or of the numbers' names."""
        allowed = [evidence.predicate or "", *(number.name for number in draft.numbers)]
        allowed += [str(value) for value in evidence.arguments.values()]
        if evidence.tool == _LOOKING or evidence.predicate:
            allowed += _texts(evidence.result)
        for word in self._named(text):
            if not any(_holds(part, word) for part in allowed):
                raise ClaimDropped(f"It speaks of {word!r}, and {evidence.id} does not.")

    def _named(self, text: str) -> list[str]:
        for name in self.fields:
            text = re.sub(rf"\b{re.escape(name)}\b", " ", text, flags=re.I)
        return [word for word in self.vocabulary if _mentions(text, word)]


def _check_numbers(draft: ClaimDraft, evidence: Evidence, text: str) -> list[tuple[str, float]]:
    """Names and exact values of the text's numbers, in its order."""
    exact = {}
    for number in draft.numbers:
        value = evidence.numbers.get(number.name)
        if value is None:
            raise ClaimDropped(f"{evidence.id} has no number {number.name[:60]!r}.")
        said = Written("", abs(number.value), decimals_of(number.value))
        if not said.is_rounded(value) or number.value * value < 0:
            raise ClaimDropped(f"{number.name!r} of {evidence.id} is another number.")
        exact[number.name] = value
    found = []
    for written in written_numbers(text, _conditions(evidence)):
        name = next((name for name, value in exact.items() if written.is_rounded(value)), None)
        if name is None:
            raise ClaimDropped(f"A number of its sentence is not one of {evidence.id}.")
        found.append((name, exact[name]))
    return found


def _check_direction(
    draft: ClaimDraft, evidence: Evidence, text: str, numbers: list[tuple[str, float]]
) -> None:
    said = signs(text)
    if draft.direction in _SIGN:
        said = said | {_SIGN[draft.direction]}
    if not said:
        return
    if evidence.direction is None:
        _check_comparison(evidence, text, numbers)
    elif evidence.direction == "unclear":
        raise ClaimDropped(f"The difference of {evidence.id} was not confirmed.")
    elif said != {_SIGN[evidence.direction]}:
        raise ClaimDropped(f"The effect of {evidence.id} goes the other way.")


def _check_comparison(evidence: Evidence, text: str, numbers: list[tuple[str, float]]) -> None:
    """Two numbers of one sort may be compared with each other: the first with the second."""
    said = amounts(text)
    if len(numbers) == 2 and len(said) == 1:
        (first, a), (second, b) = numbers
        same_sort = first.rpartition(".")[2] == second.rpartition(".")[2] or (
            first.rpartition(".")[0] == second.rpartition(".")[0]
        )
        if same_sort and a != b and said == {1 if a > b else -1}:
            return
    raise ClaimDropped(f"It compares, and {evidence.id} does not.")


def _conditions(evidence: Evidence) -> list[str]:
    """Phrases that a sentence may quote: numbers in them are those of the predicate."""
    quoted = [evidence.predicate or "", str(evidence.arguments.get("where") or "")]
    quoted += [part.strip() for phrase in tuple(quoted) for part in re.split(r"\band\b", phrase)]
    label = evidence.result.get("title")
    return [*quoted, label] if isinstance(label, str) else quoted


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [*map(str, value), *(text for part in value.values() for text in _texts(part))]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _holds(text: str, value: str) -> bool:
    """Whether a value stands in a predicate, a name or a result; not in a longer name."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.I) is not None


def _mentions(text: str, word: str) -> bool:
    """Whether a word or phrase stands in a text, in any case, in the singular or with an s."""
    pattern = re.escape(word).replace("_", r"[_ ]").replace(r"\ ", r"[_ ]")
    return re.search(rf"(?<!\w){pattern}(?:e?s)?(?!\w)", text, re.I) is not None


def _one_line(draft: ClaimDraft) -> str:
    return " ".join(clean_text(part) for part in draft.text.split()).strip()
