"""The masks in image files, read in a process of bounded memory: `mask_process` decodes them.

A label file comes from anybody, as an image does, and a kilobyte of it may claim pixels, or numbers
of objects, that take gigabytes.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, BinaryIO

import msgspec

from visionlens_jlab.config import default_decode_memory
from visionlens_jlab.core.system.confined_processes import ConfinedEndedError, ConfinedPool
from visionlens_jlab.media.drawing import identity_of, on_disk

SECONDS = 60.0
"""Masks of an image that take longer are given up."""

PROCESSES = ConfinedPool(
    "visionlens_jlab.formats.mask_process",
    count=1,
    megabytes=default_decode_memory(),
    what="masks",
)
"""Of this process: an ingest reads one file after the other."""


class Mask(msgspec.Struct):
    """One object's or class's pixels.

    `box`: x, y, w, h around them; `size`: height and width of the image; `runs`: run lengths.
    """

    name: str | None
    box: tuple[float, float, float, float]
    area: float
    size: tuple[int, int]
    runs: bytes
    semantic: bool = False


class File(msgspec.Struct):
    """A file to read, and device and inode of the one that was checked."""

    path: str
    identity: tuple[int, int]


class VocMasks(msgspec.Struct, tag=True):
    """The masks of classes and of objects of one image, and colours with their classes."""

    by_class: File | None
    by_object: File | None
    labelmap: list[tuple[tuple[int, int, int], str]]


class Segments(msgspec.Struct, tag=True):
    """The segments of one image, by their numbers."""

    file: File
    numbers: list[int]


class SemanticMask(msgspec.Struct, tag=True):
    """The classes of one image, with names by number and by colour."""

    file: File
    numbers: list[tuple[int, str]]
    colors: list[tuple[tuple[int, int, int], str]]


Task = VocMasks | Segments | SemanticMask


class Answer(msgspec.Struct):
    """Masks, or why there are none."""

    masks: list[Mask] = []
    error: str | None = None
    is_spent: bool = False


_ANSWER: Any = msgspec.msgpack.Decoder(Answer)


def file_of(file: BinaryIO, stack: ExitStack) -> File:
    """An open file as the process finds it until `stack` is over."""
    there = stack.enter_context(on_disk(file))
    return File(str(there.name), identity_of(there))


def read(task: Task) -> list[Mask]:
    """The masks of files that stay open meanwhile. Raises ValueError with the reason."""
    with PROCESSES.lease(SECONDS) as confined, confined.ended_after(SECONDS):
        try:
            confined.send(msgspec.msgpack.encode(task))
            answer: Answer = _ANSWER.decode(confined.receive())
        except ConfinedEndedError as error:
            late = f"it takes longer than {SECONDS:g} s"
            much = f"it takes more than the {PROCESSES.megabytes:,} MiB that there are for a mask"
            raise ValueError(late if confined.is_late else much) from error
        confined.is_free = not answer.is_spent
    if answer.error is not None:
        raise ValueError(answer.error)
    return answer.masks
