"""Where plants and decoys hold in a layout, and whether there are enough units for each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from visionlens_demo.labels import GOOD, MISPLACED, MISSING, SWAPPED, Labels
from visionlens_demo.layout import Layout
from visionlens_demo.world import Bools, Terms, holds

FULL_OBJECTS, FULL_GROUPS = 100, 40
"""Enough for two halves of 50 objects in 20 groups each."""
LEAST_OBJECTS = 20
"""Below this an effect is left out."""


@dataclass(frozen=True)
class Masks:
    """Objects (rows of the layout) to which each effect applies, as far as it is planted.

    Effects with too few objects are all False here and named in `omitted`; `scaled` ones are
    planted, but have too few objects or groups to be established.
    """

    labelled: Bools
    interaction: Bools
    factors: list[Bools]
    """Each condition of the interaction alone."""
    deep: Bools
    weak: Bools
    hidden: Bools
    small: Bools
    worse: Bools
    doomed: Bools
    shifted: Bools
    forced: Bools
    """Missed whatever the run: doomed, swapped or misplaced."""
    omitted: dict[str, str] = field(default_factory=dict)
    scaled: dict[str, str] = field(default_factory=dict)


def find(layout: Layout, labels: Labels) -> Masks:
    """Masks over the objects of a layout, by their label as written."""
    world, objects = layout.world, layout.objects
    plants, decoys = world.plants, world.decoys
    columns = layout.object_columns(labels.klass, objects.image)
    labelled = labels.kind != MISSING
    group = layout.group_of[objects.image]
    small = (columns["class"] == plants.small_class) & (labels.kind == GOOD)
    area = labels.box[:, 2] * labels.box[:, 3]
    small &= area < plants.small_area * (layout.size[0] / 640) ** 2
    doomed = layout.groups.doomed[group] & (columns["class"] == decoys.doomed_class)
    omitted: dict[str, str] = {}
    scaled: dict[str, str] = {}

    def planted(name: str, mask: Bools) -> Bools:
        mask = mask & labelled
        count, groups = int(mask.sum()), len(np.unique(group[mask]))
        if count < LEAST_OBJECTS:
            omitted[name] = f"left out: {count} objects, at least {LEAST_OBJECTS} are needed"
            return np.zeros_like(mask)
        if count < FULL_OBJECTS or groups < FULL_GROUPS:
            scaled[name] = (
                f"planted, but with {count} objects in {groups} groups too few to establish"
            )
        return mask

    def where(terms: Terms) -> Bools:
        return holds(terms, columns)

    masks = Masks(
        labelled=labelled,
        interaction=planted("interaction", where(plants.interaction)),
        factors=[term.mask(columns) & labelled for term in plants.interaction],
        deep=planted("deep", where(plants.deep)),
        weak=planted("weak", where(plants.weak)),
        hidden=planted("hidden", layout.groups.hidden[group]),
        small=planted("small", small),
        worse=planted("worse", where(plants.worse)),
        doomed=doomed & labelled,
        shifted=where(decoys.shifted),
        forced=doomed | (labels.kind == SWAPPED) | (labels.kind == MISPLACED),
        omitted=omitted,
        scaled=scaled,
    )
    if not doomed.any():
        omitted["doomed"] = "left out: four long bursts would be most of so few images"
    return masks
