"""What is said of a slice: its title and description, and what to do about it."""

from __future__ import annotations

from math import floor

import numpy as np

from visionlens_jlab.analysis.shapes import Action, Effect, Inseparable
from visionlens_jlab.analysis.slices.terms import Slice, listed
from visionlens_jlab.analysis.slices.units import Half, SliceInput, Units

_ERRORS = {
    "classification": "are taken for another class",
    "localisation": "are badly placed",
    "both": "are of the wrong class and badly placed",
    "duplicate": "are found more than once",
    "background": "are found where nothing is",
    "missed": "are missed altogether",
}
_NOUNS = {"samples": "images", "labels": "objects", "predictions": "predictions"}


def title_of(units: Units, label: str, shown: Effect) -> str:
    """`Class is pedestrian and light is dark: 45% are missed, 15% elsewhere`."""
    rate, rest = _number(units, shown.rate), _number(units, shown.rest)
    return f"{label[:1].upper()}{label[1:]}: {rate} {_verb(units)}, {rest} elsewhere"


def description_of(
    units: Units, discovery: Effect, confirmation: Effect, correlates: list[Inseparable]
) -> str:
    """What was seen in both halves, and what cannot be told apart from the slice."""
    noun = _NOUNS[units.population]
    parts = [
        f"In the confirmation half {_number(units, confirmation.rate)} of {confirmation.units:,}"
        f" {noun} in {confirmation.groups:,} groups {_verb(units)},"
        f" {_number(units, confirmation.rest)} elsewhere: a difference of"
        f" {_interval(units, confirmation)}.",
        f"In the discovery half it was {_interval(units, discovery)}.",
    ]
    if units.scale != "rate":
        parts[0] = (
            f"In the confirmation half {confirmation.units:,} {noun} in"
            f" {confirmation.groups:,} groups have {_number(units, confirmation.rate)}"
            f" {_verb(units)}, {_number(units, confirmation.rest)} elsewhere: a difference of"
            f" {_interval(units, confirmation)}."
        )
    if correlates:
        parts.append(f"It cannot be separated from: {listed([one.label for one in correlates])}.")
    return " ".join(parts)


def constant_of(units: Units, values: np.ndarray) -> str:
    """That all units have one value, so that nothing can be told apart."""
    count, noun = len(values), _NOUNS[units.population]
    end = "so no part of them is worse than the rest."
    if not count:
        return f"There are no {noun} to look at."
    if units.scale != "rate":
        return f"All {count:,} {noun} have {_number(units, float(values[0]))} {_verb(units)}, {end}"
    return f"{'All' if values[0] else 'None'} of the {count:,} {noun} {_verb(units)}, {end}"


def too_small_of(units: Units, sizes: list[int], least: int) -> str:
    """That halves are too small for a slice and its rest."""
    noun = _NOUNS[units.population]
    return (
        f"Too few {noun} to test any slice: {sizes[0]:,} in the discovery half and {sizes[1]:,} in"
        f" the confirmation half. Each needs {least:,} in a slice and {least:,} outside of it"
        " (min_objects)."
    )


def shortage_of(units: Units, sizes: list[tuple[int, int]], least: int, groups: int) -> str:
    """What a slice has too little of, given its units and groups in both halves."""
    noun = _NOUNS[units.population]
    halves = [
        f"{count:,} {noun} in {many:,} groups of the {name} half"
        for (count, many), name in zip(sizes, ("discovery", "confirmation"), strict=True)
    ]
    return (
        f"{listed(halves)}; at least {least:,} in {groups:,} groups of each are needed"
        " (min_objects, min_groups), and as many outside."
    )


def _verb(units: Units) -> str:
    if units.target == "error_type":
        return _ERRORS[units.error or "missed"]
    return {
        "miss_rate": "are missed",
        "false_positive_rate": (
            "are false" if units.scale == "rate" else "false positives an image"
        ),
        "label_error": "look wrongly labelled",
        "confidence_gap": "more confidence than precision",
    }[units.target]


def _interval(units: Units, effect: Effect) -> str:
    shown = _number(units, effect.difference)
    if effect.low is None or effect.high is None:
        return shown
    return f"{shown} ({_number(units, effect.low)} to {_number(units, effect.high)})"


def _number(units: Units, value: float | None) -> str:
    if value is None:
        return "unknown"
    if units.scale == "count":
        return f"{value:.2f}"
    return f"{value:.1%}" if abs(value) < 0.1 else f"{value:.0%}"


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
