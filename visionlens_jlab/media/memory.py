"""The memory that one image may take in this process: what takes more is refused beforehand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from visionlens_jlab.media.headers import UnreadableImageError

ADVICE = (
    "save it smaller or as JPEG, or raise VisionLens.decode_memory_mb ($VISIONLENS_DECODE_MEMORY)"
)


class TooLargeImageError(UnreadableImageError):
    """There is not the memory for it; the text also says what to do.

    Attributes
    ----------
    why : str
        The text without that.
    """

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; {ADVICE}")
        self.why = why


_FEW = 8
"""Part of its memory that a process is taken to have left."""


@dataclass
class Memory:
    """What there is for images.

    Attributes
    ----------
    megabytes : int
        MiB for one image; 0: the process has no limit of its own.
    room : callable
        Bytes that may still be taken.
    """

    megabytes: int = 0
    room: Callable[[], int] = lambda: sys.maxsize

    def fits(self, needed: int) -> bool:
        """Whether there are so many bytes; of few nobody asks the system."""
        return needed <= (self.megabytes << 20) // _FEW or needed <= self.room()

    def check(self, size: tuple[int, int], needed: int) -> None:
        """TooLargeImageError where an image of this size needs more bytes than there are."""
        if not self.fits(needed):
            raise self.refused(size)

    def refused(self, size: tuple[int, int] | None = None) -> TooLargeImageError:
        """What is said of an image that takes more."""
        what = "it takes" if size is None else f"its {size[0]:,} x {size[1]:,} pixels take"
        return TooLargeImageError(
            f"{what} more than the {self.megabytes:,} MiB that there are for an image"
        )


OWN = Memory()
"""Of this process; whoever limits the process says so here."""


def limit_to(megabytes: int, room: Callable[[], int]) -> None:
    """Have this process refuse images that take more."""
    OWN.megabytes, OWN.room = megabytes, room
