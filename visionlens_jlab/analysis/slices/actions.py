"""What to do about a slice, and the numbers that speak for it."""

from __future__ import annotations

from math import floor

import numpy as np

from visionlens_jlab.analysis.shapes import Action
from visionlens_jlab.analysis.slices.input import SliceInput, Units
from visionlens_jlab.analysis.slices.statistics.halves import Half
from visionlens_jlab.analysis.slices.terms import Slice

_ENOUGH = 0.5
"""Share of the difference that must go away for a threshold or labels to be the reason."""
_TRIED = 20
"""Thresholds that are tried."""
_RARE = 0.1
"""Share of the units up to which more data are the first thing to try."""


def action_for(
    given: SliceInput, units: Units, everything: Half, mask: np.ndarray, terms: Slice
) -> Action:
    """The suggestion for a slice, from the units of both halves; `mask` bool (n,) over them."""
    return (
        _relabel(units, everything, mask)
        or _threshold(given, units, everything, mask)
        or _augment(terms)
        or _collect(given, units, everything, mask)
        or Action(
            kind="inspect",
            text="Look at the failures together before deciding.",
            reason="Neither threshold nor likely label errors nor a lack of data explains it.",
        )
    )


def _difference(values: np.ndarray, mask: np.ndarray, kept: np.ndarray) -> float:
    inside, outside = values[mask & kept], values[~mask & kept]
    if not len(inside) or not len(outside):
        return 0.0
    return float(inside.mean() - outside.mean())


def _too_many(values: np.ndarray, mask: np.ndarray, kept: np.ndarray) -> float:
    """Failures in a slice beyond those that the rest's rate gives, among the units kept.

    Not rates: of labels that are mostly wrong few are kept, and those fail.
    """
    return _difference(values, mask, kept) * np.count_nonzero(mask & kept)


def _relabel(units: Units, everything: Half, mask: np.ndarray) -> Action | None:
    if units.target == "label_error":
        share = float(everything.values[mask].mean())
        return Action(
            kind="relabel",
            text="Look through these labels and correct them.",
            reason=f"{share:.1%} of these labels look like label errors.",
        )
    if not len(units.doubtful):
        return None
    doubtful = units.doubtful[everything.units]
    values = everything.values
    whole, left = (
        _too_many(values, mask, np.ones(len(mask), dtype=bool)),
        _too_many(values, mask, ~doubtful),
    )
    wrong = int(np.count_nonzero(doubtful & mask & (values > 0)))
    if left > (1 - _ENOUGH) * whole or not wrong:
        return None
    return Action(
        kind="relabel",
        text="Correct the labels before judging the model.",
        reason=(
            f"{wrong:,} of the {int((values[mask] > 0).sum()):,} failures look like label errors;"
            f" without such labels there are {max(left, 0):,.0f} more than elsewhere instead of"
            f" {whole:,.0f}."
        ),
    )


def _threshold(
    given: SliceInput, units: Units, everything: Half, mask: np.ndarray
) -> Action | None:
    if not len(units.found_at):
        return None
    found_at, values = units.found_at[everything.units], everything.values
    failing = mask & (values > 0)
    below = np.sort(found_at[failing & ~np.isnan(found_at)])[::-1]
    if not len(below):
        return None
    kept = np.ones(len(mask), dtype=bool)
    whole = _difference(values, mask, kept)
    places = np.unique(np.linspace(0, len(below) - 1, _TRIED).astype(int))
    for lower in below[places]:
        still = values * ~(found_at >= lower)
        left = _difference(still, mask, kept)
        if left <= (1 - _ENOUGH) * whole:
            break
    else:
        return None
    lower = max(floor(lower * 100 + 1e-9) / 100, 0.01)
    still = values * ~(found_at >= lower)
    left = _difference(still, mask, kept)
    regained = int(np.count_nonzero(failing & (found_at >= lower)))
    return Action(
        kind="threshold",
        text=f"Lower the confidence threshold here, to about {lower:g}.",
        reason=(
            f"{regained:,} of the {int(failing.sum()):,} missed are found with a confidence between"
            f" {lower:g} and {given.confidence:g}; with the lower threshold everywhere the"
            f" difference is {left:.1%} instead of {whole:.1%}."
        ),
    )


def _augment(terms: Slice) -> Action | None:
    measured = [term.label for term in terms if term.feature.origin in ("quality", "attribute")]
    if not measured:
        return None
    return Action(
        kind="augment",
        text="Train with images changed to look like these.",
        reason=f"The slice is described by how the image looks ({', '.join(measured)}).",
    )


def _collect(given: SliceInput, units: Units, everything: Half, mask: np.ndarray) -> Action | None:
    kept = np.ones(len(mask), dtype=bool)
    where = "evaluated"
    if len(given.train) and given.train.any():
        train = given.train[given.sample_rows(units.population)[everything.rows]]
        if train.any():
            kept, where = train, "training"
    count, total = int(np.count_nonzero(mask & kept)), int(np.count_nonzero(kept))
    if count > _RARE * total:
        return None
    named = {"samples": "images", "labels": "labels", "predictions": "predictions"}
    noun = named[units.population]
    return Action(
        kind="collect",
        text="Collect and label more of these.",
        reason=f"{count:,} of the {total:,} {where} {noun} are of this kind ({count / total:.1%}).",
    )
