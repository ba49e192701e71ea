"""The built-in formats, registered through the same hook as anybody's; the most specific first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from typing import cast

from visionlens_jlab.core.plugins import API_VERSION, PluginContext, hookimpl
from visionlens_jlab.formats.base import Batch, Format
from visionlens_jlab.formats.coco.format import CocoFormat
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected


class DeferredFormat:
    """Stands for a format of this package: parsers of YAML, XML and masks take time to load.

    Parameters
    ----------
    name, label, description : str
        Those of the format.
    home : str
        `<module>.<class>` in this package.
    *options : str
        Names of the options it takes.
    """

    def __init__(self, name: str, label: str, description: str, home: str, *options: str) -> None:
        self.name = name
        self.label = label
        self.description = description
        self.options = options
        self._home = home

    @cached_property
    def format(self) -> Format:
        """The format itself."""
        module, _, kind = self._home.rpartition(".")
        loaded = import_module(f".{module}", __package__)
        return cast(Format, getattr(loaded, kind)())

    def detect(self, request: Request) -> Detected | None:
        return self.format.detect(request)

    def read(self, request: Request) -> Iterator[Batch]:
        return self.format.read(request)


RECORDS: tuple[tuple[str, ...], ...] = (
    (
        "fiftyone",
        "FiftyOne",
        "FiftyOne's dataset folder: samples.json, metadata.json and data/.",
        "fiftyone.FiftyOneFormat",
        "ground_truth",
    ),
    (
        "cvat",
        "CVAT XML",
        "One XML file for a task: boxes, rotated boxes, polygons, masks, points, tags.",
        "cvat.CvatFormat",
    ),
    (
        "labelme",
        "LabelMe JSON",
        "One JSON file for each image: rectangles, polygons, circles, points.",
        "labelme.LabelMeFormat",
    ),
    (
        "label_studio",
        "Label Studio JSON",
        "Tasks with rectangles, polygons, ellipses, key points, choices.",
        "label_studio.LabelStudioFormat",
    ),
    (
        "via",
        "VIA JSON",
        "Regions of VGG Image Annotator: rectangles, circles, ellipses, polygons, points.",
        "via.ViaFormat",
    ),
    (
        "createml",
        "CreateML JSON",
        "A JSON list of images with boxes by centre and size.",
        "createml.CreateMlFormat",
    ),
    (
        "openimages",
        "OpenImages CSV",
        "CSV files of boxes by fractions, or of labels of images, by image id.",
        "openimages.OpenImagesFormat",
    ),
    (
        "kitti",
        "KITTI text",
        "One text file for each image: boxes with truncation, occlusion and 3D facts.",
        "kitti.KittiFormat",
    ),
    (
        "dota",
        "DOTA text",
        "One text file for each image: oriented boxes by their corners.",
        "dota.DotaFormat",
    ),
)

CONTAINERS = (
    (
        "webdataset",
        "WebDataset",
        "Tar archives of images with .cls, .json or .txt beside each.",
        "webdataset.WebDatasetFormat",
        "boxes",
    ),
    (
        "tfrecord",
        "TFRecord",
        "Records of tf.Example: object detection, or images with labels.",
        "tfrecord.TfRecordFormat",
    ),
    (
        "parquet_images",
        "Parquet with images",
        "Parquet files of Hugging Face datasets, with the images in a column.",
        "parquet.ParquetImagesFormat",
        "boxes",
    ),
)

OF_FOLDERS = (
    (
        "imagefolder",
        "Hugging Face imagefolder",
        "metadata.csv, .jsonl or .parquet beside images: labels, boxes, captions, fields.",
        "label_tables.imagefolder.ImageFolderFormat",
    ),
    (
        "croissant",
        "Croissant",
        "A description in JSON-LD of local tables and images.",
        "label_tables.croissant.CroissantFormat",
    ),
    (
        "tables",
        "Tables of labels",
        "CSV or Parquet files with a row for each box or label, in a folder of images.",
        "label_tables.folder.TablesFormat",
    ),
    (
        "masks",
        "Masks as images",
        "A PNG for each image, in a folder masks or named x_mask.png: classes by value.",
        "masks.format.MasksFormat",
    ),
)
"""Tables and masks in a folder."""

visionlens_api_version = API_VERSION


@hookimpl
def visionlens_formats(context: PluginContext) -> Sequence[Format]:
    """COCO, VOC, YOLO, tables, class folders, plain images."""
    return [
        *(
            DeferredFormat(name, label, description, f"containers.{home}", *options)
            for name, label, description, home, *options in CONTAINERS
        ),
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
        *(
            DeferredFormat(name, label, description, f"records.{home}", *options)
            for name, label, description, home, *options in RECORDS
        ),
        DeferredFormat(
            "yolo",
            "YOLO",
            "One text file for each image: boxes, polygons, oriented boxes or keypoints.",
            "yolo.format.YoloFormat",
            "task",
            "units",
        ),
        *(DeferredFormat(*fields) for fields in OF_FOLDERS),
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
