"""The writer of each format that can be exported to."""

from __future__ import annotations

import importlib
from typing import cast

from visionlens_jlab.errors import unknown
from visionlens_jlab.formats.detect import formats
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
    "webdataset": "containers.webdataset_writer:WebDatasetWriter",
    "tfrecord": "containers.tfrecord_writer:TfRecordWriter",
    "parquet_images": "containers.parquet_writer:ParquetImagesWriter",
    "dota": "records.dota:DotaWriter",
    "imagefolder": "label_tables.imagefolder:ImageFolderWriter",
    "masks": "masks.writer:MasksWriter",
    "coco_panoptic": "coco.panoptic_writer:PanopticWriter",
    "lvis": "coco.lvis_writer:LvisWriter",
    "detection_text": "predictions.text_writer:DetectionTextWriter",
    "croissant": "label_tables.croissant:CroissantWriter",
    "csv": "label_tables.writer:CsvWriter",
    "parquet": "label_tables.writer:ParquetWriter",
    "fiftyone": "records.fiftyone_writer:FiftyOneWriter",
}


def writer_of(format_name: str) -> Writer:
    """The writer of a format; FORMAT_UNKNOWN for a plugin's that there is not, or is only read."""
    if format_name not in _WRITERS:
        return _of_plugin(format_name)
    module, _, name = _WRITERS[format_name].partition(":")
    found = importlib.import_module(f"visionlens_jlab.formats.{module}")
    return cast(Writer, getattr(found, name)())


def plugin_formats() -> list[str]:
    """Names of the formats of plugins that can be written; nothing of them is imported."""
    return [form.name for form in formats() if hasattr(form, "writer") and form.writer()]


def _of_plugin(format_name: str) -> Writer:
    for form in formats():
        if form.name == format_name and hasattr(form, "writer") and (writer := form.writer()):
            return cast(Writer, writer)
    raise unknown("FORMAT_UNKNOWN", "format", format_name, dict.fromkeys(plugin_formats()))
