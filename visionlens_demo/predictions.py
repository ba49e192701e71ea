"""Two prediction runs that miss, confuse and invent objects at the stated rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visionlens_demo.labels import MISPLACED, MISSING, SWAPPED, Labels
from visionlens_demo.layout import Layout
from visionlens_demo.plants import Masks
from visionlens_demo.rates import Target, latents, realise, solve
from visionlens_demo.world import Bools, Floats, Ints, Rates, holds

OPERATING_CONFIDENCE = 0.5
_JITTER = 0.035
"""Deviation of a predicted edge, as a share of the side."""
_LOW_SCORES_PER_IMAGE = 3.0
_CONFUSED_OF_SMALL = 0.85
_MISS_SHARES = {"absent": 0.42, "unsure": 0.24, "confused": 0.12, "misplaced": 0.22}


@dataclass(frozen=True)
class Predictions:
    """One run; `image` is the layout's, `box` (count, 4) x, y, w, h in pixels, `score` 0 to 1."""

    image: Ints
    klass: Ints
    box: Floats
    score: Floats


def _rates_of(masks: Masks, rates: Rates, weak_share: float) -> list[Target]:
    """Targets over the labelled objects; later ones of a round are met most closely."""
    if rates.worse is not None:
        targets = [
            Target(masks.labelled & ~masks.worse, rates.rest),
            Target(masks.worse, rates.worse),
        ]
    else:
        overall = rates.weak * weak_share + rates.rest * (1 - weak_share)
        targets = [Target(masks.labelled & ~masks.weak, rates.rest)]
        if masks.interaction.any():
            for factor in masks.factors:
                targets += [Target(factor, overall), Target(masks.labelled & ~factor, overall)]
    return [
        *targets,
        Target(masks.weak, rates.weak),
        Target(masks.hidden, rates.hidden),
        Target(masks.small, rates.small),
        Target(masks.deep, rates.deep),
        Target(masks.interaction, rates.interaction),
    ]


def _hit_scores(count: int, rng: np.random.Generator) -> Floats:
    """Confidences of found objects, .5 to .99."""
    return 0.505 + 0.485 * rng.beta(1.9, 1.15, count)


_LOST_BY_SHIFT_DRAWS = 20000


def _share_below(threshold: float) -> float:
    """Share of hits whose confidence is below a threshold; a fixed sample decides."""
    scores = _hit_scores(_LOST_BY_SHIFT_DRAWS, np.random.default_rng(0))
    return float((scores < threshold).mean())


def _jittered(box: Floats, size: tuple[int, int], rng: np.random.Generator) -> Floats:
    noise = np.clip(rng.normal(0, _JITTER, (len(box), 4)), -2 * _JITTER, 2 * _JITTER)
    low = box[:, :2] + noise[:, :2] * box[:, 2:]
    high = box[:, :2] + box[:, 2:] * (1 + noise[:, 2:])
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    return np.column_stack([low, high - low])


def _displaced(box: Floats, rng: np.random.Generator) -> Floats:
    """Boxes that overlap an object by an IoU of .2 to .4."""
    moved = box.copy()
    side = rng.choice((-1.0, 1.0), len(box))
    moved[:, 0] += side * rng.uniform(0.45, 0.62, len(box)) * box[:, 2]
    return moved


class _Run:
    """Collects the predictions of one run."""

    def __init__(
        self, layout: Layout, labels: Labels, masks: Masks, rng: np.random.Generator
    ) -> None:
        self.layout, self.labels, self.masks, self.rng = layout, labels, masks, rng
        self.rows: list[tuple[Ints, Ints, Floats, Floats]] = []

    def add(self, image: Ints, klass: Ints, box: Floats, score: Floats) -> None:
        self.rows.append((image, klass, box, score))

    def see(self, chosen: Bools | Ints, klass: Ints, score: Floats, moved: bool = False) -> None:
        """Predict true objects `chosen` (rows of the layout) as `klass`."""
        objects = self.layout.objects
        box = _jittered(objects.box[chosen], self.layout.size, self.rng)
        if moved:
            box = _displaced(box, self.rng)
        self.add(objects.image[chosen], klass, box, score)

    def found(self, missed: Bools) -> None:
        """Hits, and what the labels deny: the runs see the true object, with confidence."""
        objects, labels, rng = self.layout.objects, self.labels, self.rng
        denied = np.isin(labels.kind, (MISSING, SWAPPED, MISPLACED))
        hits = self.masks.labelled & ~missed & ~denied
        self.see(hits, objects.klass[hits], _hit_scores(int(hits.sum()), rng))
        self.see(denied, objects.klass[denied], rng.uniform(0.86, 0.99, int(denied.sum())))

    def failed(self, missed: Bools) -> None:
        """What a run says about objects that it misses."""
        objects, masks, rng = self.layout.objects, self.masks, self.rng
        world = self.layout.world
        denied = np.isin(self.labels.kind, (MISSING, SWAPPED, MISPLACED))
        rows = np.flatnonzero(missed & ~denied)
        kinds = rng.choice(list(_MISS_SHARES), size=len(rows), p=list(_MISS_SHARES.values()))
        small = masks.small[rows]
        confused_small = small & (rng.random(len(rows)) < _CONFUSED_OF_SMALL)
        kinds = np.where(confused_small, "confused", kinds)
        kinds = np.where(masks.doomed[rows], "absent", kinds)
        looks_like = np.asarray([world.class_index(item.looks_like) for item in world.classes])
        looks_like[world.class_index(world.plants.small_class)] = world.class_index(
            world.plants.small_as
        )
        unsure, confused, moved = (
            rows[kinds == kind] for kind in ("unsure", "confused", "misplaced")
        )
        self.see(unsure, objects.klass[unsure], 0.05 + 0.44 * rng.beta(1.5, 1.7, len(unsure)))
        self.see(
            confused, looks_like[objects.klass[confused]], rng.uniform(0.51, 0.82, len(confused))
        )
        self.see(moved, objects.klass[moved], rng.uniform(0.51, 0.8, len(moved)), moved=True)

    def invent(
        self, per_image: Floats, low: float, high: float, shape: tuple[float, float]
    ) -> None:
        """Objects that are not there, many below true ones, as reflections would be."""
        objects, rng = self.layout.objects, self.rng
        count = rng.poisson(per_image)
        image = np.repeat(np.arange(len(per_image)), count)
        source = rng.integers(0, len(objects.klass), len(image))
        box = objects.box[source].copy()
        starts = np.searchsorted(objects.image, np.arange(len(per_image) + 1))
        present = np.diff(starts)[image]
        anchor = starts[image] + (rng.random(len(image)) * present).astype(np.int64)
        anchored = (present > 0) & (rng.random(len(image)) < 0.6)
        place = objects.box[np.minimum(anchor, len(objects.klass) - 1)]
        width, height = self.layout.size
        room = np.asarray((width, height)) - box[:, 2:]
        random = rng.uniform((0.0, 0.4), 1.0, (len(box), 2)) * room
        under = place[:, :2] + place[:, 2:] * np.asarray((0.0, 1.05))
        box[:, :2] = np.where(anchored[:, None], under, random)
        box[:, :2] = np.clip(box[:, :2], 0, room)
        score = low + (high - low) * rng.beta(*shape, len(image))
        self.add(image, objects.klass[source], box, score)

    def finish(self, shifted: Bools, shift: float) -> Predictions:
        image, klass, box, score = (np.concatenate(part) for part in zip(*self.rows, strict=True))
        score = np.where(shifted[image], np.maximum(score - shift, 0.02), score)
        order = np.lexsort((-score, image))
        keep = order[(box[order, 2:] > 1).all(axis=1)]
        return Predictions(
            image[keep], klass[keep], np.round(box[keep], 2), np.round(score[keep], 4)
        )


def predict(
    layout: Layout, labels: Labels, masks: Masks, seed: int
) -> tuple[Predictions, Predictions]:
    """Runs A and B."""
    world = layout.world
    rng = np.random.default_rng((seed, world.code, 3))
    objects = layout.objects
    group = layout.group_of[objects.image]
    latent = latents(group, layout.groups.burst[group], rng)
    shifted_images = holds(world.decoys.shifted, layout.fields)
    raining = holds(world.plants.false_positives, layout.fields)
    weak_share = float(masks.weak.sum() / masks.labelled.sum())
    runs = []
    for rates, own in zip((world.plants.run_a, world.plants.run_b), latent, strict=True):
        below = _share_below(OPERATING_CONFIDENCE + rates.shift)
        lost = np.where(masks.shifted, below, 0.0)
        probability = solve(_rates_of(masks, rates, weak_share), masks.forced, lost)
        probability = np.where(masks.labelled, probability, 0.0)
        missed = realise(np.round(probability, 6), own)
        run = _Run(layout, labels, masks, rng)
        run.found(missed)
        run.failed(missed)
        false = np.where(raining, rates.false_positives_in, rates.false_positives)
        run.invent(false, 0.505, 0.88, (1.1, 1.4))
        run.invent(np.full(len(raining), _LOW_SCORES_PER_IMAGE), 0.04, 0.499, (1.2, 1.0))
        runs.append(run.finish(shifted_images, rates.shift))
    return runs[0], runs[1]
