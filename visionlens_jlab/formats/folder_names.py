"""What the names of folders and files say of the layout they belong to."""

from __future__ import annotations

import re

from visionlens_jlab.formats.splits import split_of_folder

IMAGE_WORDS = frozenset({"images", "image", "imgs", "img", "jpegimages"})
LABEL_WORDS = frozenset({"labels", "label", "annotations", "annotation", "txt"})
_LAYOUT = frozenset(
    {*IMAGE_WORDS, "labels", "annotations", "data", "dataset", "masks", "segmentations"}
    | {"groundtruth", "ground_truth", "segmentationclass", "segmentationobject", "trimaps"}
)
_NUMBERED = re.compile(
    r"(images?|imgs?|batch|part|chunk|shard|folder|dir|vol|disk|seq|sequence|scene|video|clip|cam"
    r"|camera|session|run)[-_ ]?\d+"
)
_DATE = re.compile(r"(19|20)\d\d([-_.]?\d\d){1,2}([-_T ].*)?")
_LABEL_NAME = re.compile(
    r"labels?|labeled|labelled|annotations?|annotated|annots?|annos?|instances?|gt|gts|groundtruth"
    r"|bbox|bboxes|boxes|objects?|masks?|keypoints?|landmarks?|polygons?|segmentations?|segm"
    r"|regions?|captions?|coco|voc|cvat|labelme|via|kitti|dota|openimages|createml|labeltxt|categories"
)
_PREDICTION_NAME = re.compile(
    r"predictions?|predicted|preds?|results?|runs|detections?|inference|comp[1-9]|fakebbox\d*"
)
_WORDS = re.compile(r"[^a-z0-9]+")


def is_class_name(name: str) -> bool:
    """Whether a folder may be named by a class: not `images`, `masks`, `train`, `part_3` ..."""
    plain = name.lower()
    if plain in _LAYOUT or split_of_folder(plain):
        return False
    return not (_NUMBERED.fullmatch(plain) or _DATE.fullmatch(plain))


def speaks_of_labels(path: str) -> bool:
    """Whether a file, or a folder that it is in, is named as labels are."""
    return _has_word(path, _LABEL_NAME)


def speaks_of_predictions(path: str) -> bool:
    """Whether a file, or a folder that it is in, is named as a model's results are."""
    return _has_word(path, _PREDICTION_NAME)


def _has_word(path: str, words: re.Pattern[str]) -> bool:
    return any(words.fullmatch(word) for word in _WORDS.split(path.lower()))
