"""Reads a generated dataset back, and matches it in a plain way of its own."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def iou(a: list[float], b: list[float]) -> float:
    """Of two boxes x, y, w, h."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


@dataclass
class Written:
    """A dataset as its files say, and its manifest."""

    coco: Row
    runs: dict[str, list[Row]]
    manifest: Row

    def __post_init__(self) -> None:
        self.images: dict[int, Row] = {row["id"]: row for row in self.coco["images"]}
        self.classes = {row["id"]: row["name"] for row in self.coco["categories"]}
        self.annotations: list[Row] = self.coco["annotations"]
        self.entries: dict[str, Row] = {row["id"]: row for row in self.manifest["entries"]}
        self._outcomes: dict[tuple[str, float], tuple[set[int], list[Row]]] = {}

    def outcome(self, run: str, confidence: float = 0.5) -> tuple[set[int], list[Row]]:
        """Ids of the annotations found, and the predictions that match nothing."""
        if (run, confidence) not in self._outcomes:
            self._outcomes[run, confidence] = self._match(run, confidence)
        return self._outcomes[run, confidence]

    def _match(self, run: str, confidence: float) -> tuple[set[int], list[Row]]:
        labels = defaultdict(list)
        for row in self.annotations:
            labels[row["image_id"], row["category_id"]].append(row)
        found: set[int] = set()
        wrong = []
        kept = [row for row in self.runs[run] if row["score"] >= confidence]
        for prediction in sorted(kept, key=lambda row: -row["score"]):
            best, best_iou = None, 0.5
            for row in labels[prediction["image_id"], prediction["category_id"]]:
                overlap = iou(row["bbox"], prediction["bbox"])
                if row["id"] not in found and overlap >= best_iou:
                    best, best_iou = row, overlap
            if best is None:
                wrong.append(prediction)
            else:
                found.add(best["id"])
        return found, wrong

    def field(self, annotation: Row, name: str) -> Any:
        """A field of the annotation, its class, or its image."""
        if name == "class":
            return self.classes[annotation["category_id"]]
        return annotation.get(name, self.images[annotation["image_id"]].get(name))

    def missed(
        self, run: str, where: Callable[[Row], bool] = lambda row: True, confidence: float = 0.5
    ) -> tuple[float, int]:
        """Miss rate and number of the annotations for which `where` holds."""
        found, _ = self.outcome(run, confidence)
        rows = [row for row in self.annotations if where(row)]
        return sum(row["id"] not in found for row in rows) / max(len(rows), 1), len(rows)

    def satisfies(self, text: str) -> Callable[[Row], bool]:
        """The manifest's predicates, read word by word."""
        terms = []
        for part in text.split(" and "):
            name, op, value = part.split(" ", 2)
            terms.append((name, op, value.strip("'")))

        def holds(row: Row) -> bool:
            for name, op, value in terms:
                have = self.field(row, name)
                if have is None:
                    return False
                if op == "=" and str(have) != value:
                    return False
                if op == "<" and not have < float(value):
                    return False
                if op == ">" and not have > float(value):
                    return False
            return True

        return holds


def read(folder: Path, manifest: Path) -> Written:
    """Read a dataset from its files."""
    runs = {
        path.stem: json.loads(path.read_text("utf-8"))
        for path in (folder / "predictions").glob("*.json")
    }
    coco = json.loads((folder / "annotations" / "instances.json").read_text("utf-8"))
    return Written(coco, runs, json.loads(manifest.read_text("utf-8")))
