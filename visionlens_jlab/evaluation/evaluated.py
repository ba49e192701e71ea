"""What an evaluation keeps: figures, and arrays that answer every further question."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.settings import FOREGROUND, Settings
from visionlens_jlab.evaluation.shapes import Metric

_VERSION = 1


class Pairs(NamedTuple):
    """Pairs that overlap; rows of predictions and labels, ascending by prediction, then label."""

    predictions: np.ndarray
    labels: np.ndarray
    iou: np.ndarray


@dataclass(frozen=True)
class Labels:
    """Labels that take part, by image; `ignored`: crowds, difficult, those without keypoints."""

    ids: np.ndarray
    images: np.ndarray
    classes: np.ndarray
    areas: np.ndarray
    ignored: np.ndarray


@dataclass(frozen=True)
class Predictions:
    """Predictions that take part, by image and falling confidence; `rank` as in `Prepared`."""

    ids: np.ndarray
    images: np.ndarray
    classes: np.ndarray
    areas: np.ndarray
    scores: np.ndarray
    rank: np.ndarray


@dataclass(frozen=True)
class Table:
    """Figures of each class by name, NaN where undefined: `values` float64 (classes, names).

    `intervals`, once they are there: float64 (classes, 3), low, high, and 1 where reliable.
    """

    names: list[str]
    values: np.ndarray
    intervals: np.ndarray | None = None


@dataclass(frozen=True)
class Figured:
    """What a protocol works out: its metrics, those of each class, and arrays to keep."""

    metrics: list[Metric]
    table: Table
    extra: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass
class Evaluated:
    """An evaluation; immutable but for what is derived from it.

    Attributes
    ----------
    sample_ids, groups : uint32, int32 (m,)
        Of the images, in canonical order.
    thresholds : float64 (T,)
    matched : int32 (T, predictions)
        Label row that a prediction finds at each threshold, -1: none.
    pairs : Pairs
        All pairs of an image that overlap by .1 or more, of one class or two.
    """

    settings: Settings
    classes: list[str]
    sample_ids: np.ndarray
    groups: np.ndarray
    labels: Labels
    predictions: Predictions
    thresholds: np.ndarray
    matched: np.ndarray
    pairs: Pairs
    metrics: list[Metric] = field(default_factory=list)
    table: Table = field(default_factory=lambda: Table([], np.zeros((0, 0))))
    warnings: list[str] = field(default_factory=list)
    confidence: float = 0.0
    """Of the operating point."""
    extra: dict[str, np.ndarray] = field(default_factory=dict)
    """Arrays of single protocols: what their intervals are drawn from."""
    cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What was derived from the rest; not saved."""

    def at(self, iou: float) -> int:
        """Row of a threshold in `matched`."""
        return int(np.abs(self.thresholds - iou).argmin())

    @property
    def group_count(self) -> int:
        """Number of groups."""
        return len(np.unique(self.groups))

    @cached_property
    def operating(self) -> Partners:
        """Who found whom at the operating IoU."""
        return self.partners(self.settings.operating_iou)

    @cached_property
    def foreground(self) -> Partners:
        """Who found whom at IoU .5."""
        return self.partners(FOREGROUND)

    def partners(self, iou: float) -> Partners:
        """Who found whom at one of the thresholds."""
        found = self.matched[self.at(iou)]
        hits = np.flatnonzero(found >= 0)
        ignored = np.zeros(len(found), dtype=bool)
        ignored[hits] = self.labels.ignored[found[hits]]
        partner = np.full(len(self.labels.ids), -1, dtype=np.int32)
        # of those that share a crowd the first one
        partner[found[hits[::-1]]] = hits[::-1]
        overlap = self._overlap(found)
        return Partners(found, ignored, partner, overlap)

    def _overlap(self, found: np.ndarray) -> np.ndarray:
        overlap = np.full(len(found), np.nan)
        own = found[self.pairs.predictions] == self.pairs.labels
        overlap[self.pairs.predictions[own]] = self.pairs.iou[own]
        return overlap

    def save(self, path: Path) -> None:
        """Write everything to one file (.npz)."""
        arrays: dict[str, np.ndarray] = {
            "sample_ids": self.sample_ids,
            "groups": self.groups,
            "thresholds": self.thresholds,
            "matched": self.matched,
            "table": self.table.values,
        }
        if self.table.intervals is not None:
            arrays["intervals"] = self.table.intervals
        parts = (("labels", self.labels), ("predictions", self.predictions))
        for name, part in parts:
            arrays |= {f"{name}.{key}": value for key, value in vars(part).items()}
        arrays |= {f"pairs.{key}": value for key, value in self.pairs._asdict().items()}
        arrays |= {f"extra.{key}": value for key, value in self.extra.items()}
        head = {
            "version": _VERSION,
            "settings": asdict(self.settings),
            "classes": self.classes,
            "metrics": [metric.model_dump() for metric in self.metrics],
            "names": self.table.names,
            "warnings": self.warnings,
            "confidence": self.confidence,
        }
        text = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, head=text, **arrays)


@dataclass(frozen=True)
class Partners:
    """Who found whom at one threshold.

    Attributes
    ----------
    label : int32 (predictions,)
        Label row, -1: none.
    ignored : bool (predictions,)
        It found a label that is ignored.
    prediction : int32 (labels,)
        Prediction row, -1: none; of a crowd the most confident one.
    iou : float64 (predictions,)
        With the label found; NaN: none.
    """

    label: np.ndarray
    ignored: np.ndarray
    prediction: np.ndarray
    iou: np.ndarray


def load(path: Path) -> Evaluated:
    """What `Evaluated.save` wrote. DATASET_DAMAGED."""
    try:
        return _load(path)
    except Exception as error:  # zip, zlib, json, numpy: each has errors of its own
        raise VisionLensError(
            "DATASET_DAMAGED",
            f"The outcomes of the evaluation ({path.name}) are damaged or lost.",
            "Evaluate the run again under the same name: they are made anew.",
            {"cause": str(error), "file": path.name},
        ) from error


def _load(path: Path) -> Evaluated:
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    head: dict[str, Any] = json.loads(arrays["head"].tobytes())
    if head["version"] != _VERSION:
        raise ValueError(f"{path.name} was written by another version")

    def part(name: str) -> dict[str, np.ndarray]:
        start = f"{name}."
        return {key[len(start) :]: arrays[key] for key in arrays if key.startswith(start)}

    settings = head["settings"]
    return Evaluated(
        settings=Settings(**settings | {"iou": tuple(settings["iou"])}),
        classes=head["classes"],
        sample_ids=arrays["sample_ids"],
        groups=arrays["groups"],
        labels=Labels(**part("labels")),
        predictions=Predictions(**part("predictions")),
        thresholds=arrays["thresholds"],
        matched=arrays["matched"],
        pairs=Pairs(**part("pairs")),
        metrics=[Metric(**metric) for metric in head["metrics"]],
        table=Table(head["names"], arrays["table"], arrays.get("intervals")),
        warnings=head["warnings"],
        confidence=head["confidence"],
        extra=part("extra"),
    )
