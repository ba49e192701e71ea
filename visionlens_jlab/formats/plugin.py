"""The built-in formats, registered through the same hook as anybody's; the most specific first."""

from __future__ import annotations

from collections.abc import Sequence

from visionlens_jlab.core.plugins import API_VERSION, PluginContext, hookimpl
from visionlens_jlab.formats.base import Format
from visionlens_jlab.formats.coco.format import CocoFormat
from visionlens_jlab.formats.deferred import DeferredFormat

visionlens_api_version = API_VERSION


@hookimpl
def visionlens_formats(context: PluginContext) -> Sequence[Format]:
    """COCO, VOC, YOLO, tables, class folders, plain images."""
    return [
        DeferredFormat(
            "dataframe",
            "Table",
            "A DataFrame, or a Parquet, Arrow or CSV file that names images.",
            "tables.dataframe.DataFrameFormat",
            "annotations",
        ),
        CocoFormat(),
        DeferredFormat(
            "voc",
            "Pascal VOC",
            "One XML file for each image, with splits in ImageSets/Main.",
            "voc.format.VocFormat",
            "voc_origin",
            "parts",
        ),
        DeferredFormat(
            "yolo",
            "YOLO",
            "One text file for each image: boxes, polygons, oriented boxes or keypoints.",
            "yolo.format.YoloFormat",
            "task",
            "units",
        ),
        DeferredFormat(
            "class_folders",
            "Class folders",
            "One folder for each class, with or without train/val/test folders above.",
            "class_folders.format.ClassFoldersFormat",
        ),
        DeferredFormat(
            "images",
            "Folder of images",
            "Images without labels, in any folders below the one named.",
            "class_folders.images.ImagesFormat",
        ),
    ]
