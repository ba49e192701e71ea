"""Miss probabilities that meet several stated rates at once, and outcomes that realise them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visionlens_demo.world import Bools, Floats, Ints

_ROUNDS = 400
_STEP_LIMIT = 1.0


@dataclass(frozen=True)
class Target:
    """The mean miss rate of the objects in `mask` is to be `rate`."""

    mask: Bools
    rate: float


def solve(targets: list[Target], forced: Bools, lost: Floats) -> Floats:
    """Probabilities of a miss that meet all targets, nearest to equal in log-odds.

    One offset per target is fitted by iterated proportional steps. `forced` objects are missed
    whatever comes; `lost` is the share of hits that another cause turns into misses, and counts
    towards the rates.

    Returns
    -------
    (count,) float64, before `lost`; 1 where forced.
    """
    logits = np.full(len(forced), -1.8)
    for _ in range(_ROUNDS):
        largest = 0.0
        for target in targets:
            free = target.mask & ~forced
            if not free.any():
                continue
            hit = 1 / (1 + np.exp(logits[free]))
            missed = 1 - hit * (1 - lost[free])
            wanted = target.rate * target.mask.sum() - (target.mask & forced).sum()
            slope = float((hit * (1 - hit) * (1 - lost[free])).sum())
            step = float(
                np.clip((wanted - missed.sum()) / max(slope, 1e-6), -_STEP_LIMIT, _STEP_LIMIT)
            )
            logits[free] += step
            largest = max(largest, abs(step))
        if largest < 1e-5:
            break
    return np.where(forced, 1.0, 1 / (1 + np.exp(-np.clip(logits, -7, 7))))


def realise(probability: Floats, latent: Floats) -> Bools:
    """Misses with the expected count of each set of equal probability, lowest latents first.

    So the stated rates hold in this very dataset, while latents that groups share keep misses
    clustered.
    """
    order = np.lexsort((latent, probability))
    sorted_probability = probability[order]
    starts = np.flatnonzero(np.r_[True, np.diff(sorted_probability) > 1e-12])
    sizes = np.diff(np.r_[starts, len(order)])
    expected = sizes * sorted_probability[starts]
    # Rounding the running total keeps the sum right where sets are small.
    counts = np.diff(np.r_[0, np.round(np.cumsum(expected))]).astype(np.int64)
    counts = np.clip(counts, 0, sizes)
    rank = np.arange(len(order)) - np.repeat(starts, sizes)
    missed = np.zeros(len(order), dtype=bool)
    missed[order] = rank < np.repeat(counts, sizes)
    return missed


def latents(group: Ints, burst: Bools, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Standard normal (count,) for two runs; groups share a difficulty, bursts more of it."""
    count = len(group)
    share = np.where(burst, 0.3, 0.08)
    difficulty = rng.normal(size=int(group.max()) + 1)[group]
    own = rng.normal(size=count)
    other = 0.6 * own + 0.8 * rng.normal(size=count)
    common = np.sqrt(share) * difficulty
    return common + np.sqrt(1 - share) * own, common + np.sqrt(1 - share) * other
