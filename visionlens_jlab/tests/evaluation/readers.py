"""Objects from label files, read plainly: as an evaluation gets them, without a catalog."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.evaluation.matching.objects import ImageInfo, Objects, make_objects

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@dataclass
class Case:
    """Two sources over the same images, and the JSON pycocotools reads."""

    labels: Objects
    predictions: Objects
    images: ImageInfo
    classes: list[str]
    truth: dict[str, Any]
    results: list[dict[str, Any]]

    @property
    def parts(self):
        return self.labels, self.predictions, self.images, self.classes


def from_coco(truth: dict[str, Any], results: list[dict[str, Any]]) -> Case:
    """Images in order of file name; ids of labels from 1, of predictions after them."""
    entries = sorted(truth["images"], key=lambda image: image["file_name"])
    row = {image["id"]: number for number, image in enumerate(entries)}
    categories = sorted(truth["categories"], key=lambda each: each["id"])
    number = {category["id"]: place for place, category in enumerate(categories)}
    images = ImageInfo(
        np.arange(1, len(entries) + 1, dtype=np.uint32),
        np.arange(len(entries), dtype=np.int32),
        np.array([[image["width"], image["height"]] for image in entries], np.int32).reshape(-1, 2),
    )
    labels = _objects(truth["annotations"], row, number, 1)
    predictions = _objects(results, row, number, len(labels) + 1)
    names = [category["name"] for category in categories]
    return Case(labels, predictions, images, names, truth, results)


def _objects(entries, row, number, first) -> Objects:
    geometry = [_geometry(entry) for entry in entries]
    return make_objects(
        np.arange(first, first + len(entries)),
        [row[entry["image_id"]] for entry in entries],
        [number[entry["category_id"]] for entry in entries],
        [entry.get("bbox", [0, 0, 0, 0]) for entry in entries],
        scores=np.array([entry.get("score", np.nan) for entry in entries], float),
        areas=np.array([entry.get("area", np.nan) for entry in entries], float),
        crowd=np.array([bool(entry.get("iscrowd")) for entry in entries], bool),
        geometry=geometry if any(geometry) else None,
    )


def _geometry(entry) -> bytes | None:
    shape = entry.get("keypoints") or entry.get("segmentation")
    return json.dumps(shape).encode() if shape else None


def read_coco(truth: Path, results: Path) -> Case:
    """A COCO file and its results."""
    return from_coco(json.loads(truth.read_text()), json.loads(results.read_text()))


def values(evaluated) -> dict[str, float | None]:
    """Metrics by name."""
    return {metric.name: metric.value for metric in evaluated.metrics}
