"""Write images that the sample panel shows in parts: `python large.py FOLDER [deep]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image, ImageDraw

from visionlens_jlab.tests.media.cameras import write_dng

SIDE = 10_000
SQUARE = 500
"""Side of what is labelled, in pixels."""
BOXES = [(1000, 1500, SQUARE, SQUARE), (7000, 8000, SQUARE, SQUARE)]


def _large(path: Path) -> None:
    """A hundred megapixels: grey in fine stripes, red where the boxes are."""
    stripes = Image.new("L", (SIDE, 8), 90)
    stripes.paste(140, (0, 0, SIDE, 4))
    image = Image.new("L", (SIDE, SIDE))
    for top in range(0, SIDE, 8):
        image.paste(stripes, (0, top))
    image = image.convert("RGB")
    draw = ImageDraw.Draw(image)
    for x, y, w, h in BOXES:
        draw.rectangle((x, y, x + w - 1, y + h - 1), fill=(200, 30, 30))
    image.save(path, quality=85)


def write_deep(folder: Path) -> None:
    """Write two pages of four bands in 16 bits, and a camera's RAW file without a preview."""
    folder.mkdir(parents=True)
    row = np.linspace(0, 1000, 600)
    bands = np.stack([np.tile(row * (band + 1), (400, 1)) for band in range(4)], axis=-1)
    with tifffile.TiffWriter(folder / "bands.tif") as file:
        for page in (bands, bands[:, ::-1]):
            file.write(
                page.astype(np.uint16),
                photometric="minisblack",
                planarconfig="contig",
                metadata=None,
            )
    write_dng(folder / "camera.dng", 1200, 800)


def main() -> None:
    """Write the image and its labels in the folder."""
    folder = Path(sys.argv[1])
    if len(sys.argv) > 2:
        write_deep(folder)
        return
    (folder / "images").mkdir(parents=True)
    (folder / "annotations").mkdir()
    _large(folder / "images" / "field.jpg")
    labels: dict[str, list[Any]] = {
        "images": [{"id": 1, "file_name": "field.jpg", "width": SIDE, "height": SIDE}],
        "categories": [{"id": 1, "name": "barn"}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": 1, "bbox": box, "area": SQUARE**2}
            for number, box in enumerate(BOXES)
        ],
    }
    labels["annotations"].append(
        {
            **{"id": 9, "image_id": 1, "category_id": 1, "area": 1.25e6},
            "bbox": [3000, 3000, 2500, 1000],
            "segmentation": [[3000, 3000, 5500, 3000, 3000, 4000]],
        }
    )
    (folder / "annotations" / "instances.json").write_text(json.dumps(labels))


if __name__ == "__main__":
    main()
