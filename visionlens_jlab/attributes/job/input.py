"""The input of a job that asks about images: which rows, and which were asked before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.attributes.shapes import Attribute, AttributeSpec
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.job.input import Items, read_items

ASKED = "asked.json"
ASKED_FOLDER = "asked"
MARGIN = 0.2
"""Share of a box that is shown around it on each side: what hides an object lies beside it."""
_LEVELS: tuple[Level, ...] = ("samples", "annotations")

Rows = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Part:
    """Rows of one level to be asked about, and for each attribute which of them.

    Attributes
    ----------
    items : Items
    rows : array, (n,)
        Of the items.
    wanted : dict
        Name of an attribute -> bool (n,): whether it is asked about the row.
    """

    items: Items
    rows: Rows
    wanted: dict[str, Rows]

    @property
    def ids(self) -> Rows:
        """Ids of the rows, uint32."""
        ids: Rows = self.items.ids[self.rows]
        return ids


def read_parts(folder: Path, asking: list[dict[str, Any]], size: int) -> list[Part]:
    """What is to be asked, in parts of at most `size` rows; the same at every attempt.

    Parameters
    ----------
    folder : Path
        The job's input.
    asking : list of dict
        `spec`, `model`, `prompts` and `quantize` of each attribute.
    size : int
    """
    parts = []
    for level in _LEVELS:
        specs = [one for one in asking if one["spec"]["level"] == level]
        if not specs:
            continue
        items = read_items(folder / level, MARGIN if level == "annotations" else 0.0)
        wanted = {
            one["spec"]["name"]: ~np.isin(items.ids, _asked_before(folder, one)) for one in specs
        }
        rows = np.flatnonzero(np.any(list(wanted.values()), axis=0))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            parts.append(Part(items, some, {name: mask[some] for name, mask in wanted.items()}))
    return parts


def specs_of(asking: list[dict[str, Any]]) -> dict[str, AttributeSpec]:
    """Name -> question."""
    specs = [AttributeSpec.model_validate(one["spec"]) for one in asking]
    return {spec.name: spec for spec in specs}


def _asked_before(folder: Path, one: dict[str, Any]) -> Rows:
    """Ids that this very question was asked about, of this very model."""
    for content in json.loads((folder / ASKED).read_text(encoding="utf-8")):
        before = Attribute.model_validate(content)
        if before.spec.name == one["spec"]["name"] and before.is_of(one):
            ids: Rows = np.load(folder / ASKED_FOLDER / f"{before.spec.name}.npy")
            return ids
    return np.zeros(0, np.uint32)
