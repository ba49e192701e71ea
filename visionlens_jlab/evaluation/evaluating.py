"""One evaluation: predictions of a run against labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from . import coco, keypoints, masks, voc
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
    protocol = voc if settings.protocol == "voc" else coco
    figures = protocol.figured(matched)
    result.metrics, result.table, result.extra = figures.metrics, figures.table, figures.extra
    given = settings.confidence
    result.confidence = best_confidence(result) if given is None else given
    return result


def _matched(prepared: Prepared, images: ImageInfo, settings: Settings) -> Matched:
    prepared, pairs = _overlaps(prepared, images, settings)
    labels = prepared.labels
    ignored = labels.crowd | labels.ignore
    if settings.geometry == "keypoints":
        ignored = ignored | ~(keypoints.points_of(labels)[:, :, 2] > 0).any(axis=1)
    candidates = coco.agreeing(prepared, pairs, settings.class_aware)
    limits = settings.thresholds
    if settings.protocol == "voc":
        found = voc.match_best(candidates, len(prepared.rank), ignored, limits)
    else:
        found = match(
            candidates, prepared.rank, ignored=ignored, crowd=labels.crowd, thresholds=limits
        )
    return Matched(prepared, settings, ignored, pairs, candidates, found)


def _overlaps(prepared: Prepared, images: ImageInfo, settings: Settings) -> tuple[Prepared, Pairs]:
    """Pairs that overlap; predictions get the areas of their masks."""
    least = min(BACKGROUND, float(settings.thresholds[0]))
    labels, predictions, count = prepared.labels, prepared.predictions, len(images)
    if settings.geometry == "mask":
        drawn = masks.run_lengths(labels, images), masks.run_lengths(predictions, images)
        prepared = replace(prepared, predictions=masks.with_mask_areas(predictions, drawn[1]))
        return prepared, masks.mask_pairs(labels, predictions, drawn, count, least)
    if settings.geometry == "keypoints":
        sigmas = settings.options.get("sigmas")
        found = keypoints.keypoint_pairs(labels, predictions, count, least=least, sigmas=sigmas)
        return prepared, found
    inclusive = settings.protocol == "voc" and settings.options.get("inclusive")
    return prepared, box_pairs(labels, predictions, count, least, 1.0 if inclusive else 0.0)


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
