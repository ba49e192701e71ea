"""The confirmation half: what was chosen in discovery, tested once on groups that had no say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...models.analysis import Effect
from .adjusting import holm
from .choosing import Chosen
from .contrasts import effect, p_values
from .distributions import t_quantile
from .expecting import Excess, Expected
from .halves import Half
from .searching import Family, Search, part_of


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
    inside = [one.mask for one in chosen]
    outside = [search.columns.all_of(one.terms)[search.confirmation.rows] for one in chosen]
    for at, one in enumerate(chosen):
        found, beyond = _both_ways(search, search.discovery, inside, at)
        adjusted = family.adjust(search, one.terms, _p(beyond))
        found = found.model_copy(update={"p_adjusted": adjusted})
        shown, beyond = _both_ways(search, search.confirmation, outside, at)
        # Against the rest as well: a finding is told by what anybody can count.
        p = max(_p(beyond), shown.p or 0.0) if (shown.difference or 0.0) > 0 else 1.0
        judged.append(Judged(search, one, found, shown, p, _least(beyond)))
    return judged


def _both_ways(
    search: Search, half: Half, masks: list[np.ndarray], at: int
) -> tuple[Effect, Excess]:
    """A slice against the rest, and what it has beyond the expected."""
    shown = effect(half, masks[at], binary=search.units.scale == "rate")
    expected = Expected(half, [*masks[:at], *masks[at + 1 :]], search.units.scale)
    return shown, expected.robust_excess(masks[at])


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
