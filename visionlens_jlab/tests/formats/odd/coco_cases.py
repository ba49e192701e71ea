"""Odd COCO files."""

from __future__ import annotations

from pathlib import Path

from ..writers import coco, coco_box, coco_image, write_coco, write_image, write_json
from .cases import Cases

CASES = Cases("coco", format="coco")


@CASES.add("windows separators", images=1, annotations=1, boxes=[(1.5, 2, 3, 4)])
def _(folder: Path) -> None:
    write_image(folder / "images" / "a" / "1.png")
    images = [coco_image(1, file_name="a\\1.png")]
    write_json(folder / "labels.json", coco(images, [coco_box(1, 1, [1.5, 2, 3, 4])]))


@CASES.add("no images but one", images=1, annotations=1)
def _(folder: Path) -> None:
    write_coco(folder, 1, [coco_box(1, 1, [1, 2, 3, 4])])
