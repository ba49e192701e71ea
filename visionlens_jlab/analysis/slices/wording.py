"""Titles and descriptions of findings, from templates."""

from __future__ import annotations

import numpy as np

from visionlens_jlab.analysis.shapes import Effect, Inseparable
from visionlens_jlab.analysis.slices.input import Units
from visionlens_jlab.analysis.slices.terms import Slice, label_of, listed

_ERRORS = {
    "classification": "are taken for another class",
    "localisation": "are badly placed",
    "both": "are of the wrong class and badly placed",
    "duplicate": "are found more than once",
    "background": "are found where nothing is",
    "missed": "are missed altogether",
}
_NOUNS = {"samples": "images", "labels": "objects", "predictions": "predictions"}


def title_of(units: Units, terms: Slice, shown: Effect) -> str:
    """`Class is pedestrian and light is dark: 45% are missed, 15% elsewhere`."""
    return title_for(units, label_of(terms), shown)


def title_for(units: Units, label: str, shown: Effect) -> str:
    """The same of a slice in whatever words."""
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
