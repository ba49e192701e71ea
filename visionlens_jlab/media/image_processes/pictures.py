"""Pictures for a model to look at: whole images or objects cut out, as JPEG."""

from __future__ import annotations

import io
from typing import NamedTuple

from PIL import Image

from visionlens_jlab.media.decode import flattened
from visionlens_jlab.media.image_processes.preparing import read_parts
from visionlens_jlab.media.image_processes.tasks import CRASHED, PicturesResult, PicturesTask
from visionlens_jlab.media.sources import Source

_QUALITY = 92


class Picture(NamedTuple):
    """Makes a JPEG whose longer side has at most `side` pixels."""

    side: int

    def decoded_side(self, width: int, height: int) -> int:
        return min(self.side, max(width, height))

    def apply(self, image: Image.Image) -> bytes:
        flat = flattened(image).convert("RGB")
        flat.thumbnail((self.side, self.side), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        flat.save(file, "JPEG", quality=_QUALITY)
        return file.getvalue()


def read_pictures(task: PicturesTask, source: Source) -> PicturesResult:
    """Make the pictures of a task; what cannot be shown is left out, with an error."""
    result, maker = PicturesResult(), Picture(task.side)
    for index, path in enumerate(task.paths):
        boxes = task.parts[index]
        found: list[bytes | str] = [CRASHED] * max(1, len(boxes))
        if index not in task.skip:
            found = read_parts(source, path, boxes, task.sizes[index], maker)[1]
        for part in found:
            failed = isinstance(part, str)
            result.pictures.append(b"" if isinstance(part, str) else part)
            result.errors.append(str(part) if failed else None)
    return result
