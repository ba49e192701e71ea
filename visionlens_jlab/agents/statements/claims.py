"""Statements that a language model chose, held against evidence; what holds is worded from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from visionlens_jlab.agents.statements import sentences
from visionlens_jlab.agents.statements.drafts import (
    ClaimDropped,
    ComparisonDraft,
    ConfusionDraft,
    DistributionDraft,
    EffectDraft,
    ExtremeDraft,
    FigureDraft,
    HoldingDraft,
    NothingDraft,
    Reference,
    StatementDraft,
)
from visionlens_jlab.agents.statements.evidence import (
    HELD_OUT,
    Evidence,
    Quantity,
    canonical,
    distributions_of,
    quantities_of,
)
from visionlens_jlab.analysis.shapes import Claim, ClaimKind
from visionlens_jlab.analysis.slices.terms import one_line

_SLICES = ("test_slice", "findings")


@dataclass(frozen=True)
class Checker:
    """Holds statements against evidence."""

    run: str
    """Whose statements they are."""
    evidence: Mapping[str, Evidence]
    """By id, what the tools of this conversation gave."""

    def check(self, draft: StatementDraft) -> Claim:
        """The claim as the user may see it. Raises ClaimDropped."""
        if isinstance(draft, ComparisonDraft):
            return self._comparison(draft)
        return self._claim(draft.kind, _TEXTS[draft.kind](self, draft), draft.evidence)

    def _claim(
        self, kind: ClaimKind, text: str, evidence: str, against: str | None = None
    ) -> Claim:
        return Claim(kind=kind, text=text, evidence=evidence, against=against, run=self.run)

    def _figure(self, draft: FigureDraft) -> str:
        return sentences.of_figure(self._found(draft))

    def _comparison(self, draft: ComparisonDraft) -> Claim:
        first, second = self._found(draft.first), self._found(draft.second)
        if (first.metric, first.unit, first.scope) != (second.metric, second.unit, second.scope):
            raise ClaimDropped("Its two numbers are not of one kind.")
        if first.scope == HELD_OUT:
            raise ClaimDropped("Slices are compared by an effect only.")
        if (first.of, first.run, first.note) == (second.of, second.run, second.note):
            raise ClaimDropped("It compares a number with itself.")
        difference = first.value - second.value
        known = "equal" if not difference else "higher" if difference > 0 else "lower"
        if draft.direction != known:
            raise ClaimDropped("Its two numbers compare the other way.")
        text = sentences.of_comparison(first, known, second)
        named, other = draft.first.evidence, draft.second.evidence
        return self._claim(draft.kind, text, named, other if other != named else None)

    def _extreme(self, draft: ExtremeDraft) -> str:
        one = self._found(draft)
        known = quantities_of(self._of(draft.evidence))
        like = [
            each.value
            for each in known
            if each.field
            and (each.metric, each.unit, each.run, each.field)
            == (one.metric, one.unit, one.run, one.field)
        ]
        if not one.complete or len(like) < 2:
            raise ClaimDropped("Not all that it would have to be compared with is known.")
        if one.value != (max(like) if draft.rank == "highest" else min(like)):
            raise ClaimDropped("Others of its like go further.")
        return sentences.of_extreme(one, draft.rank, len(like), like.count(one.value) - 1)

    def _distribution(self, draft: DistributionDraft) -> str:
        evidence, of = self._of(draft.evidence), _population(draft.of)
        known = [
            one
            for one in distributions_of(evidence)
            if (one.field, one.unit, one.of) == (draft.field, draft.unit, of)
        ]
        if len(known) != 1:
            raise ClaimDropped(f"{evidence.id} has no such distribution.")
        return sentences.of_distribution(known[0])

    def _confusion(self, draft: ConfusionDraft) -> str:
        evidence = self._of(draft.evidence, "evaluation_figures")
        result = evidence.result
        _same_run(draft.run, result)
        rows = result["confused"]
        pair = (one_line(draft.true), one_line(draft.predicted))
        found = [row for row in rows if (one_line(row["true"]), one_line(row["predicted"])) == pair]
        if len(found) != 1:
            raise ClaimDropped(f"{evidence.id} has no such confusion.")
        (row,) = found
        rivals = {
            "most_of_all": rows,
            "most_of_class": [each for each in rows if each["true"] == row["true"]],
            "any": found,
        }[draft.rank]
        if row["count"] != max(each["count"] for each in rivals):
            raise ClaimDropped("Other classes are confused more often.")
        return sentences.of_confusion(result, row, draft.rank)

    def _effect(self, draft: EffectDraft) -> str:
        evidence = self._of(draft.evidence, *_SLICES)
        result, of = evidence.result, self._slice(evidence, draft.metric, draft.of, draft.run)
        if draft.unit != result["unit"]:
            raise ClaimDropped(f"The rates of {evidence.id} are in another unit.")
        if (draft.rate, draft.rest) != ("confirmation.rate", "confirmation.rest"):
            raise ClaimDropped("It takes the rate of the slice for that of the rest.")
        if draft.direction != result["direction"]:
            raise ClaimDropped(f"The effect of {evidence.id} is another.")
        return sentences.of_effect(result, of)

    def _holding(self, draft: HoldingDraft) -> str:
        evidence = self._of(draft.evidence, "findings")
        result, of = evidence.result, self._slice(evidence, draft.metric, draft.of, draft.run)
        holds = result["still_holds"] is not False
        if draft.holds != holds:
            raise ClaimDropped(f"What became of the finding of {evidence.id} is another.")
        if holds and result["stale"]:
            raise ClaimDropped(f"The data of {evidence.id} changed, and it was not checked again.")
        return sentences.of_holding(result, of)

    def _slice(self, evidence: Evidence, metric: str, of: str, run: str | None) -> str:
        """The predicate of a test or finding, where it is the one that is meant."""
        result = evidence.result
        if "confirmation" not in result:
            raise ClaimDropped(f"{evidence.id} is about no slice.")
        _same_run(run, result)
        if metric != result["metric"]:
            raise ClaimDropped(f"{evidence.id} is about something else than it says.")
        known = canonical(result["predicate"])
        if not known or _population(of) != known:
            raise ClaimDropped(f"Its predicate is not that of {evidence.id}.")
        return known

    def _nothing(self, draft: NothingDraft) -> str:
        if draft.what == "findings":
            evidence = self._of(draft.evidence, "findings")
            _same_run(draft.run, evidence.result)
            if evidence.result.get("findings") != 0 or draft.of or draft.unit:
                raise ClaimDropped(f"{evidence.id} has findings.")
            if not evidence.result["analysed"]:
                raise ClaimDropped("Nobody has looked for findings.")
            return sentences.of_no_finding(evidence.result)
        if draft.unit is None:
            raise ClaimDropped("It does not say of what there is none.")
        reference = Reference(
            evidence=draft.evidence, metric="count", of=draft.of, unit=draft.unit, run=draft.run
        )
        if not draft.of or self._found(reference).value:
            raise ClaimDropped("There are some.")
        return sentences.of_no_row(draft.unit, _population(draft.of))

    def _found(self, named: Reference) -> Quantity:
        """The number that is meant."""
        evidence, of = self._of(named.evidence), _population(named.of)
        found = {
            one
            for one in quantities_of(evidence)
            if (one.metric, one.unit, one.of) == (named.metric, named.unit, of)
        }
        if len({(one.value, one.run) for one in found}) != 1:
            raise ClaimDropped(f"{evidence.id} has no such number.")
        one = found.pop()
        if one.run != named.run:
            raise ClaimDropped(f"{evidence.id} is about another run.")
        return one

    def _of(self, name: str, *tools: str) -> Evidence:
        evidence = self.evidence.get(name)
        if evidence is None:
            raise ClaimDropped("It names no result of a tool.")
        if tools and evidence.tool not in tools:
            raise ClaimDropped(f"{evidence.id} is a result of another kind.")
        return evidence


def _population(of: str) -> str:
    known = canonical(of)
    if known is None:
        raise ClaimDropped("Its predicate cannot be read.")
    return known


def _same_run(run: str | None, result: Mapping[str, Any]) -> None:
    if run != result["run"]:
        raise ClaimDropped("It names another run.")


_TEXTS: dict[str, Callable[[Checker, Any], str]] = {
    "figure": Checker._figure,
    "extreme": Checker._extreme,
    "distribution": Checker._distribution,
    "confusion": Checker._confusion,
    "effect": Checker._effect,
    "finding": Checker._holding,
    "nothing": Checker._nothing,
}
