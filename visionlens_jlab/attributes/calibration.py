"""How far a visual attribute can be trusted: precision and recall from labels of a user.

Labels are drawn at random among the units that a model gave an answer (hits) and among those that
it gave another (misses), apart. Precision is the share of true ones among the hits. Recall needs
both shares at the sizes of the two strata in the dataset: with H hits of which p are true and M
misses of which q are, it is H p / (H p + M q).

Limits: Wilson's score interval with continuity correction (Newcombe, Statistics in Medicine 17,
1998, method 4) for each share. Recall depends on the ratio q / p of two independent shares; its
limits follow from theirs by the method of variance estimates recovery (Donner and Zou, Statistical
Methods in Medical Research 21, 2012), which holds where no miss is true and never falls back on a
normal distribution of a ratio. Every unit is drawn by itself, so bursts do not bias the shares.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from visionlens_jlab.attributes.shapes import Calibration, Proportion

LEAST_LABELS = 100
LEAST_POSITIVE = 30
LEAST_LIMIT = 0.8
FIRST_DRAW = 50
"""Labels of each stratum before one is preferred."""
SHARE_OF_OTHER = 0.125
"""Of the labels that follow, for the stratum that is not preferred."""
_Z = 1.959963984540054
"""Of 95%."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Stratum:
    """Units with an answer, or with another one: how many, how many labelled, of these true."""

    size: int
    labels: int = 0
    positive: int = 0

    @property
    def share(self) -> float:
        """Of the labelled that are true; 0 without labels."""
        return self.positive / self.labels if self.labels else 0.0

    @property
    def limits(self) -> Interval:
        """Of the share."""
        return wilson(self.positive, self.labels)

    @property
    def left(self) -> int:
        """Units without a label."""
        return self.size - self.labels


def wilson(positive: int, labels: int) -> Interval:
    """95% score interval of a share, with continuity correction; (0, 1) without labels."""
    if not labels:
        return 0.0, 1.0
    n, share = labels, positive / labels
    scale, middle = 2 * (n + _Z**2), 2 * positive + _Z**2
    low, high = 0.0, 1.0
    if positive:
        root = _Z**2 - 2 - 1 / n + 4 * share * (n - positive + 1)
        low = max(0.0, (middle - 1 - _Z * math.sqrt(root)) / scale)
    if positive < labels:
        root = _Z**2 + 2 - 1 / n + 4 * share * (n - positive - 1)
        high = min(1.0, (middle + 1 + _Z * math.sqrt(root)) / scale)
    return low, high


def recall_limits(hits: Stratum, misses: Stratum) -> Interval:
    """95% limits of H p / (H p + M q)."""
    if not misses.size:
        return (1.0, 1.0) if hits.positive else (0.0, 1.0)
    if not hits.size:
        return (0.0, 0.0) if misses.positive else (0.0, 1.0)
    odds = misses.size / hits.size
    low, high = _ratio_limits(misses, hits)
    return 1 / (1 + odds * high), 1 / (1 + odds * low)


def _ratio_limits(upper: Stratum, lower: Stratum) -> Interval:
    """Limits of the ratio of two shares (Donner and Zou, 2012), without a division by 0."""
    q, (q_low, q_high) = upper.share, upper.limits
    p, (p_low, p_high) = lower.share, lower.limits
    product = q * p
    at_most, at_least = q_low * (2 * q - q_low), p_low * (2 * p - p_low)
    low = 0.0
    if at_most > 0:
        root = math.sqrt(max(0.0, product**2 - at_most * p_high * (2 * p - p_high)))
        low = at_most / (product + root)
    if at_least <= 0:
        return low, math.inf
    root = math.sqrt(max(0.0, product**2 - q_high * (2 * q - q_high) * at_least))
    return low, (product + root) / at_least


def calibrate(attribute: str, answer: str, hits: Stratum, misses: Stratum) -> Calibration:
    """What the labels of an answer say, at its frequency in the dataset."""
    labels, positive = hits.labels + misses.labels, hits.positive + misses.positive
    reason = why_not(hits, misses)
    return Calibration(
        attribute=attribute,
        answer=answer,
        labels=labels,
        positive=positive,
        precision=_proportion(hits),
        missed=_proportion(misses),
        recall=_recall(hits, misses),
        prevalence=_prevalence(hits, misses),
        usable=not reason,
        reason=reason,
    )


def _proportion(part: Stratum) -> Proportion:
    low, high = part.limits if part.labels else (None, None)
    value = part.share if part.labels else None
    return Proportion(value=value, low=low, high=high, hits=part.positive, of=part.labels)


def _known(hits: Stratum, misses: Stratum) -> bool:
    """Whether each stratum that has units has labels."""
    return all(part.labels or not part.size for part in (hits, misses))


def _recall(hits: Stratum, misses: Stratum) -> Proportion:
    found = hits.size * hits.share
    there = found + misses.size * misses.share
    if not _known(hits, misses):
        return Proportion(value=None, low=None, high=None, hits=found, of=there)
    low, high = recall_limits(hits, misses)
    value = found / there if there else None
    return Proportion(value=value, low=low, high=high, hits=found, of=there)


def _prevalence(hits: Stratum, misses: Stratum) -> float | None:
    units = hits.size + misses.size
    if not units or not _known(hits, misses):
        return None
    return (hits.size * hits.share + misses.size * misses.share) / units


def why_not(hits: Stratum, misses: Stratum) -> str:
    """Why an answer may not be used yet and what to do; empty: it may."""
    labels, positive = hits.labels + misses.labels, hits.positive + misses.positive
    if not hits.size:
        return "The model never gave this answer."
    if labels < LEAST_LABELS:
        return f"Label {LEAST_LABELS - labels} more of the images that are drawn."
    if positive < LEAST_POSITIVE:
        return f"It is true of {positive} labelled images; {LEAST_POSITIVE} are needed."
    return _too_low("Of its hits", "are right", hits.limits) or _too_low(
        "Of those of which it is true", "are found", recall_limits(hits, misses)
    )


def _too_low(of: str, what: str, limits: Interval) -> str:
    low, high = limits
    if high < LEAST_LIMIT:
        return f"{of} at most {high:.0%} {what}: ask differently, or another model."
    if low < LEAST_LIMIT:
        return f"{of} perhaps only {low:.0%} {what}: label more."
    return ""


def next_draw(hits: Stratum, misses: Stratum, count: int) -> tuple[int, int]:
    """How many of `count` labels to ask for among hits and among misses.

    A stratum that has enough still gets a share: to stop where its labels happen to look good
    would keep them so, and the limits would hold less often than they say.
    """
    wants_hits, wants_misses = True, True
    if min(hits.labels, misses.labels) >= FIRST_DRAW:
        wants_hits = hits.limits[0] < LEAST_LIMIT
        wants_misses = recall_limits(hits, misses)[0] < LEAST_LIMIT
        wants_hits = wants_hits or not wants_misses
    of_hits = round((1 - SHARE_OF_OTHER if wants_hits else SHARE_OF_OTHER) * count)
    if wants_hits and wants_misses:
        # towards as many labels of each
        of_hits = max(0, min(count, (count + misses.labels - hits.labels + 1) // 2))
    of_hits = max(min(of_hits, hits.left), min(count - misses.left, hits.left))
    return of_hits, max(0, min(count - of_hits, misses.left))


def labels_wanted(hits: Stratum, misses: Stratum) -> int:
    """About how many labels it takes if those to come are like those that are there.

    Where no number of them suffices: as many as there are.
    """
    shares = hits.share, misses.share
    if not _known(hits, misses) or hits.labels + misses.labels < LEAST_LABELS:
        return LEAST_LABELS
    while why_not(hits, misses) and not _hopeless(hits, misses):
        step = max(10, (hits.labels + misses.labels) // 10)
        of_hits, of_misses = next_draw(hits, misses, step)
        if not of_hits + of_misses:
            break
        hits, misses = _grown(hits, of_hits, shares[0]), _grown(misses, of_misses, shares[1])
    return hits.labels + misses.labels


def _hopeless(hits: Stratum, misses: Stratum) -> bool:
    return hits.limits[1] < LEAST_LIMIT or recall_limits(hits, misses)[1] < LEAST_LIMIT


def _grown(part: Stratum, labels: int, share: float) -> Stratum:
    total = part.labels + labels
    return replace(part, labels=total, positive=round(share * total))
