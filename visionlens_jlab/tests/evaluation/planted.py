"""The demonstration dataset without pixels: its runs as cases, its manifest as the answers."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

import numpy as np

from visionlens_demo.generate import generate
from visionlens_jlab.evaluation.matching.objects import ImageInfo
from visionlens_jlab.tests.demo.reading import iou
from visionlens_jlab.tests.evaluation.readers import Case, from_coco

SEED = 20


class Planted:
    """One dataset; annotation ids of cases are places in the file, from 1."""

    def __init__(self, folder: Path, world: str, images: int) -> None:
        self.folder = folder / world
        generate(self.folder, images, SEED, world, render=False)
        manifest = json.loads((folder / f"{world}.manifest.json").read_text())
        self.entries = {entry["id"]: entry for entry in manifest["entries"]}
        self.truth = json.loads((self.folder / "annotations" / "instances.json").read_text())
        self.names = {each["id"]: each["name"] for each in self.truth["categories"]}

    def case(self, run: str, kept=lambda image: True) -> Case:
        """Run and labels on the images for which `kept` holds; groups as in the file."""
        images = [image for image in self.truth["images"] if kept(image)]
        chosen = {image["id"] for image in images}
        results = json.loads((self.folder / "predictions" / f"{run}.json").read_text())
        labels = [each for each in self.truth["annotations"] if each["image_id"] in chosen]
        case = from_coco(
            self.truth | {"images": images, "annotations": labels},
            [entry for entry in results if entry["image_id"] in chosen],
        )
        images.sort(key=lambda image: image["file_name"])
        _, groups = np.unique([image["group"] for image in images], return_inverse=True)
        case.images = ImageInfo(case.images.sample_ids, groups, case.images.sizes)
        return case

    @cached_property
    def number(self) -> dict[int, int]:
        """Id in a case of each annotation id."""
        return {row["id"]: place for place, row in enumerate(self.truth["annotations"], start=1)}

    def wrong(self, kind: str) -> list[int]:
        """Ids of the labels that are swapped or misplaced."""
        return [self.number[row["annotation_id"]] for row in self.entries[kind]["truth"]]

    def unlabelled(self, case: Case) -> list[int]:
        """Ids of the predictions that see an object whose label is missing."""
        rows: dict[int, list] = {}
        for number, entry in zip(case.predictions.ids.tolist(), case.results, strict=True):
            rows.setdefault(entry["image_id"], []).append((number, entry))
        found = []
        for lost in self.entries["labels_missing"]["truth"]:
            near = [
                (iou(lost["bbox"], entry["bbox"]), number)
                for number, entry in rows.get(lost["image_id"], [])
                if self.names[entry["category_id"]] == lost["class"]
            ]
            overlap, number = max(near, default=(0, 0))
            if overlap >= 0.5:
                found.append(number)
        return found
