"""A small dataset whose model misses in the dark: what to ingest, to predict and to say of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

IMAGES, SIDE = 420, 20
PER_IMAGE, PER_GROUP = 3, 2
SLICE = "light = 'dark'"


def is_dark(image: int) -> bool:
    """A third of the groups."""
    return image // PER_GROUP % 3 == 0


def write(folder: Path) -> Path:
    """A COCO folder without image files: to be ingested with `labels_only`."""
    (folder / "annotations").mkdir(parents=True)
    (folder / "images").mkdir()
    lights = light()
    content = {
        "images": [
            {
                "id": image,
                "file_name": f"{image:04d}.jpg",
                "width": 640,
                "height": 480,
                "light": lights[image],
                "lens": "abcde"[image % 5],
            }
            for image in range(IMAGES)
        ],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}],
        "annotations": [
            {
                "id": 1 + PER_IMAGE * image + place,
                "image_id": image,
                "category_id": 1 + place % 2,
                "bbox": _box(image, place),
                "area": SIDE * SIDE,
                "iscrowd": 0,
            }
            for image in range(IMAGES)
            for place in range(PER_IMAGE)
        ],
    }
    (folder / "annotations" / "instances.json").write_text(json.dumps(content))
    return folder


def predictions(*, missed_in_the_dark: float = 0.7, missed: float = 0.1) -> pa.Table:
    """Labels that the model finds, drawn with a seed; nothing else."""
    drawn = np.random.default_rng(5).random((IMAGES, PER_IMAGE))
    rows: list[dict[str, Any]] = []
    for image in range(IMAGES):
        for place in range(PER_IMAGE):
            if drawn[image, place] < (missed_in_the_dark if is_dark(image) else missed):
                continue
            box = dict(zip("xywh", _box(image, place), strict=True))
            name = ("car", "person")[place % 2]
            rows.append({"filename": f"{image:04d}.jpg", "class": name, "confidence": 0.9, **box})
    return pa.Table.from_pylist(rows)


def light(shifted: int = 0) -> list[str]:
    """Of each image, by id; of as many, but others, where shifted by so many images."""
    return ["dark" if is_dark(image + shifted) else "bright" for image in range(IMAGES)]


def groups() -> list[str]:
    """Of each image, by id."""
    return [f"scene {image // PER_GROUP}" for image in range(IMAGES)]


def _box(image: int, place: int) -> list[float]:
    return [40.0 + 150 * place + image % 7, 60.0 + 5 * (image % 11), SIDE, SIDE]
