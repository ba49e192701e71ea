"""The writer of each format that can be exported to."""

from __future__ import annotations

import importlib
from typing import cast

from .writing import Writer

_WRITERS = {
    "coco": "coco_writer:CocoWriter",
    "yolo": "yolo_writer:YoloWriter",
    "voc": "voc_writer:VocWriter",
    "class_folders": "class_folders_writer:ClassFoldersWriter",
}


def writer_of(format_name: str) -> Writer:
    """The writer of a format; KeyError when there is none."""
    module, _, name = _WRITERS[format_name].partition(":")
    return cast(Writer, getattr(importlib.import_module(f"{__package__}.{module}"), name)())
