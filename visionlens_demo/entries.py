"""Entries of the manifest, one per plant or decoy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from visionlens_demo.evidence import Evidence
from visionlens_demo.plants import Masks
from visionlens_demo.world import Bools

Entry = dict[str, Any]


def _ids(mask: Bools) -> list[int]:
    return [int(position) + 1 for position in np.flatnonzero(mask)]


@dataclass
class Entries:
    """Collects entries; `evidence` counts what was written, `masks` knows what was left out."""

    evidence: Evidence
    masks: Masks
    items: list[Entry] = field(default_factory=list)

    def add(
        self,
        key: str,
        kind: str,
        name: str,
        unit: str,
        *,
        effect: Any,
        cause: str,
        predicate: str | None = None,
        images: Bools | None = None,
        annotations: Bools | None = None,
        **more: Any,
    ) -> None:
        """Add an entry whose status is planted, scaled (too few units to establish) or omitted."""
        omitted, scaled = self.masks.omitted.get(key), self.masks.scaled.get(key)
        entry: Entry = {
            "id": key,
            "kind": kind,
            "name": name,
            "unit": unit,
            "status": "omitted" if omitted else "scaled" if scaled else "planted",
            "note": omitted or scaled,
            "predicate": predicate,
            "cause": cause,
            "effect": effect,
            **more,
        }
        if images is not None:
            entry["image_ids"] = _ids(images)
        if annotations is not None:
            entry["annotation_ids"] = _ids(annotations)
        self.items.append(entry)
