"""What the names of folders and files say: the layout they belong to, and the split."""

from __future__ import annotations

import re
from functools import lru_cache

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


# Those that the library `datasets` of Hugging Face knows, and `trainval`.
_SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
    "trainval": "trainval",
}
_FOLDER = re.compile(rf"({'|'.join(_SPLIT_WORDS)})([-_]?(dev|images|imgs|set))?[-_]?\d*")


def split_of_folder(name: str) -> str | None:
    """The split a folder stands for: `train2017` -> train, `valid` -> val; else None."""
    match = _FOLDER.fullmatch(name.lower())
    return _SPLIT_WORDS[match.group(1)] if match else None


def split_of_file(stem: str) -> str | None:
    """The split named by a part of a file's stem: `instances_val2017` -> val; else None."""
    for word in re.split(r"[^a-z]+", stem.lower()):
        if word in _SPLIT_WORDS:
            return _SPLIT_WORDS[word]
    return None


def split_of_path(path: str) -> str | None:
    """The split named by the first folder of a path that names one; else None."""
    return _split_of_folders(path.rpartition("/")[0])


@lru_cache(maxsize=4096)
def _split_of_folders(path: str) -> str | None:
    for name in path.split("/"):
        split = split_of_folder(name)
        if split:
            return split
    return None


def ordered(splits: set[str] | list[str]) -> list[str]:
    """Train, val, test first, others by name."""
    usual = ["train", "val", "test"]
    return [s for s in usual if s in splits] + sorted(s for s in set(splits) if s not in usual)
