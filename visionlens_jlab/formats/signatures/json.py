"""What a JSON file seems to hold, told from the members named at its beginning."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

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
