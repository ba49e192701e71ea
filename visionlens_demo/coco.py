"""Writes the dataset as a plain COCO folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from visionlens_demo.dataset import Dataset, Rows
from visionlens_demo.predictions import Predictions

_README = """{title}

{images} rendered images with {annotations} labelled objects in {classes} classes.

images/                      JPEG
annotations/instances.json   COCO instances; the keys of an image beyond COCO's are recorded fields
predictions/*.json           COCO results of two detectors

Everything here was drawn by a program; it shows no real place, person or vehicle.
Made with seed {seed}: the same version of the program makes the same files.
"""

_LICENCE = """CC0 1.0 Universal

To the extent possible under law, the makers of this dataset have waived all copyright and related
rights to it.
https://creativecommons.org/publicdomain/zero/1.0/
"""


def _write_list(file: IO[str], rows: Iterable[dict[str, Any]]) -> None:
    """A JSON list, one element a line, without holding it in memory."""
    separator = "["
    for row in rows:
        file.write(separator + "\n" + json.dumps(row, separators=(",", ":")))
        separator = ","
    file.write("]" if separator == "," else "[]")


def _images(dataset: Dataset) -> Iterator[dict[str, Any]]:
    arrangement = dataset.arrangement
    fields = arrangement.layout.fields
    names = [name for name in fields if name != "split"]
    for image, source in enumerate(arrangement.source):
        width, height = arrangement.size(image)
        row: dict[str, Any] = {
            "id": image + 1,
            "file_name": arrangement.file_name(image),
            "width": width,
            "height": height,
            "license": 1,
            "split": arrangement.split[image],
            "group": f"g{arrangement.group[image]:06d}",
        }
        for name in names:
            value = fields[name][source]
            if value is not None:
                row[name] = value
        yield row


def _annotations(dataset: Dataset) -> Iterator[dict[str, Any]]:
    rows, objects = dataset.annotations, dataset.arrangement.layout.objects
    category = (dataset.labels.klass[rows.row] + 1).tolist()
    occluded, truncated = objects.occluded[rows.row].tolist(), objects.truncated[rows.row].tolist()
    boxes, images = rows.box.tolist(), (rows.image + 1).tolist()
    for number, box in enumerate(boxes):
        yield {
            "id": number + 1,
            "image_id": images[number],
            "category_id": category[number],
            "bbox": box,
            "area": round(box[2] * box[3], 2),
            "iscrowd": 0,
            "occluded": occluded[number],
            "truncated": truncated[number],
        }


def _results(run: Predictions, rows: Rows) -> Iterator[dict[str, Any]]:
    category, score = (run.klass[rows.row] + 1).tolist(), run.score[rows.row].tolist()
    boxes, images = rows.box.tolist(), (rows.image + 1).tolist()
    for number, box in enumerate(boxes):
        yield {
            "image_id": images[number],
            "category_id": category[number],
            "bbox": box,
            "score": score[number],
        }


def write(dataset: Dataset, folder: Path, seed: int) -> None:
    """Write everything but the pixels."""
    world = dataset.arrangement.layout.world
    for name in ("images", "annotations", "predictions"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    head = {
        "info": {"description": world.title, "version": "1", "year": 2026},
        "licenses": [
            {
                "id": 1,
                "name": "CC0 1.0",
                "url": "https://creativecommons.org/publicdomain/zero/1.0/",
            }
        ],
        "categories": [
            {"id": number + 1, "name": name} for number, name in enumerate(world.class_names)
        ],
    }
    with (folder / "annotations" / "instances.json").open("w", encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "images": ')
        _write_list(file, _images(dataset))
        file.write(', "annotations": ')
        _write_list(file, _annotations(dataset))
        file.write("}\n")
    for name, (run, rows) in dataset.runs.items():
        with (folder / "predictions" / f"{name}.json").open("w", encoding="utf-8") as file:
            _write_list(file, _results(run, rows))
    text = _README.format(
        title=world.title,
        images=len(dataset.arrangement.source),
        annotations=len(dataset.annotations.row),
        classes=len(world.classes),
        seed=seed,
    )
    (folder / "README.txt").write_text(text, encoding="utf-8")
    (folder / "LICENSE.txt").write_text(_LICENCE, encoding="utf-8")
