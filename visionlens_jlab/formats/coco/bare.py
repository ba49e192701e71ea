"""Annotations of a COCO file that lack what they should have: their category, or any shape."""

from __future__ import annotations

from visionlens_jlab.formats.base import AnnotationRows, Issue
from visionlens_jlab.formats.text.decoding import some


class BareAnnotations:
    """Notes them for one item each in the report, however many a file holds.

    Parameters
    ----------
    file : str
        Name of the label file.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._shaped = False
        self._unnamed: list[str] = []
        self._shapeless: list[str] = []

    def add(self, rows: AnnotationRows) -> None:
        """Note the annotations of a block; captions need neither category nor shape."""
        if None not in rows.classes and "classification" not in rows.kinds:
            self._shaped = True
            return
        attributes = rows.attributes or [None] * len(rows.kinds)
        for index, (name, kind) in enumerate(zip(rows.classes, rows.kinds, strict=True)):
            bare = kind == "classification"
            self._shaped |= not bare
            told = attributes[index] or ""
            if '"caption"' in told:
                continue
            if name is None and '"category_id"' not in told:  # what cannot be read is told apart
                self._unnamed.append(rows.name(index))
            if bare:
                self._shapeless.append(rows.name(index))

    def issues(self) -> list[Issue]:
        """An item for those without category, and one for those without shape among others."""
        told = []
        if self._unnamed:
            message = f"{len(self._unnamed)} annotations state no category; kept without class: "
            told.append(("CLASS_MISSING", message + some(self._unnamed)))
        if self._shapeless and self._shaped:
            message = f"{len(self._shapeless)} annotations have neither box nor shape, others do; "
            message += "kept as labels of the whole image: "
            told.append(("SHAPE_MISSING", message + some(self._shapeless)))
        return [Issue(code, "kept", "other", self._file, f"{text}.") for code, text in told]
