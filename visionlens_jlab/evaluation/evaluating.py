"""One evaluation: predictions of a run against labels."""

from __future__ import annotations

import numpy as np

from . import coco
from .best_confidence import best_confidence
from .evaluated import Evaluated, Labels, Predictions
from .matching import match
from .objects import ImageInfo, Objects
from .overlaps import Pairs, box_pairs
from .preparing import Matched, Prepared, prepare
from .settings import BACKGROUND, Settings


def evaluate(
    labels: Objects,
    predictions: Objects,
    images: ImageInfo,
    classes: list[str],
    settings: Settings | None = None,
) -> Evaluated:
    """Match predictions with labels and work out the protocol's metrics.

    The same annotations give the same result under any numbering of ids and images in any order
    of files, as long as `images` are in canonical order; equal confidences of one image and class
    are taken in the order given.

    Raises
    ------
    ValueError
        A prediction has no confidence, or geometry that is needed cannot be read.
    """
    settings = settings or Settings()
    matched = _matched(prepare(labels, predictions, classes, settings), images, settings)
    result = _assembled(matched, images)
    result.metrics, result.table = coco.metrics_and_table(matched)
    given = settings.confidence
    result.confidence = best_confidence(result) if given is None else given
    return result


def _matched(prepared: Prepared, images: ImageInfo, settings: Settings) -> Matched:
    least = min(BACKGROUND, float(settings.thresholds[0]))
    pairs = box_pairs(prepared.labels, prepared.predictions, len(images), least)
    ignored = prepared.labels.crowd | prepared.labels.ignore
    candidates = coco.agreeing(prepared, pairs, settings.class_aware)
    found = match(
        candidates,
        prepared.rank,
        ignored=ignored,
        crowd=prepared.labels.crowd,
        thresholds=settings.thresholds,
    )
    return Matched(prepared, settings, ignored, pairs, candidates, found)


def _assembled(matched: Matched, images: ImageInfo) -> Evaluated:
    prepared, pairs = matched.prepared, matched.pairs
    labels, predictions = prepared.labels, prepared.predictions
    return Evaluated(
        settings=matched.settings,
        classes=prepared.classes,
        sample_ids=images.sample_ids,
        groups=images.groups,
        labels=Labels(labels.ids, labels.images, labels.classes, labels.areas, matched.ignored),
        predictions=Predictions(
            predictions.ids,
            predictions.images,
            predictions.classes,
            predictions.areas,
            predictions.scores,
            prepared.rank,
        ),
        thresholds=matched.settings.thresholds,
        matched=matched.found,
        pairs=Pairs(pairs.predictions.astype(np.int32), pairs.labels.astype(np.int32), pairs.iou),
        warnings=prepared.warnings,
    )
