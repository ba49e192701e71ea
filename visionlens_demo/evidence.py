"""Outcomes of the written dataset, counted as anyone who reads it would count them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from visionlens_demo.dataset import Dataset
from visionlens_demo.measure import best_threshold, match
from visionlens_demo.predictions import OPERATING_CONFIDENCE
from visionlens_demo.world import Bools, Floats, Ints, Terms, holds


class Evidence:
    """Columns over images and written annotations, and the outcomes of both runs."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        arrangement = dataset.arrangement
        self.layout = arrangement.layout
        self.world = self.layout.world
        rows = dataset.annotations
        self.image = rows.image
        self.klass = dataset.labels.klass[rows.row]
        self.group = arrangement.group[rows.image]
        self.images: dict[str, npt.NDArray[Any]] = {
            name: column[arrangement.source] for name, column in self.layout.fields.items()
        }
        self.images["split"] = arrangement.split
        self.objects = {name: column[rows.image] for name, column in self.images.items()}
        self.objects["class"] = np.asarray(self.world.class_names, dtype=object)[self.klass]
        self.objects["area"] = np.round(rows.box[:, 2] * rows.box[:, 3], 2)
        self._classes = len(self.world.classes)
        self.missed: dict[str, Bools] = {}
        self.false_positives: dict[str, Ints] = {}
        self.best: dict[str, float] = {}
        for name in dataset.runs:
            self._count(name)

    def _key(self, image: Ints, klass: Ints) -> Ints:
        return image * self._classes + klass

    def _matched(self, run: str, confidence: float) -> tuple[Bools, Bools, Bools, Floats]:
        predictions, rows = self.dataset.runs[run]
        score = predictions.score[rows.row]
        kept = score >= confidence
        found, right = match(
            self._key(self.image, self.klass),
            self.dataset.annotations.box,
            self._key(rows.image, predictions.klass[rows.row])[kept],
            rows.box[kept],
            score[kept],
        )
        return found, right, kept, score

    def _count(self, run: str) -> None:
        found, right, kept, _ = self._matched(run, OPERATING_CONFIDENCE)
        rows = self.dataset.runs[run][1]
        self.missed[run] = ~found
        self.false_positives[run] = np.bincount(
            rows.image[kept][~right], minlength=len(self.dataset.arrangement.source)
        )
        _, right, _, score = self._matched(run, 0.0)
        self.best[run] = best_threshold(score, right, len(self.image))

    def missed_at(self, run: str, confidence: float) -> Bools:
        """Which annotations a run misses at another confidence."""
        return ~self._matched(run, confidence)[0]

    def rate(self, missed: Bools, mask: Bools) -> dict[str, Any]:
        """Miss rate of the annotations in a mask, with its counts."""
        count = int(mask.sum())
        hits = int(missed[mask].sum())
        return {
            "rate": round(hits / count, 4) if count else None,
            "missed": hits,
            "objects": count,
            "groups": len(np.unique(self.group[mask])),
        }

    def contrast(self, mask: Bools) -> dict[str, Any]:
        """Miss rates inside and outside a mask, per run."""
        return {
            run: {"inside": self.rate(missed, mask), "outside": self.rate(missed, ~mask)}
            for run, missed in self.missed.items()
        }

    def where(self, terms: Terms) -> Bools:
        """Annotations for which all terms hold."""
        return holds(terms, self.objects)

    def per_image(self, mask: Bools) -> dict[str, Any]:
        """False positives per image inside and outside a mask over images, per run."""
        return {
            run: {"inside": _mean(count[mask]), "outside": _mean(count[~mask])}
            for run, count in self.false_positives.items()
        }

    def confused(self, run: str, mask: Bools, klass: int) -> Bools:
        """Missed annotations of a mask on which the run puts a confident box of another class."""
        predictions, rows = self.dataset.runs[run]
        kept = (predictions.score[rows.row] >= OPERATING_CONFIDENCE) & (
            predictions.klass[rows.row] == klass
        )
        chosen = np.flatnonzero(mask & self.missed[run])
        found, _ = match(
            self.image[chosen],
            self.dataset.annotations.box[chosen],
            rows.image[kept],
            rows.box[kept],
            predictions.score[rows.row][kept],
        )
        out = np.zeros(len(mask), dtype=bool)
        out[chosen[found]] = True
        return out


def _mean(values: Ints) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
