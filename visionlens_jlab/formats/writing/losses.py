"""What an export could not hold as it is, counted and named."""

from __future__ import annotations

from collections import Counter

from visionlens_jlab.formats.shapes import ExportIssue

LOSSES: dict[str, str] = {
    "ANNOTATION_LEFT_OUT": "Labels of a kind that the format does not have were left out.",
    "ANNOTATION_NOT_IN_VIEW": "Labels of these images that the view does not show were left out.",
    "AREA_LOST": "Areas that the source stated were left out; readers take that of the shape.",
    "ATTRIBUTE_AS_TEXT": "Attributes that are no text were written as text.",
    "ATTRIBUTE_LOST": "Attributes of labels were left out.",
    "BOX_AS_OUTLINE": "Plain boxes were written as polygons: the file holds one shape only.",
    "BOX_LOST": "Boxes beside a shape were left out; readers take the one around the shape.",
    "CLASS_DETAILS_LOST": "Supercategories, or names and skeletons of keypoints, were left out.",
    "CLASS_LOST": "Classes were left out or renamed.",
    "CLASS_MISSING": "Labels without a class were left out.",
    "CONFIDENCE_LOST": "Confidences were left out.",
    "CONFIDENCE_ONE": "Labels without a confidence were written with 1.",
    "CROWD_AS_OBJECT": "Crowds were written like objects.",
    "CROWD_AS_DIFFICULT": "Crowds were written as difficult objects.",
    "CROWD_LEFT_OUT": "Crowds were left out: as plain objects they would be wrong.",
    "EXIF_FIELD": "Camera, time and place are only kept where the image file itself has them.",
    "FIELD_AS_ATTRIBUTE": "Fields of labels were written as attributes.",
    "FIELD_AS_NUMBER": "Fields of yes and no were written as 1 and 0.",
    "FIELD_AS_TEXT": "Times were written as text.",
    "FIELD_LOST": "Fields were left out.",
    "FIELD_RENAMED": "Fields whose name means something else there got another.",
    "FILE_RENAMED": "Images whose name another one has got another name.",
    "FLAG_LOST": "The flags difficult, truncated and occluded were left out.",
    "IMAGE_LEFT_OUT": "Images were left out: class folders need a class of each, files of images "
    "the image itself.",
    "IMAGE_MISSING": "Image files that are not there could not be copied; labels are written.",
    "IMAGE_REFUSED": "Files that are no images by name and content, or lie outside the dataset's "
    "folders, were not copied; labels are written.",
    "IMAGE_ROTATED": "Images are turned by EXIF, and labels mean the upright image: tools that "
    "ignore EXIF misplace them.",
    "IMAGE_WITHOUT_SIZE": "Labels of images of unknown size cannot be fractions; left out.",
    "INSTANCES_MERGED": "Objects of one class in an image became one area.",
    "KEYPOINTS_LOST": "Keypoints were left out; the box is written.",
    "KIND_CHANGED": "Shapes were written as another kind of shape.",
    "MASK_AS_OUTLINE": "Masks were written as the polygon along the edges of their pixels.",
    "NUMBER_ROUNDED": "Numbers were written with 32 bits: boxes differ by less than a thousandth "
    "of a pixel, others from the eighth digit on.",
    "PARTS_JOINED": "Polygons of several parts were joined to one by lines without width.",
    "PIXELS_COVERED": "Labels share pixels in these images: the later one has them.",
    "SECOND_CLASS": "Images of several classes were put with the first.",
    "SHAPE_AS_PIXELS": "Polygons were written as the pixels that they cover.",
    "SHAPE_LOST": "Shapes were left out; the box is written.",
    "SPLIT_LOST": "Splits that the format has no place for were left out.",
    "TAG_LOST": "Tags were left out.",
    "TEXT_AS_VALUE": "Texts that look like numbers, or like nothing, are read as such from CSV.",
    "TEXT_CHANGED": "Names lost characters that the format cannot hold.",
}
"""Code of an export report -> what it means."""

_WHOLE = ("ANNOTATION_LEFT_OUT", "CLASS_MISSING", "CROWD_LEFT_OUT", "IMAGE_WITHOUT_SIZE")
"""Each counts annotations that are not written at all."""
_EXAMPLES = 20
_DISTINCT = 10_000
"""Items that are told apart; what comes later is only counted."""


class Losses:
    """Collects what a writer changes or leaves out."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._items: dict[str, Counter[str]] = {}

    def add(self, code: str, item: str, count: int = 1) -> None:
        """Note `count` things at `item`; `code` is a key of `LOSSES`."""
        self._counts[code] += count
        items = self._items.setdefault(code, Counter())
        if item in items or len(items) < _DISTINCT:
            items[item] += count

    def count(self, code: str) -> int:
        """How many there are of a code."""
        return self._counts[code]

    @property
    def annotations_lost(self) -> int:
        """Annotations that were given to the writer and are not in its files."""
        return sum(self._counts[code] for code in _WHOLE)

    def issues(self) -> list[ExportIssue]:
        """By code; the items with the most counts first."""
        return [
            ExportIssue(
                code=code,
                message=LOSSES[code],
                count=self._counts[code],
                items=dict(self._items[code].most_common(_EXAMPLES)),
            )
            for code in sorted(self._counts)
        ]
