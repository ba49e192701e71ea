"""The confirmation half: what was chosen in discovery, tested once on groups that had no say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from visionlens_jlab.analysis.shapes import Effect
from visionlens_jlab.analysis.slices.candidates import Chosen
from visionlens_jlab.analysis.slices.search import Family, Search, part_of
from visionlens_jlab.analysis.slices.statistics.contrasts import effect, p_values
from visionlens_jlab.analysis.slices.statistics.distributions import t_quantile
from visionlens_jlab.analysis.slices.statistics.false_discovery import holm
from visionlens_jlab.analysis.slices.statistics.halves import Half
from visionlens_jlab.analysis.slices.statistics.prediction import Excess, Expected
from visionlens_jlab.analysis.slices.terms import Slice, Term

_WORSE = 1.645
"""Standard errors by which a slice is worse than other values: one-sided, at 5%."""


@dataclass(frozen=True)
class Judged:
    """A chosen slice with what both halves say."""

    search: Search
    chosen: Chosen
    discovery: Effect
    confirmation: Effect
    p: float
    """The greater one of the confirmation half's two: against the rest, and beyond what the other
    chosen slices lead one to expect. Both must be small for the slice to be a finding."""
    own: float
    """What a unit of the confirmation half has beyond that at least: lower limit, at 95%."""
    holds: bool = False


def judge(search: Search, chosen: list[Chosen], family: Family) -> list[Judged]:
    """Effects of the chosen slices of a search in both halves."""
    judged = []
    for at, one in enumerate(chosen):
        found, beyond = _both_ways(search, search.discovery, chosen, at)
        adjusted = family.adjust(search, one.terms, found.units, _p(beyond))
        found = found.model_copy(update={"p_adjusted": adjusted})
        shown, beyond = _both_ways(search, search.confirmation, chosen, at)
        # Against the rest as well: a finding is told by what anybody can count.
        p = max(_p(beyond), shown.p or 0.0) if (shown.difference or 0.0) > 0 else 1.0
        if not all(_is_worse_than_known(search, one.terms, term) for term in one.terms):
            p = 1.0
        judged.append(Judged(search, one, found, shown, p, _least(beyond)))
    return judged


def _both_ways(search: Search, half: Half, chosen: list[Chosen], at: int) -> tuple[Effect, Excess]:
    """A slice against the rest, and what it has beyond the expected."""
    others = [*chosen[:at], *chosen[at + 1 :]]

    def mask(terms: Slice) -> np.ndarray:
        return np.asarray(search.columns.all_of(terms)[half.rows])

    own = mask(chosen[at].terms)
    degrees = [(n, mask(terms)) for n, one in enumerate(others) for terms in one.degrees]
    masks = [mask(one.terms) for one in others]
    expected = Expected(half, masks, search.units.scale, degrees)
    shown = effect(half, own, binary=search.units.scale == "rate")
    return shown, expected.robust_excess(own)


def _is_worse_than_known(search: Search, terms: Slice, term: Term) -> bool:
    """Whether the confirmation half is worse than where a field with gaps has another value.

    Else that something is known of a unit stands for what is known.
    """
    half, columns = search.confirmation, search.columns
    known = columns.known(term.feature)[half.rows]
    if term.op == "null" or known.all():
        return True
    inside = columns.all_of(terms)[half.rows]
    others = tuple(each for each in terms if each is not term)
    around = known & columns.all_of(others)[half.rows] if others else known
    expected = Expected(half, [], search.units.scale)
    own, ring = expected.robust_excess(inside), expected.robust_excess(around & ~inside)
    error = float(np.hypot(own.se, ring.se))
    return bool(ring.groups) and own.mean - ring.mean >= _WORSE * error


def _p(beyond: Excess) -> float:
    """1 where the slice is better than expected."""
    p = p_values(np.array([beyond.mean]), np.array([beyond.se]), np.array([beyond.groups - 1.0]))
    return float(p[0]) if beyond.mean > 0 else 1.0


def _least(beyond: Excess) -> float:
    return beyond.mean - t_quantile(max(beyond.groups - 1.0, 1.0)) * beyond.se


def confirm(judged: list[Judged], earlier: list[float], alpha: float) -> list[Judged]:
    """Holm's adjustment over all that was chosen, in all targets, and earlier confirmations.

    Weighted by target as in discovery.
    """
    weights = [*(part_of(one.search.units) for one in judged), *(1.0 for _ in earlier)]
    adjusted = holm(np.array([*(one.p for one in judged), *earlier]), np.array(weights))
    return [
        replace(
            one,
            confirmation=one.confirmation.model_copy(update={"p_adjusted": float(p)}),
            holds=bool(p <= alpha),
        )
        for one, p in zip(judged, adjusted, strict=False)
    ]
