"""The input of an embed job: which rows there are, and which have vectors already."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.embeddings.shapes import EmbeddingSpace

ITEMS = "items.arrow"
SPACES = "spaces.json"
HAVE_FOLDER = "have"
FITTED_FOLDER = "fitted"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Known:
    """A space of the level as it is: `ids` (uint32) have a vector; what it was fitted with."""

    space: EmbeddingSpace
    ids: np.ndarray[Any, Any]
    fitted: bytes | None


class Items:
    """The rows of the level, in order of their images.

    Parameters
    ----------
    table : pa.Table
        id, location and path, content_hash, width, height (of the upright image), x, y, w, h.
    margin : float
        Share of a box that is added on each of its sides.
    """

    def __init__(self, table: pa.Table, margin: float) -> None:
        self.ids = table["id"].to_numpy().astype(np.uint32)
        self._columns = {name: table[name] for name in ("location", "path", "content_hash")}
        numbers = [table[name].cast(pa.float64()).to_numpy() for name in ("x", "y", "w", "h")]
        self._boxes = np.stack(numbers, axis=1)
        self._boxes[:, :2] -= margin * self._boxes[:, 2:]
        self._boxes[:, 2:] *= 1 + 2 * margin
        self._sizes = [table[name].to_pylist() for name in ("width", "height")]

    def __len__(self) -> int:
        return len(self.ids)

    def image(self, row: int) -> tuple[str, str]:
        """Location of the root and path below it."""
        location: str = self._columns["location"][row].as_py()
        path: str = self._columns["path"][row].as_py()
        if location:
            return location, path
        whole = Path(path)
        return str(whole.parent), whole.name

    def content_hash(self, row: int) -> str | None:
        """Of the image's file, as the ingest found it."""
        found: str | None = self._columns["content_hash"][row].as_py()
        return found

    def box(self, row: int) -> Box | None:
        """x, y, w, h with the margin; None: the whole image."""
        x, y, w, h = self._boxes[row].tolist()
        return None if np.isnan([x, y, w, h]).any() else (x, y, w, h)

    def size(self, row: int) -> tuple[int, int] | None:
        """Width and height of the upright image."""
        width, height = self._sizes[0][row], self._sizes[1][row]
        return (width, height) if width and height else None


def read_items(folder: Path, margin: float) -> Items:
    """The rows in a job's input folder."""
    with (folder / ITEMS).open("rb") as file:
        return Items(pa.ipc.open_stream(file).read_all(), margin)


def read_known(folder: Path) -> list[Known]:
    """The level's spaces in a job's input folder."""
    spaces = json.loads((folder / SPACES).read_text(encoding="utf-8"))
    known = []
    for number, space in enumerate(spaces):
        fitted = folder / FITTED_FOLDER / f"{number}.npz"
        known.append(
            Known(
                EmbeddingSpace.model_validate(space),
                np.load(folder / HAVE_FOLDER / f"{number}.npy"),
                fitted.read_bytes() if fitted.exists() else None,
            )
        )
    return known
