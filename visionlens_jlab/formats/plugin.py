"""The built-in formats, registered through the same hook as anybody's; the most specific first."""

from __future__ import annotations

from collections.abc import Sequence

from visionlens_jlab.plugins.hookspecs import API_VERSION, PluginContext, hookimpl

from .base import Format
from .class_folders import ClassFoldersFormat
from .coco import CocoFormat
from .dataframe import DataFrameFormat
from .images import ImagesFormat
from .voc import VocFormat
from .yolo import YoloFormat

visionlens_api_version = API_VERSION


@hookimpl
def visionlens_formats(context: PluginContext) -> Sequence[Format]:
    """COCO, VOC, YOLO, tables, class folders, plain images."""
    return [
        DataFrameFormat(),
        CocoFormat(),
        VocFormat(),
        YoloFormat(),
        ClassFoldersFormat(),
        ImagesFormat(),
    ]
