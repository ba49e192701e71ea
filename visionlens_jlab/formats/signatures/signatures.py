"""What a file that is no image of its own seems to hold, told from its first bytes and its name.

Nothing is parsed whole: `HEAD` bytes are read and looked at in time linear in them.
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.folder_names import speaks_of_labels, speaks_of_predictions
from visionlens_jlab.formats.signatures.contents import (
    CROISSANT,
    TABLE_OF_LABELS,
    Content,
    json_content,
    text_content,
)
from visionlens_jlab.formats.tables.columns import IMAGE_COLUMNS
from visionlens_jlab.formats.tables.files import SUFFIXES
from visionlens_jlab.formats.text.decoding import decode_text
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

HEAD = 1 << 16


class Seen(NamedTuple):
    """What a file seems to be, whether it holds labels, and what one may do about it."""

    what: str
    labels: bool
    advice: str = ""


HUGGING_FACE = "Hugging Face metadata"
METADATA_NAMES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
MASK = Seen(
    "a mask",
    True,
    "Lay masks out as images/ and masks/ with equal names, or convert them to COCO JSON.",
)
_RECORDS = {
    "FiftyOne JSON": "fiftyone",
    HUGGING_FACE: "imagefolder",
    CROISSANT: "croissant",
    "CVAT XML": "cvat",
    "LabelMe JSON": "labelme",
    "Label Studio JSON": "label_studio",
    "VIA JSON": "via",
    "CreateML JSON": "createml",
    "OpenImages CSV": "openimages",
    "KITTI text": "kitti",
    "DOTA text": "dota",
}
_DATASETS = "Arrow data of the library datasets"
IMAGES_OF_PLUGINS = ("a DICOM image", "a NIfTI volume")
"""Images that plugins bring in."""
HOLDERS = (
    *("a compressed archive", "compressed TFRecord", "an archive", _DATASETS, "an HDF5 file"),
    *("a NumPy array", "a MATLAB file", "an SQLite database", *IMAGES_OF_PLUGINS),
)
"""Files that may hold images and are not read as they are."""
_CONTAINERS = {
    "a tar archive": "webdataset",
    "TFRecord": "tfrecord",
    "a Parquet table": "parquet_images",
}
_READERS = {
    MASK.what: "masks",
    TABLE_OF_LABELS: "tables",
    "COCO JSON": "coco",
    "Pascal VOC XML": "voc",
    "YOLO text": "yolo",
    **_RECORDS,
    **_CONTAINERS,
}
CONVERT = "Convert it to COCO JSON, Pascal VOC, YOLO or a table (CSV, Parquet)."
_NAME_IT = "Name the file itself as the source to read it."
_ADVICE = {
    **dict.fromkeys(_RECORDS, "Name its folder as the source, or with labels=, to read it."),
    "Supervisely JSON": "Export the project from Supervisely as COCO.",
    "Datumaro JSON": "Convert it with datum convert to coco or voc.",
    "COCO JSON": _NAME_IT,
    "Pascal VOC XML": "Name its folder as the source, or with labels=, to read it.",
    "YOLO text": "Name its folder with labels= to read it.",
    "a Parquet table": _NAME_IT,
    "an Arrow table": _NAME_IT,
    TABLE_OF_LABELS: _NAME_IT,
    "predictions": "Add them with Dataset.add_predictions().",
    "an archive": "Unpack it.",
    _DATASETS: "Write each split as Parquet, which is read with its images: "
    "datasets.load_from_disk(folder).to_parquet(file).",
    "VIA 3 JSON": "Open it in VIA 3 and export it as COCO JSON.",
    "a DICOM image": "A plugin for DICOM reads it: see the guide of plugins.",
    "a NIfTI volume": "A plugin for NIfTI reads it: see the guide of plugins.",
    "a tar archive": "Where it holds images, name it as the source; else unpack it.",
    "a compressed archive": "Undo the compression (gunzip) or unpack it: nothing is found in it "
    "without reading all that comes before.",
    "compressed TFRecord": "Undo the compression (gunzip): nothing is found in it without reading "
    "all that comes before.",
    "TFRecord": "Name the file itself, or its folder, as the source to read it.",
    "an image without an image's suffix": "Give its name the suffix of its format.",
}
_BROKEN = "Open it and check that it is complete."
_DOCUMENTS = frozenset(
    {
        ".md",
        ".rst",
        ".html",
        ".htm",
        ".pdf",
        ".py",
        ".ipynb",
        ".sh",
        ".log",
        ".cfg",
        ".ini",
        ".toml",
    }
    | {".docx", ".doc", ".pptx", ".js", ".ts", ".css", ".c", ".cpp", ".h", ".java", ".m", ".bat"}
    | {".tex", ".bib", ".cff", ".lock", ".svg"}
)
_DOCUMENT_NAME = re.compile(r"(readme|licen[sc]e|copying|notice|changelog|citation|authors)\b.*")
_MAGIC = (
    (b"PAR1", "a Parquet table"),
    (b"ARROW1", "an Arrow table"),
    (b"FEA1", "an Arrow table"),
    (b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    (b"\x1f\x8b", "an archive"),
    (b"PK\x03\x04", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ", "an archive"),
    (b"%PDF", "a document"),
    (b"\xff\xd8\xff", "an image without an image's suffix"),
    (b"\x89PNG", "an image without an image's suffix"),
    (b"GIF8", "an image without an image's suffix"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x80\x02", "a pickle, which is never opened"),
    (b"\x80\x03", "a pickle, which is never opened"),
    (b"\x80\x04", "a pickle, which is never opened"),
    (b"\x80\x05", "a pickle, which is never opened"),
)
_INSIDE = (
    (257, b"ustar", "a tar archive"),
    (128, b"DICM", "a DICOM image"),
    (344, b"n+1\0", "a NIfTI volume"),
    (344, b"ni1\0", "a NIfTI volume"),
)
_BY_MAGIC = {
    "a Parquet table": True,
    "an Arrow table": True,
    "a MATLAB file": True,
    "a document": False,
    "an image without an image's suffix": False,
}
"""Whether such files hold labels, where that is plain."""


def reader_of(seen: Seen) -> str | None:
    """The name of the built-in format that reads such files, given all that belongs to them."""
    return _READERS.get(seen.what)


def advice_for(seen: Seen, path: str) -> str:
    """What one may do about a file that was named itself and is in no format."""
    if is_image(path):
        return "Name the folder that it lies in."
    if path.lower().endswith(SUFFIXES):
        names = ", ".join(IMAGE_COLUMNS)
        return f"Give its columns names in the first line; that of the images is one of {names}."
    return "" if seen.advice == _NAME_IT else seen.advice


def look(source: Source, path: str, *, beside: bool = False) -> Seen:
    """What a file seems to be.

    Parameters
    ----------
    beside : bool
        Whether an image has the file's name, but for the suffix.
    """
    if is_image(path):
        return MASK
    try:
        with source.open(path) as file:
            head = file.read(HEAD)
    except (VisionLensError, OSError) as error:
        reason = error.message if isinstance(error, VisionLensError) else str(error)
        return Seen(f"a file that cannot be opened ({reason[:200]})", _is_placed(path, beside))
    return seen(path, head, beside=beside)


def seen(path: str, head: bytes, *, beside: bool = False) -> Seen:
    """What a file with such a beginning seems to be."""
    suffix = posixpath.splitext(path)[1].lower()
    if suffix in _DOCUMENTS or _DOCUMENT_NAME.fullmatch(posixpath.basename(path).lower()):
        return Seen("a document", labels=False)
    found = _hugging_face(path, head) or _binary(path, suffix, head) or _text(path, suffix, head)
    what, labels = found
    if (
        labels
        and what in ("YOLO text", "COCO JSON", TABLE_OF_LABELS)
        and speaks_of_predictions(path)
    ):
        what, labels = "predictions", False
    if labels is None:
        labels = _is_placed(path, beside)
    advice = _ADVICE.get(what, "")
    if labels and not advice:
        advice = _BROKEN if what.startswith(("empty", "broken")) else CONVERT
    return Seen(what, labels, advice)


def _is_placed(path: str, beside: bool) -> bool:
    """Whether a file's name is that of labels, in whatever form they may be."""
    return (beside or speaks_of_labels(path)) and not speaks_of_predictions(path)


def _hugging_face(path: str, head: bytes) -> Content | None:
    name = posixpath.basename(path).lower()
    parquet = name.endswith(".parquet") and head.startswith(b"PAR1")
    if name in METADATA_NAMES and (parquet or b"file_name" in head[: 1 << 12]):
        return HUGGING_FACE, True
    return None


def _binary(path: str, suffix: str, head: bytes) -> Content | None:
    magic = next((what for magic, what in _MAGIC if head.startswith(magic)), None)
    if magic is not None:
        return _compressed(path) if magic == "an archive" else (magic, _BY_MAGIC.get(magic))
    within = next(
        (what for at, magic, what in _INSIDE if head[at : at + len(magic)] == magic), None
    )
    if within is not None:
        return within, False
    if suffix == ".arrow" and head.startswith(b"\xff\xff\xff\xff"):
        return _DATASETS, True
    if "tfrecord" in suffix or _is_tfrecord(head):
        state = "" if _is_tfrecord(head) else "broken " if head else "empty "
        return f"{state}TFRecord", True
    if suffix == ".mat" and head:
        return "a MATLAB file", True
    texts = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return ("binary data", None) if b"\0" in head[:4096] and not texts else None


_TAR = re.compile(r".*\.(tar\.\w+|t[gbx]z2?)")
_RECORDS_INSIDE = re.compile(r".*(\.tfrec\w*|\.records?|-of-\d+)\.\w+")


def _compressed(path: str) -> Content:
    """What an archive is, by names of files that would be read if they were not compressed."""
    if _RECORDS_INSIDE.fullmatch(path.lower()):
        return "compressed TFRecord", True
    return "a compressed archive" if _TAR.fullmatch(path.lower()) else "an archive", False


def _text(path: str, suffix: str, head: bytes) -> Content:
    text = decode_text(head).lstrip("\ufeff \t\r\n\0")
    if not text:
        return "empty", None
    if suffix == ".pbtxt":
        return "a label map", False
    if text[0] == "<":
        return _xml(text)
    whole = len(head) < HEAD
    if text[0] in "{[" or suffix in (".json", ".jsonl", ".ndjson", ".geojson"):
        found = json_content(text, whole=whole)
        if found is not None:
            return found
        if suffix in (".json", ".jsonl", ".ndjson", ".geojson"):
            return "broken JSON", None
    return text_content(posixpath.basename(path).lower(), suffix, text)


_ROOT = re.compile(r"<([A-Za-z_][\w:.-]{0,60})[\s>/]")
_XML_KINDS = (
    ("annotations", re.compile(r"<(?:image|track|meta|version|task)\b")),
    ("annotation", re.compile(r"<(?:\w{1,20}:)?(?:object|filename|folder|size)\b", re.IGNORECASE)),
    ("dataset", re.compile(r"<image\b")),
    *((name, None) for name in ("tagset", "pcgts", "alto", "kml", "html", "svg")),
)
_XML_NAMES: dict[str, Content] = {
    "annotations": ("CVAT XML", True),
    "annotation": ("Pascal VOC XML", True),
    "dataset": ("dlib XML", True),
    "tagset": ("ICDAR XML", True),
    "pcgts": ("PAGE XML", True),
    "alto": ("ALTO XML", True),
    "kml": ("KML", True),
    "html": ("a document", False),
    "svg": ("a document", False),
}
_LABEL_TAG = re.compile(
    r"<(?:\w{1,20}:)?(bndbox|bbox|box|object|polygon|label|annotation|xmin|region|boundingbox"
    r"|taggedrectangles?|coords|target)\b",
    re.IGNORECASE,
)


def _xml(text: str) -> Content:
    root = _ROOT.search(text)
    name = root.group(1).rpartition(":")[2].lower() if root else ""
    for kind, marks in _XML_KINDS:
        if name == kind and (marks is None or marks.search(text)):
            return _XML_NAMES[kind]
    if not name:
        return "broken XML", None
    return ("XML that speaks of labels", True) if _LABEL_TAG.search(text) else ("XML", None)


def _is_tfrecord(head: bytes) -> bool:
    """Whether the masked CRC of the first record's length is right."""
    if len(head) < 12:
        return False
    stated = int.from_bytes(head[8:12], "little")
    crc = _crc32c(head[:8])
    return stated == (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
