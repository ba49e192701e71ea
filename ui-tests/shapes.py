"""Three small datasets with every geometry at known places, for the browser tests.

Usage: python ui-tests/shapes.py DATA_DIR FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import visionlens_jlab as vl

WIDTH, HEIGHT = 400, 300
CLASSES: list[dict[str, Any]] = [
    {"id": 1, "name": "plot"},
    {"id": 2, "name": "lake"},
    {"id": 3, "name": "crowd"},
    {"id": 4, "name": "person", "keypoints": ["a", "b", "c"], "skeleton": [[1, 2], [2, 3]]},
]


def runs(mask: np.ndarray) -> list[int]:
    """COCO run lengths of a boolean (height, width) mask."""
    flat = np.concatenate([[False], mask.flatten(order="F")])
    ends = np.flatnonzero(np.diff(flat)).tolist()
    return np.diff([0, *ends, mask.size]).tolist()


def compressed(counts: list[int]) -> str:
    """COCO's text of run lengths (`rleToString` of cocoapi)."""
    text = []
    for i, count in enumerate(counts):
        value, more = (count - counts[i - 2] if i > 2 else count), True
        while more:
            group = value & 31
            value >>= 5
            more = value != (-1 if group & 16 else 0)
            text.append(chr((group | 32 if more else group) + 48))
    return "".join(text)


def rectangle(x: int, y: int, w: int, h: int) -> np.ndarray:
    """A mask with one rectangle."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y : y + h, x : x + w] = True
    return mask


def annotations() -> list[dict[str, Any]]:
    """A polygon of two parts, a mask with a hole, a crowd and a pose."""
    size = [HEIGHT, WIDTH]
    lake = rectangle(200, 20, 100, 80) & ~rectangle(240, 50, 20, 20)
    parts = [[20, 20, 100, 20, 100, 100, 20, 100], [120, 20, 160, 20, 160, 60]]
    shapes: list[dict[str, Any]] = [
        {"bbox": [20, 20, 140, 80], "segmentation": parts},
        {
            "bbox": [200, 20, 100, 80],
            "segmentation": {"counts": compressed(runs(lake)), "size": size},
        },
        {
            "bbox": [20, 150, 100, 100],
            "segmentation": {"counts": runs(rectangle(20, 150, 100, 100)), "size": size},
            "iscrowd": 1,
        },
        {
            "bbox": [200, 150, 150, 120],
            "keypoints": [220, 170, 2, 300, 170, 1, 300, 250, 0],
            "num_keypoints": 2,
        },
    ]
    return [
        {"id": i, "image_id": 1, "category_id": i, "iscrowd": 0, "area": 100, **shape}
        for i, shape in enumerate(shapes, 1)
    ]


def main() -> None:
    """Write the datasets and ingest them."""
    data_dir, folder = Path(sys.argv[1]), Path(sys.argv[2])
    grey = Image.new("RGB", (WIDTH, HEIGHT), (90, 90, 90))

    coco = folder / "shapes"
    coco.mkdir(parents=True)
    grey.save(coco / "one.png")
    image = {"id": 1, "file_name": "one.png", "width": WIDTH, "height": HEIGHT}
    labels = {"images": [image], "annotations": annotations(), "categories": CLASSES}
    (coco / "instances.json").write_text(json.dumps(labels))
    vl.ingest(coco, name="shapes", data_dir=data_dir).close()

    yolo = folder / "turned"
    for part in ("images/train", "labels/train"):
        (yolo / part).mkdir(parents=True)
    grey.save(yolo / "images/train/one.png")
    corners = np.array([[200, 50], [300, 150], [200, 250], [100, 150]]) / [WIDTH, HEIGHT]
    line = " ".join(["0", *(f"{value:.6f}" for value in corners.flatten())])
    (yolo / "labels/train/one.txt").write_text(line + "\n")
    (yolo / "data.yaml").write_text("path: .\ntrain: images/train\ntask: obb\nnames: [ship]\n")
    vl.ingest(yolo, name="turned", data_dir=data_dir).close()

    classes = folder / "scenes"
    for name, file in (("harbour", "two.png"), ("meadow", "three.png")):
        (classes / name).mkdir(parents=True)
        grey.save(classes / name / file)
    vl.ingest(classes, name="scenes", data_dir=data_dir).close()


if __name__ == "__main__":
    main()
