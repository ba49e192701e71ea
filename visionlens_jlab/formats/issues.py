"""The codes an ingest report may hold, and what each means.

For each kind found = imported + skipped, where skipped is the number of items whose action is
`skipped`. `repaired` and `kept` items are imported. An image is *named* by a label file (a COCO
image entry, a VOC or YOLO label file, a row of a table): such an image is kept, with its
annotations, even when its file is missing or cannot be read. An image that is only a file is
skipped when it cannot be read at all. The annotations in a label file without image are read,
counted and listed as skipped, one by one. Every file of the folder is accounted for: images and
files that look like labels count as found even where nothing reads them; other files are named by
kind, several in one item.

`python -m visionlens_jlab.formats.issues > docs/report-codes.md` writes the page that lists them.
"""

from __future__ import annotations

import sys

from visionlens_jlab.formats.writing.losses import LOSSES

ISSUES: dict[str, str] = {
    "ANNOTATION_INVALID": "An annotation has no usable geometry or values; skipped.",
    "ANNOTATION_WITHOUT_IMAGE": "An annotation refers to an image that is not there; skipped.",
    "BOX_COLUMNS": "Columns of a table look like a box, but are not four or not in pixels; kept.",
    "BOX_EMPTY": "A box has no width or no height; kept.",
    "BOX_INVERTED": "A box's corners stood in the wrong order; repaired.",
    "BOX_OUTSIDE": "A box reaches more than one pixel outside the image; kept.",
    "BOX_WITHOUT_SIZE": "A box is in fractions of an image whose size is unknown; skipped.",
    "CLASS_COLUMN": "No column of a Parquet file is called as classes usually are; that with the "
    "most was taken.",
    "CLASS_DUPLICATE": "Two classes have one name; they became one.",
    "CLASS_MISSING": "An annotation states no class; kept without one.",
    "CLASS_UNKNOWN": "An annotation's class is not in the list; its number became its name.",
    "CLASS_UNNAMED": "A class has no name; its number became its name.",
    "CLASSES_SHIFTED": "No result has the dataset's first class, number 0; the numbers may begin "
    "at 1. They were read as the dataset's.",
    "CONFIG_INVALID": "A dataset file (data.yaml, obj.data) is broken or refused; read without it.",
    "CONFIDENCE_MISSING": "Predictions state no confidence; 1 was taken.",
    "CONFIDENCE_RANGE": "Predictions have a confidence outside 0 to 1; kept.",
    "COUNT_MISMATCH": "A format lost count; please report it.",
    "DUPLICATE_ID": "An id occurs twice; the later one is kept, references mean the first.",
    "DUPLICATE_IMAGE": "An image is listed twice; it is one sample.",
    "ENCODING_REPAIRED": "A label file is not in UTF-8; read in the encoding it must have.",
    "EXIF_INVALID": "The EXIF data of an image is broken; what can be read of it is used.",
    "FIELD_RENAMED": "A field has the name of a built-in one; it got another.",
    "FIELD_UNREAD": "A field, or part, of a label file is of a kind that cannot be held; left out.",
    "FIELDS_UPDATED": "What labels or EXIF say of an image known from before has changed; the new "
    "values were taken over.",
    "FILE_REFUSED": "A link, or a name in a table, leads nowhere or outside the folders that may "
    "be read, or a name is not in UTF-8.",
    "FILES_UNUSED": "Files that are neither images nor labels, or predictions, were not read.",
    "IMAGE_AMBIGUOUS": "An image that labels name may be one of several files, and nothing tells "
    "which; kept without pixels.",
    "IMAGE_CHANGED": "The file of an image known from before has changed; it was read again "
    "under the same id (with labels only: kept as it was).",
    "IMAGE_COLUMNS": "Several columns of a Parquet file hold images, or masks; each is a sample, "
    "those of a row in one group.",
    "IMAGE_ENTRY_INVALID": "An entry of a list of images lacks its id or file name; skipped.",
    "IMAGE_MISSING": "A label file names an image that is not there; kept without pixels.",
    "IMAGE_PATH_REPAIRED": "An image was found by its name, not under the path given.",
    "IMAGE_TRUNCATED": "An image file is damaged; the readable part is shown.",
    "IMAGE_UNREADABLE": "An image cannot be decoded.",
    "IMAGE_UNLISTED": "An image belongs to no split and no label file speaks of it; left out.",
    "IMAGE_VANISHED": "An image known from before is no longer there; kept.",
    "IMAGE_WITHOUT_LABELS": "No label file speaks of an image; kept.",
    "LABELS_UNREAD": "A file that looks like labels is in no format that is read here, or in "
    "another than the one taken; skipped.",
    "LABELS_UPDATED": "The labels of an image known from before have changed at their source; they "
    "replace the ones imported then.",
    "LABELS_VANISHED": "An image known from before had labels, and there is no label file at all "
    "any more; the labels imported before stay.",
    "LABEL_AMBIGUOUS": "A label file may describe several images of one name, and nothing in it "
    "tells which; skipped.",
    "LABEL_FILE_INVALID": "A label file cannot be parsed; skipped.",
    "LABEL_FILE_REPAIRED": "A label file is not written as it should be; read after a repair.",
    "LABEL_FILE_SHARED": "Two images have one label file; both have its labels.",
    "LABEL_FILE_UNUSED": "A label file was not read because another one replaces it.",
    "LABEL_LINE_EXTRA": "A line has columns that mean nothing known; left out.",
    "LABEL_LINE_INVALID": "A line of a label file cannot be parsed; skipped.",
    "LABEL_WITHOUT_IMAGE": "A label file has no image; skipped.",
    "MASK_NOT_ROTATED": "A mask could not be rotated with its image (EXIF); kept as it is.",
    "MASK_SIZE": "A mask has another size than its image; kept.",
    "MEMBERS_UNUSED": "Members of an archive, features of records or columns of a table are not "
    "read; left out.",
    "ORIENTATION_AMBIGUOUS": "It cannot be told whether labels mean the image before or after "
    "EXIF rotation; taken as after.",
    "ORIENTATION_REPAIRED": "Labels meant the image before EXIF rotation; rotated with it.",
    "PREDICTIONS_AMBIGUOUS": "Predictions name an image that several of the dataset's may be; "
    "skipped.",
    "PREDICTIONS_WITHOUT_IMAGE": "Predictions name an image that the dataset does not have; "
    "skipped.",
    "PROBABILITIES_SUM": "The probabilities of an image do not sum to 1; kept.",
    "RECORD_INVALID": "A member of an archive, a record of a TFRecord file or a row of a Parquet "
    "file holds no image that can be read; skipped.",
    "RUN_FOUND": "Predictions stand among the labels; they become a run of that name.",
    "SECTION_REPEATED": "A COCO file has one of its lists twice; only the first is read.",
    "SEGMENTS_MISSING": "The PNG file of a panoptic image, or a segment in it, cannot be read; its "
    "boxes are kept.",
    "SHARD_BROKEN": "An archive, TFRecord or Parquet file breaks off; what came before is kept.",
    "SHARD_EMPTY": "An archive, TFRecord or Parquet file holds no image.",
    "SHAPE_INVALID": "A polygon, mask, keypoints or box cannot be used; the rest is kept.",
    "SHAPE_MISSING": "Annotations have neither box nor shape where others of the file do; kept as "
    "labels of the whole image.",
    "SHAPE_REPAIRED": "A polygon, mask or keypoints were not well formed; repaired.",
    "SIZE_MISMATCH": "The label file states another size than the image has; the image's is kept.",
    "SPLIT_ENTRY_MISSING": "A list of a split names an image that is not there.",
    "SPLIT_MISSING": "A split names a folder or file that is not there.",
    "VALUE_INVALID": "A value could not be read as what its field holds; left empty.",
    "VALUE_REPAIRED": "A value was written in an unusual way; read as what it must mean.",
}


def document() -> str:
    """The page `docs/report-codes.md`."""
    return (
        "# Codes of import reports\n\n"
        "Each item of a report has a code, what was done (kept, repaired or skipped), the item it\n"
        "is about and a sentence that says what was found.\n\n"
        f"{_table(ISSUES)}\n\n"
        "## Codes of export reports\n\n"
        "What a format cannot hold as it is: the report of an export counts it and names some.\n\n"
        f"{_table(LOSSES)}\n"
    )


def _table(codes: dict[str, str]) -> str:
    rows = [(f"`{code}`", meaning) for code, meaning in codes.items()]
    widths = [max(len(row[column]) for row in [("Code", "Meaning"), *rows]) for column in (0, 1)]
    lines = [("Code", "Meaning"), ("-" * widths[0], "-" * widths[1]), *rows]
    return "\n".join(f"| {a.ljust(widths[0])} | {b.ljust(widths[1])} |" for a, b in lines)


if __name__ == "__main__":
    sys.stdout.write(document())
