"""The writer of each format that can be exported to."""

from __future__ import annotations

import importlib
from typing import cast

from visionlens_jlab.formats.writing.writer import Writer

_WRITERS = {
    "coco": "coco.writer:CocoWriter",
    "yolo": "yolo.writer:YoloWriter",
    "voc": "voc.writer:VocWriter",
    "class_folders": "class_folders.writer:ClassFoldersWriter",
    "cvat": "records.cvat_writer:CvatWriter",
    "labelme": "records.labelme:LabelMeWriter",
    "label_studio": "records.label_studio:LabelStudioWriter",
    "via": "records.via:ViaWriter",
    "createml": "records.createml:CreateMlWriter",
    "openimages": "records.openimages:OpenImagesWriter",
    "kitti": "records.kitti:KittiWriter",
    "dota": "records.dota:DotaWriter",
    "fiftyone": "records.fiftyone_writer:FiftyOneWriter",
}


def writer_of(format_name: str) -> Writer:
    """The writer of a format; KeyError when there is none."""
    module, _, name = _WRITERS[format_name].partition(":")
    found = importlib.import_module(f"visionlens_jlab.formats.{module}")
    return cast(Writer, getattr(found, name)())
