"""What a JSON or text file seems to hold, told from its beginning."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from visionlens_jlab.media.headers import is_image

Content = tuple[str, bool | None]
"""What it is, and whether it holds labels; None: only its name can tell."""

_MEMBER = re.compile(r'"((?:[^"\\\n]|\\.){1,60})"\s{0,20}:')
_DEEP = 200
"""So many brackets in a row are no data."""


class _Kind(NamedTuple):
    what: str
    all_of: frozenset[str]
    any_of: frozenset[str] = frozenset()
    labels: bool = True


def _kind(what: str, all_of: str, any_of: str = "", *, labels: bool = True) -> _Kind:
    return _Kind(what, frozenset(all_of.split()), frozenset(any_of.split()), labels)


_KINDS = (
    _kind("Croissant JSON-LD", "@context recordSet distribution"),
    _kind("Croissant JSON-LD", "@context conformsTo distribution"),
    _kind("FiftyOne JSON", "samples filepath"),
    _kind(
        "FiftyOne's description of a dataset",
        "media_type",
        "sample_fields default_classes default_mask_targets default_skeleton",
        labels=False,
    ),
    _kind("VIA 3 JSON", "project config attribute file", "vid fid_list aname data_format_version"),
    _kind("predictions", "image_id category_id score", labels=False),
    _kind("figures of an evaluation", "", "AP AP50 AP75 mAP mAP50", labels=False),
    _kind("VIA JSON", "regions filename", "shape_attributes region_attributes file_attributes"),
    _kind("VIA JSON", "", "_via_settings _via_img_metadata shape_attributes"),
    _kind("LabelMe JSON", "shapes", "imagePath imageData points flags imageHeight"),
    _kind("LabelMe JSON", "imagePath imageData"),
    _kind("Cityscapes JSON", "imgHeight imgWidth objects"),
    _kind("Supervisely JSON", "objects size", "classTitle geometryType classId tags"),
    _kind("Supervisely JSON", "classes", "projectType tags", labels=True),
    _kind("Label Studio JSON", "", "from_name to_name rectanglelabels polygonlabels brushlabels"),
    _kind("Datumaro JSON", "categories items"),
    _kind("Datumaro JSON", "dm_format_version"),
    _kind("CreateML JSON", "annotations", "imagefilename coordinates"),
    _kind("CreateML JSON", "coordinates label"),
    _kind("BDD100K JSON", "labels", "box2d poly2d scalabel"),
    _kind("VoTT JSON", "asset regions"),
    _kind("VoTT JSON", "assets", "visitedFrames sourceConnection"),
    _kind("Labelbox JSON", "", "data_row Labeled\\ Data"),
    _kind("SageMaker manifest", "source-ref"),
    _kind("AutoML JSON lines", "", "imageGcsUri boundingBoxAnnotations classificationAnnotation"),
    _kind("FiftyOne JSON", "", "_cls _media_type"),
    _kind("Darwin JSON", "annotations item", "bounding_box slots version"),
    _kind("nuScenes JSON", "token", "sample_token sample_annotation_token category_token"),
    _kind("COCO JSON", "images", "annotations categories"),
    _kind("COCO JSON", "annotations", "image_id category_id segments_info"),
    _kind("COCO JSON", "categories", "supercategory"),
    _kind("GeoJSON", "features geometry"),
)
_LABEL_WORDS = frozenset(
    (
        "bbox", "bboxes", "box", "boxes", "bounding_box", "bounding_boxes", "boundingbox",
        "boundingboxes", "box2d", "polygon", "polygons", "segmentation", "label", "labels",
        "annotation", "annotations", "objects", "keypoints", "mask", "masks", "shapes",
        "regions", "xmin", "x_min", "category", "categories", "class", "classes", "class_id",
        "category_id", "landmarks", "points", "caption", "captions",
    )
)  # fmt: skip


def json_content(text: str, *, whole: bool) -> Content | None:
    """What the beginning of a JSON text is that of; None: of no JSON at all.

    Parameters
    ----------
    whole : bool
        Whether the beginning is all there is.
    """
    if re.match(rf'(?:[\[{{]\s*){{{_DEEP}}}|(?:\{{\s*"[^"\\]{{0,20}}"\s*:\s*){{{_DEEP}}}', text):
        return "JSON that is nested too deeply", None
    members = set(_MEMBER.findall(text))
    lines = text.split("\n", 2)
    several = len(lines) > 1 and lines[0].rstrip().endswith("}") and lines[1].startswith("{")
    if whole and not several:
        broken = _reason(text)
        if broken is not None:
            return broken, (True if members & _LABEL_WORDS else None)
    for kind in _KINDS:
        if kind.all_of <= members and (not kind.any_of or kind.any_of & members):
            return kind.what, kind.labels
    form = "JSON lines" if several else "JSON"
    if {name.lower() for name in members} & _LABEL_WORDS:
        return f"{form} that speaks of labels", True
    if text[0] not in "{[":
        return None
    return form, (False if whole and not several else None)


def _reason(text: str) -> str | None:
    """What is wrong with a short text; None: nothing."""
    try:
        content = json.loads(text)
    except ValueError:
        return "broken JSON"
    except RecursionError:
        return "JSON that is nested too deeply"
    return "empty JSON" if content in ([], {}, None, "") else None


PREDICTIONS = "predictions"
TABLE_OF_LABELS = "a table of labels"
CROISSANT = "Croissant JSON-LD"
ONE_HOT = "_classes.csv"
"""Roboflow's name of a table with a column for each class."""
_PEEKED = 20
_LONGEST = 4000
_IMAGE_COLUMNS = frozenset(
    (
        "path", "uri", "image_path", "file_name", "filename", "image", "file", "imageid",
        "image_id", "img", "img_name", "image_name", "name", "id", "#filename",
        "imageid_classid", "frame", "url",
    )
)  # fmt: skip
_LABEL_COLUMNS = frozenset(
    (
        "xmin", "x_min", "xmax", "bbox", "bounding_box", "box", "label", "labels", "labelname",
        "class", "class_name", "classname", "category", "category_id", "class_id",
        "label_name", "predictionstring", "encodedpixels", "rle", "segmentation",
        "region_shape_attributes", "region_attributes", "polygon", "target", "width_height",
        "x1", "bbox_x", "annotation", "annotations", "caption", "keypoints", "sub-class",
        "imageid_classid", "points", "shape", "name_of_class",
    )
)  # fmt: skip
_YOLO_KEYS = re.compile(r"^(names|nc|train|val|test|path|task)\s*[:=]", re.MULTILINE)
_LISTS = re.compile(
    r"(train|val|valid|test|trainval|classes|names|obj|predefined_classes|labelmap|labels)"
    r"(\.txt|\.names)?"
)
_WORDS = re.compile(r"[\s,;]+")


def text_content(name: str, suffix: str, text: str) -> Content:
    """What a text is, with its file's name (in small letters) and suffix."""
    lines = [line.strip()[:_LONGEST] for line in text.splitlines()[: _PEEKED * 2]]
    lines = [line for line in lines if line and not line.startswith("#")][:_PEEKED]
    if suffix in (".yaml", ".yml", ".data", ".names"):
        return ("a YOLO dataset file", False) if _YOLO_KEYS.search(text) else ("YAML", None)
    if lines and (found := _table(lines[0], name)):
        return found
    rows = [[word for word in _WORDS.split(line) if word] for line in lines]
    found = _rows([row for row in rows if row], lines)
    if found:
        return found
    if rows and all(len(row) == 1 and is_image(row[0]) for row in rows if row):
        return "a list of images", False
    if _LISTS.fullmatch(name):
        return "a list of names", False
    return ("a table", None) if suffix in (".csv", ".tsv") else ("text", None)


def _table(header: str, name: str) -> Content | None:
    """A table by its header, in a file of a name."""
    if name == ONE_HOT:
        of_masks = "pixel" in header.lower()
        return ("a list of names", False) if of_masks else (TABLE_OF_LABELS, True)
    separators = {sep: header.count(sep) for sep in "\t;,"}
    separator = max(separators, key=lambda sep: separators[sep])
    if not separators[separator]:
        return None
    columns = {word.strip().strip("\"'").lower() for word in header.split(separator)}
    if {"imageid", "labelname"} <= columns:
        return "OpenImages CSV", True
    if columns & {"region_shape_attributes", "file_attributes"}:
        return "VIA CSV", True
    if columns & _IMAGE_COLUMNS and columns & _LABEL_COLUMNS:
        return TABLE_OF_LABELS, True
    return None


def _rows(rows: list[list[str]], lines: list[str]) -> Content | None:
    """Known forms of rows; the first that fits one of them counts."""
    if any(line.lower().startswith(("imagesource:", "gsd:")) for line in lines[:2]):
        return "DOTA text", True
    if any(map(_is_matrix, rows)) and all(row[0].endswith(":") for row in rows):
        return "a camera calibration", False
    if len(rows) > 2 and is_image(rows[0][0]) and len(rows[0]) == 1 and rows[1][0].isdigit():
        return "WIDER FACE text", True
    known = (_row(row, commas="," in line) for row, line in zip(rows, lines, strict=False))
    what = next(filter(None, known), None)
    return None if what is None else (what, what != PREDICTIONS)


def _is_matrix(row: list[str]) -> bool:
    """Whether a line is a matrix with its name, as in KITTI's `P0: 721.5 0 609.6 ...`."""
    return len(row) - 1 in (9, 12) and row[0].endswith(":") and all(map(_is_number, row[1:]))


def _row(row: list[str], *, commas: bool) -> str | None:
    numbers = sum(map(_is_number, row))
    if numbers == len(row):
        return _numbers(row, commas=commas) if len(row) >= 5 else None
    if len(row) == 6 and numbers == 5 and not commas and re.fullmatch(r"[01]\.\d+", row[1]):
        return PREDICTIONS
    if len(row) in (15, 16) and not _is_number(row[0]) and numbers == len(row) - 1:
        return "KITTI text"
    if len(row) >= 9 and all(map(_is_number, row[:8])):
        return "ICDAR text" if commas else "DOTA text"
    return "lines of an image's name and its labels" if is_image(row[0]) and row[1:] else None


def _numbers(row: list[str], *, commas: bool) -> str:
    if is_yolo(row):
        return "YOLO text"
    if commas and 6 <= len(row) <= 10:
        return "MOT or VisDrone text"
    return "rows of numbers, boxes perhaps"


def is_row_of_numbers(words: Sequence[str]) -> bool:
    """Whether words may be a class number and a box."""
    return len(words) >= 5 and all(map(_is_number, words))


def is_yolo(words: Sequence[str]) -> bool:
    """Whether words are a class number and fractions of an image."""
    if not is_row_of_numbers(words):
        return False
    first, *box = map(float, words[:5])
    return first.is_integer() and first >= 0 and not any(v < -0.5 or v > 1.5 for v in box)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
