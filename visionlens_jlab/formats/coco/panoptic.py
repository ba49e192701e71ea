"""Panoptic COCO files: the segments of an image lie in one PNG, in colours that are their ids.

An annotation with `segments_info` becomes one annotation for each segment, with its mask. The PNG
files lie in the folder named like the JSON file, or beside it.
"""

from __future__ import annotations

import posixpath
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.listing import is_file, is_folder
from visionlens_jlab.formats.mask_images import MASK_FORMATS
from visionlens_jlab.formats.request import Request


class PanopticMasks:
    """Turns blocks of panoptic annotations into blocks of annotations with masks.

    Parameters
    ----------
    request : Request
    path : str
        The JSON file.
    """

    def __init__(self, request: Request, path: str) -> None:
        self._request = request
        self._source = request.label_source
        self._path = path
        self._stem = posixpath.splitext(path)[0]
        self.files = 0
        """PNG files that were read."""

    @property
    def folder(self) -> str | None:
        """The folder of PNG files named like the JSON file; None: there is none."""
        return self._stem if is_folder(self._source, self._stem) else None

    def expand(self, block: bytes) -> tuple[bytes, list[Issue]]:
        """A block in which each segment is an annotation, and what is odd about the PNG files."""
        if b'"segments_info"' not in block:
            return block, []
        issues: list[Issue] = []
        expanded: list[Any] = []
        for element in msgspec.json.decode(block):
            segments = element.get("segments_info") if isinstance(element, dict) else None
            if isinstance(segments, list):
                expanded += self._segments(element, segments, issues)
            else:
                expanded.append(element)
        return msgspec.json.encode(expanded), issues

    def _segments(
        self, element: dict[str, Any], segments: list[Any], issues: list[Issue]
    ) -> list[Any]:
        name = element.get("file_name")
        try:
            pixels = self._read(name)
        except (VisionLensError, OSError, ValueError, SyntaxError) as error:
            pixels = None
            message = f"It cannot be read: {error}; the boxes of {len(segments)} segments are kept."
            item = f"{self._path}: {name}"
            issues.append(Issue("SEGMENTS_MISSING", "kept", "other", item, message))
        image = element.get("image_id")
        made: list[Any] = []
        absent: list[Any] = []
        for segment in segments:
            if not isinstance(segment, dict):
                made.append(segment)
                continue
            number = segment.get("id")
            one = {**segment, "image_id": image, "id": f"{image}/{number}"}
            if pixels is not None:
                mask = pixels == number if type(number) is int else np.zeros(0, bool)
                if mask.any():
                    one["segmentation"] = msgspec.Raw(rle.to_json(rle.from_pixels(mask)))
                else:
                    absent.append(number)
            made.append(one)
        if absent:
            message = f"It has no pixel of the segments {', '.join(map(str, absent[:10]))}; their "
            message += "boxes are kept."
            item = f"{self._path}: {name}"
            issues.append(Issue("SEGMENTS_MISSING", "kept", "other", item, message))
        return made

    def _read(self, name: Any) -> np.ndarray:
        """The id of each pixel's segment. Raises ValueError, OSError, VisionLensError."""
        if not isinstance(name, str) or not name:
            raise ValueError("no file is named")
        for folder in (self._stem, posixpath.dirname(self._path)):
            path = posixpath.normpath(posixpath.join(folder, name))
            if is_file(self._source, path):
                break
        else:
            raise ValueError("it is not there")
        with self._source.open(path) as file, Image.open(file, formats=MASK_FORMATS) as image:
            if image.width * image.height > rle.MAX_PIXELS:
                raise ValueError(f"{image.width} x {image.height} pixels are too many")
            colors = np.asarray(image.convert("RGB"))
        self.files += 1
        self._request.note_read(self._source, path)
        numbers = colors[:, :, 2].astype(np.int64)  # no copy of all three in so many bytes
        for channel in (1, 0):
            numbers <<= 8
            numbers |= colors[:, :, channel]
        return numbers
