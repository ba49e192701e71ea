"""One evaluation: predictions of a run against labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from visionlens_jlab.evaluation.evaluated import Evaluated, Figured, Labels, Pairs, Predictions
from visionlens_jlab.evaluation.matching.matching import Matched, Prepared, in_turn, match, prepare
from visionlens_jlab.evaluation.matching.objects import ImageInfo, Objects
from visionlens_jlab.evaluation.matching.overlaps import (
    Rle,
    box_pairs,
    keypoint_pairs,
    mask_pairs,
    points_of,
    run_lengths,
    with_mask_areas,
)
from visionlens_jlab.evaluation.metrics import classification, coco, segmentation, voc
from visionlens_jlab.evaluation.metrics.curves import best_confidence
from visionlens_jlab.evaluation.settings import BACKGROUND, Settings


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
        A setting is impossible, a prediction has no confidence, or geometry that is needed cannot
        be read.
    """
    settings = settings or Settings()
    settings.check()
    prepared = prepare(labels, predictions, classes, settings)
    evaluators = {
        "coco": _detections,
        "voc": _detections,
        "classification": _classes,
        "segmentation": _segments,
    }
    matched, figures = evaluators[settings.protocol](prepared, images, settings)
    result = _assembled(matched, images)
    result.metrics, result.table, result.extra = figures.metrics, figures.table, figures.extra
    result.confidence = _operating_confidence(result)
    return result


def _operating_confidence(result: Evaluated) -> float:
    settings = result.settings
    if settings.confidence is not None:
        return settings.confidence
    # every image gets an answer, every pixel a class
    if settings.protocol in ("classification", "segmentation"):
        return 0.0
    return best_confidence(result)


def _detections(
    prepared: Prepared, images: ImageInfo, settings: Settings
) -> tuple[Matched, Figured]:
    prepared, pairs = _overlaps(prepared, images, settings)
    matched = _matched(prepared, pairs, settings)
    protocol = voc if settings.protocol == "voc" else coco
    return matched, protocol.figured(matched)


def _classes(prepared: Prepared, images: ImageInfo, settings: Settings) -> tuple[Matched, Figured]:
    prepared, facts = classification.answers(prepared, images, settings)
    pairs = classification.all_pairs(prepared, len(images))
    matched = _matched(prepared, pairs, settings)
    return matched, classification.figured(matched, images, facts)


def _segments(prepared: Prepared, images: ImageInfo, settings: Settings) -> tuple[Matched, Figured]:
    drawn = _drawn(prepared, images)
    prepared, pairs = _mask_overlaps(prepared, drawn, len(images), settings)
    figures = segmentation.figured(prepared, drawn, len(images))
    return _matched(prepared, pairs, settings), figures


def _matched(prepared: Prepared, pairs: Pairs, settings: Settings) -> Matched:
    labels = prepared.labels
    ignored = labels.crowd | labels.ignore
    if settings.geometry == "keypoints":
        ignored = ignored | ~(points_of(labels)[:, :, 2] > 0).any(axis=1)
    limits = settings.thresholds
    candidates = coco.agreeing(prepared, pairs, settings.class_aware)
    candidates = in_turn(candidates, prepared.rank, limits)
    if settings.protocol == "voc":
        found = voc.match_best(candidates, len(prepared.rank), ignored, limits)
    else:
        found = match(
            candidates, prepared.rank, ignored=ignored, crowd=labels.crowd, thresholds=limits
        )
    return Matched(prepared, settings, ignored, pairs, candidates, found)


def _overlaps(prepared: Prepared, images: ImageInfo, settings: Settings) -> tuple[Prepared, Pairs]:
    """Pairs that overlap; predictions get the areas of their masks."""
    least = _least(settings)
    labels, predictions, count = prepared.labels, prepared.predictions, len(images)
    if settings.geometry == "mask":
        return _mask_overlaps(prepared, _drawn(prepared, images), count, settings)
    if settings.geometry == "keypoints":
        sigmas = settings.options.get("sigmas")
        found = keypoint_pairs(labels, predictions, count, least=least, sigmas=sigmas)
        return prepared, found
    inclusive = settings.protocol == "voc" and settings.options.get("inclusive")
    return prepared, box_pairs(labels, predictions, least, 1.0 if inclusive else 0.0)


def _least(settings: Settings) -> float:
    return min(BACKGROUND, float(settings.thresholds[0]))


def _drawn(prepared: Prepared, images: ImageInfo) -> tuple[list[Rle], list[Rle]]:
    return (
        run_lengths(prepared.labels, images),
        run_lengths(prepared.predictions, images),
    )


def _mask_overlaps(
    prepared: Prepared,
    drawn: tuple[list[Rle], list[Rle]],
    images: int,
    settings: Settings,
) -> tuple[Prepared, Pairs]:
    seen = with_mask_areas(prepared.predictions, drawn[1])
    pairs = mask_pairs(prepared.labels, seen, drawn, images, _least(settings))
    return replace(prepared, predictions=seen), pairs


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
