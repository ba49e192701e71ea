"""A COCO folder small enough to know by heart.

Twelve images `00.jpg` to `11.jpg` of 120 x 80 pixels, grey level 20 * number. Each has a car at
x = 10, y = 5.5, w = 10 + number, h = 20; every third one, from the first on, has a person at
x = 50.25, y = 8, w = 6, h = 12. Annotation ids therefore are
0 car, 1 person, 2 car, 3 car, 4 car, 5 person, ...
"""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

IMAGES = 12
PEOPLE = [number for number in range(IMAGES) if number % 3 == 0]
ANNOTATIONS = IMAGES + len(PEOPLE)


def write(folder: Path) -> Path:
    """Write the folder and return it."""
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for number in range(IMAGES):
        name = f"{number:02}.jpg"
        Image.new("L", (120, 80), 20 * number).save(folder / "images" / name)
        images.append({"id": 100 + number, "file_name": name, "width": 120, "height": 80})
        boxes = [(1, [10, 5.5, 10 + number, 20])]
        if number in PEOPLE:
            boxes.append((2, [50.25, 8, 6, 12]))
        for category, box in boxes:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": 100 + number,
                    "category_id": category,
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
            )
    content = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}],
    }
    (folder / "annotations").mkdir()
    (folder / "annotations" / "instances.json").write_text(json.dumps(content))
    return folder
