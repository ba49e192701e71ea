"""Writes small images and label files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

ORIENTATION = 0x0112


def write_image(
    path: Path, size: tuple[int, int] = (40, 30), color: Any = "navy", orientation: int = 1
) -> Path:
    """An image of one colour; the format follows the suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.new("RGB", size, color).save(path, exif=exif if orientation > 1 else b"")
    return path


def write_json(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def coco(images: list[dict[str, Any]], annotations: list[dict[str, Any]]) -> dict[str, Any]:
    """A COCO object with the categories car (1) and dog (18)."""
    return {
        "info": {"description": "made by a test"},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": [
            {"id": 1, "name": "car", "supercategory": "vehicle"},
            {"id": 18, "name": "dog", "supercategory": "animal"},
        ],
    }


def coco_image(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "file_name": f"{number}.png", "width": 40, "height": 30, **more}


def coco_box(number: int, image: int, box: list[float], **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": image, "category_id": 1, "bbox": box, "iscrowd": 0, **more}


def write_coco(folder: Path, images: int, annotations: list[dict[str, Any]]) -> Path:
    """`images/` with numbered images and `annotations/instances.json`."""
    for number in range(1, images + 1):
        write_image(folder / "images" / f"{number}.png")
    listed = [coco_image(number) for number in range(1, images + 1)]
    write_json(folder / "annotations" / "instances.json", coco(listed, annotations))
    return folder


def voc_xml(
    filename: str, objects: str = "", size: tuple[int, int] | None = (40, 30), extra: str = ""
) -> str:
    stated = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>" if size else ""
    return f"<annotation>{extra}<filename>{filename}</filename>{stated}{objects}</annotation>"


def voc_object(name: str, box: tuple[Any, Any, Any, Any], more: str = "") -> str:
    xmin, ymin, xmax, ymax = box
    return (
        f"<object><name>{name}</name>{more}<bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin>"
        f"<xmax>{xmax}</xmax><ymax>{ymax}</ymax></bndbox></object>"
    )


def write_text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path
