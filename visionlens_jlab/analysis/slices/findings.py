"""Findings and what was no finding, as the shapes that leave slice discovery."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, Literal

import numpy as np

from visionlens_jlab.analysis.shapes import (
    AnalyseRequest,
    Condition,
    Finding,
    Inseparable,
    Unconfirmed,
)
from visionlens_jlab.analysis.slices.confirmation import Judged
from visionlens_jlab.analysis.slices.contrasts import effect
from visionlens_jlab.analysis.slices.search import Candidate, Search, is_leading, is_part, jaccard
from visionlens_jlab.analysis.slices.settings import ASSOCIATED, OVERLAPS, SAID
from visionlens_jlab.analysis.slices.terms import Slice, label_of, narrowed, predicate_of, sql_of
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units, both, members_digest
from visionlens_jlab.analysis.slices.wording import (
    action_for,
    constant_of,
    description_of,
    title_of,
    too_small_of,
)

_EXAMPLES = 20
_CORRELATES = 5
_EXPLAINED = 5
"""Slices named for each finding that explains them, and of those that are too weak."""
_ALIKE = 0.5
"""Jaccard index from which one of two weak slices is enough."""
Reason = Literal["not confirmed", "explained", "covered", "repeated", "weak"]


def finding_of(
    given: SliceInput, request: AnalyseRequest, judged: Judged, analysis: str, now: str
) -> Finding:
    """A confirmed slice with its evidence."""
    units, terms = judged.search.units, judged.chosen.terms
    rows, ids = judged.search.columns.all_of(terms), given.ids(units.population)
    within = units.members if len(units.members) else np.arange(len(ids))
    correlates = _correlates(judged)
    return Finding(
        **evidence_of(
            given,
            units,
            predicate_of(terms, units.base),
            ids[within[rows[within]]],
            rows,
            terms=terms,
            seed=request.seed,
        ),
        analysis=analysis,
        title=title_of(units, label_of(terms), judged.confirmation),
        description=description_of(units, judged.discovery, judged.confirmation, correlates),
        sql=sql_of(terms, units.base_sql, units.level),
        conditions=[
            Condition(field=one.feature.field, text=one.text, label=one.label) for one in terms
        ],
        discovery=judged.discovery,
        confirmation=judged.confirmation,
        inseparable=correlates,
        attributes=sorted({one.feature.attribute for one in terms if one.feature.attribute}),
        created_at=now,
    )


def evidence_of(
    given: SliceInput,
    units: Units,
    predicate: str,
    ids: np.ndarray,
    rows: np.ndarray,
    *,
    terms: Slice = (),
    seed: int = _EXAMPLES,
) -> dict[str, Any]:
    """What a finding says of its slice, whoever found it.

    Parameters
    ----------
    ids : uint32 (k,)
        All that the predicate gives.
    rows : bool (rows of the population,)
        Where the slice holds.
    seed : int
        Draws the examples.
    """
    everything = both(given, units)
    mask = rows[everything.rows]
    return {
        "finding": _name_of(given.evaluation, units, predicate),
        "evaluation": given.evaluation,
        "run": given.run,
        "target": units.target,
        "error": units.error,
        "level": units.level,
        "predicate": predicate,
        "view": narrowed(units.view, predicate),
        "failures": narrowed(units.failures, predicate),
        "count": len(ids),
        "members": members_digest(ids),
        "units": int(np.count_nonzero(mask)),
        "groups": everything.count_groups(mask),
        "examples": _examples(given, units, everything, mask, seed),
        "action": action_for(given, units, everything, mask, terms),
    }


def _name_of(evaluation: str, units: Units, predicate: str) -> str:
    """The same in every analysis of an evaluation: what a user said of it stays."""
    text = f"{evaluation}/{units.target}/{units.error}/{units.level}/{predicate}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _examples(
    given: SliceInput, units: Units, everything: Half, mask: np.ndarray, seed: int
) -> list[int]:
    """Failing units from different groups, drawn by the seed."""
    failing = np.flatnonzero(mask & (everything.values > 0))
    drawn = np.random.default_rng(seed).permutation(failing)
    _, first = np.unique(everything.groups[drawn], return_index=True)
    chosen = drawn[np.sort(first)[:_EXAMPLES]]
    ids = given.ids(units.population)
    return [int(one) for one in ids[everything.rows[chosen]]]


def _correlates(judged: Judged) -> list[Inseparable]:
    """What has no effect of its own and goes with the slice, one for each set of other fields."""
    own = judged.chosen
    best: dict[tuple[str, ...], tuple[float, Slice]] = {}
    for candidate in own.explains:
        instead = _beside(candidate.terms, own.terms)
        fields = tuple(one.feature.name for one in instead)
        overlap = jaccard(own.mask, candidate.mask)
        if (
            instead
            and overlap >= max(OVERLAPS, best.get(fields, (0.0, ()))[0])
            and (_association(judged, candidate.terms, instead) >= ASSOCIATED)
        ):
            best[fields] = (overlap, candidate.terms)
    found = sorted(best.values(), key=lambda one: (-one[0], predicate_of(one[1])))
    return [
        Inseparable(predicate=predicate_of(other), label=label_of(other), overlap=overlap)
        for overlap, other in found[:_CORRELATES]
    ]


def _beside(terms: Slice, others: Slice) -> Slice:
    """The terms on fields that the others do not speak of."""
    fields = {one.feature.name for one in others}
    return tuple(one for one in terms if one.feature.name not in fields)


def _association(judged: Judged, candidate: Slice, instead: Slice) -> float:
    """How much a candidate's own terms go with the slice's, among the units of what both share.

    Without it they only overlap by chance.
    """
    columns, rows = judged.search.columns, judged.search.discovery.rows
    replaced = _beside(judged.chosen.terms, candidate)
    if not replaced:
        return 0.0
    shared = tuple(one for one in candidate if one not in instead)
    around = columns.all_of(shared)[rows] if shared else np.ones(len(rows), dtype=bool)
    return correlation(
        columns.all_of(replaced)[rows][around], columns.all_of(instead)[rows][around]
    )


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Of two masks (phi)."""
    if one.all() or other.all() or not one.any() or not other.any():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


Repetition = tuple[Judged, Judged]
"""What holds but is said already, and what says it."""


def distinct(judged: list[Judged]) -> tuple[list[Judged], list[Repetition]]:
    """What holds, without what another target has said of the same units, or in the same words."""
    kept: list[Judged] = []
    again: list[Repetition] = []
    order = sorted(
        (one for one in judged if one.holds), key=lambda one: not is_leading(one.search.units)
    )
    for one in order:
        before = next((each for each in kept if _says_again(one, each)), None)
        if before is None:
            kept.append(one)
        else:
            again.append((one, before))
    return kept, again


def _says_again(one: Judged, before: Judged) -> bool:
    mine, theirs = one.search, before.search
    if one.search is before.search:
        return False
    if one.chosen.terms == before.chosen.terms:
        return True
    if mine.units.population != theirs.units.population:
        return False
    rows = mine.columns.all_of(one.chosen.terms)
    return jaccard(rows, theirs.columns.all_of(before.chosen.terms)) >= SAID


def ranked(found: list[tuple[Judged, Finding]]) -> list[Finding]:
    """Blind spots first, then what another threshold or better labels would mend.

    Within both the targets take turns, each with its best: by the share of all failures of the
    confirmation half that the slice has too many by at least, beyond what the others lead one to
    expect. Of one target, leading units come first.
    """

    def own(one: tuple[Judged, Finding]) -> tuple[int, bool, float, str]:
        judged, finding = one
        leading = is_leading(judged.search.units)
        return _tier(finding), not leading, -_share(judged), finding.predicate

    turns: Counter[tuple[int, str]] = Counter()
    placed = []
    for one in sorted(found, key=own):
        tier, later, share, _ = own(one)
        place = tier, one[1].target
        placed.append(((tier, turns[place], later, share), one[1]))
        turns[place] += 1
    return [finding for _, finding in sorted(placed, key=lambda one: one[0])]


def _tier(finding: Finding) -> int:
    return int(finding.action.kind in ("threshold", "relabel"))


def _share(judged: Judged) -> float:
    failures = float(np.abs(judged.search.confirmation.values).sum())
    return judged.own * judged.confirmation.units / max(failures, 1e-9)


def unconfirmed_of(
    judged: list[Judged], again: list[Repetition], findings: list[Finding]
) -> list[Unconfirmed]:
    """Slices of the discovery half that are no findings, and why."""
    named = {(one.target, one.error, one.level, one.predicate): one.finding for one in findings}

    def name(one: Judged) -> str | None:
        units = one.search.units
        predicate = predicate_of(one.chosen.terms, units.base)
        return named.get((units.target, units.error, units.level, predicate))

    out = [_rejected(one, "not confirmed") for one in judged if not one.holds]
    for one, before in again:
        if finding := name(before):
            out.append(_rejected(one, "repeated", finding))
    for one in judged:
        if finding := name(one):
            for candidate in one.chosen.explains[:_EXPLAINED]:
                reason: Reason = (
                    "covered" if is_part(candidate.mask, one.chosen.mask) else "explained"
                )
                out.append(_explained(one.search, candidate, reason, finding))
    return out


def weak_of(search: Search, weak: list[Candidate]) -> list[Unconfirmed]:
    """The strongest of what has too little beyond the chosen slices; each other units."""
    kept: list[Candidate] = []
    for one in weak:
        if len(kept) < _EXPLAINED and all(jaccard(one.mask, k.mask) < _ALIKE for k in kept):
            kept.append(one)
    return [_explained(search, one, "weak") for one in kept]


def _rejected(judged: Judged, reason: Reason, covered_by: str | None = None) -> Unconfirmed:
    return Unconfirmed(
        **described(judged.search.units, judged.chosen.terms),
        reason=reason,
        discovery=judged.discovery,
        confirmation=judged.confirmation,
        covered_by=covered_by,
    )


def _explained(
    search: Search, candidate: Candidate, reason: Reason, covered_by: str | None = None
) -> Unconfirmed:
    seen = effect(search.discovery, candidate.mask, binary=search.units.scale == "rate")
    return Unconfirmed(
        **described(search.units, candidate.terms),
        reason=reason,
        discovery=seen,
        covered_by=covered_by,
    )


def described(units: Units, terms: Slice) -> dict[str, Any]:
    """Which slice is meant by what is no finding."""
    predicate = predicate_of(terms, units.base)
    return {
        "predicate": predicate,
        "label": label_of(terms),
        "target": units.target,
        "error": units.error,
        "level": units.level,
        "view": narrowed(units.view, predicate),
    }


def silence_of(search: Search, least: int) -> str | None:
    """Why nothing can be found among some units; None: something can."""
    units, halves = search.units, (search.discovery, search.confirmation)
    if search.is_constant:
        return constant_of(units, np.concatenate([one.values for one in halves]))
    sizes = [len(one.rows) for one in halves]
    return too_small_of(units, sizes, least) if min(sizes) < 2 * least else None
