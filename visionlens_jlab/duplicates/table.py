"""What is known of the samples, and their thumbnails."""

from __future__ import annotations

import math
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]

COLUMNS = (
    "sample_id",
    "content_hash",
    "width",
    "height",
    "sharpness",
    "thumb_pack",
    "thumb_offset",
    "thumb_length",
)
_SHARPNESS_STEPS = 5
"""Steps of a factor e: less than about a fifth is no difference."""


class SampleRow(NamedTuple):
    """What decides which sample of a group is the best one."""

    sample_id: int
    width: int
    height: int
    sharpness: float

    @property
    def rank(self) -> tuple[int, int, int]:
        """The largest is best, then the clearly sharper, then the first."""
        sharp = round(_SHARPNESS_STEPS * math.log(max(self.sharpness, 1e-6)))
        return self.width * self.height, sharp, -self.sample_id


@dataclass(frozen=True)
class Samples:
    """Samples as columns; a row number stands for a sample everywhere in this package."""

    ids: npt.NDArray[np.uint32]
    content: list[str | None]
    width: Ints
    height: Ints
    sharpness: npt.NDArray[np.float64]
    pack: list[str | None]
    offset: Ints
    length: Ints

    @classmethod
    def of(cls, table: pa.Table) -> Samples:
        """From a table with `COLUMNS`."""

        def whole(name: str) -> Ints:
            return np.asarray(table.column(name).fill_null(0).to_numpy()).astype(np.int64)

        sharp = table.column("sharpness").cast(pa.float64()).fill_null(0.0).to_numpy()
        return cls(
            whole("sample_id").astype(np.uint32),
            table.column("content_hash").to_pylist(),
            whole("width"),
            whole("height"),
            np.nan_to_num(np.asarray(sharp, dtype=np.float64)),
            table.column("thumb_pack").to_pylist(),
            whole("thumb_offset"),
            whole("thumb_length"),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, row: int) -> SampleRow:
        """One of them."""
        return SampleRow(
            int(self.ids[row]),
            int(self.width[row]),
            int(self.height[row]),
            float(self.sharpness[row]),
        )

    def by_content(self) -> dict[str, list[int]]:
        """Rows of each content hash that several samples have."""
        groups: dict[str, list[int]] = {}
        for row, digest in enumerate(self.content):
            if digest is not None:
                groups.setdefault(digest, []).append(row)
        return {digest: rows for digest, rows in groups.items() if len(rows) > 1}


class Thumbnails:
    """Thumbnails read from the dataset's packs; safe for threads.

    Parameters
    ----------
    folder : Path
        Of the packs.
    samples : Samples
    """

    def __init__(self, folder: Path, samples: Samples) -> None:
        self._folder = folder
        self._samples = samples
        self._packs: dict[str, int] = {}
        self._lock = threading.Lock()

    def image(self, row: int) -> Any:
        """The thumbnail as a grey PIL image; None: there is none that can be read."""
        from visionlens_jlab.media.headers import UnreadableImageError
        from visionlens_jlab.media.thumbnails import open_thumbnail

        data = self._bytes(row)
        if data is None:
            return None
        try:
            return open_thumbnail(data).convert("L")
        except UnreadableImageError:
            return None

    def close(self) -> None:
        """Let go of the packs."""
        for descriptor in self._packs.values():
            os.close(descriptor)
        self._packs.clear()

    def _bytes(self, row: int) -> bytes | None:
        pack, length = self._samples.pack[row], int(self._samples.length[row])
        if pack is None or length <= 0:
            return None
        try:
            with self._lock:
                if pack not in self._packs:
                    self._packs[pack] = os.open(self._folder / pack, os.O_RDONLY)
            data = os.pread(self._packs[pack], length, int(self._samples.offset[row]))
        except OSError:
            return None
        return data if len(data) == length else None
