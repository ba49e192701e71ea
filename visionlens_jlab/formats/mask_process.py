"""The main program of the process that reads masks, within the memory it was given."""

from __future__ import annotations

import sys
from typing import BinaryIO

import msgspec
from PIL import Image

from visionlens_jlab.core.system.confined_processes import Bound
from visionlens_jlab.core.system.pipes import read_frame, serve_streams, write_frame
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.coco.segments import read_segments
from visionlens_jlab.formats.mask_reading import Answer, File, Mask, SemanticMask, Task, VocMasks
from visionlens_jlab.formats.masks.reading import read_semantic
from visionlens_jlab.formats.voc.masks import read_masks
from visionlens_jlab.media.drawing import reopened
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.memory import OWN, limit_to


def masks_of(task: Task) -> list[Mask]:
    """Do a task. ValueError, UnreadableImageError, MemoryError, VisionLensError."""
    if isinstance(task, SemanticMask):
        return read_semantic(_opened(task.file), task)
    if not isinstance(task, VocMasks):
        return read_segments(_opened(task.file), task.numbers)
    by_class, by_object = (
        None if file is None else _opened(file) for file in (task.by_class, task.by_object)
    )
    return read_masks(by_class, by_object, dict(task.labelmap))


def _opened(file: File) -> BinaryIO:
    return reopened(file.path, file.identity)


def answer_of(task: Task) -> Answer:
    """The masks, or why there are none."""
    try:
        return Answer(masks_of(task))
    except MemoryError:
        return Answer(error=str(OWN.refused()))
    except VisionLensError as error:
        return Answer(error=error.message)
    except (UnreadableImageError, ValueError) as error:
        return Answer(error=str(error))


def main(megabytes: int) -> None:
    """Serve on the standard streams."""
    Image.init()
    bound = Bound(megabytes)
    limit_to(megabytes, bound.room)
    decoder = msgspec.msgpack.Decoder(Task)

    def serve(calls: BinaryIO, replies: BinaryIO) -> None:
        while (data := read_frame(calls)) is not None:
            answer = answer_of(decoder.decode(data))
            answer.is_spent = bound.is_spent
            write_frame(replies, msgspec.msgpack.encode(answer))
            if answer.is_spent:
                return

    serve_streams(serve, nice=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
