"""The manifest: what was planted, with its effect in this very dataset. For tests only."""

from __future__ import annotations

from typing import Any

from visionlens_demo.decoy_entries import add_decoys
from visionlens_demo.entries import Entries
from visionlens_demo.evidence import Evidence
from visionlens_demo.measure import IOU
from visionlens_demo.plant_entries import add_copies, add_failures, add_label_errors
from visionlens_demo.plants import Masks
from visionlens_demo.predictions import OPERATING_CONFIDENCE


def describe(evidence: Evidence, masks: Masks, seed: int) -> dict[str, Any]:
    """The manifest as JSON values."""
    entries = Entries(evidence, masks)
    add_failures(entries)
    add_label_errors(entries)
    add_copies(entries)
    add_decoys(entries)
    return {
        "manifest_version": 1,
        "world": evidence.world.name,
        "seed": seed,
        "images": len(evidence.dataset.arrangement.source),
        "annotations": len(evidence.image),
        "operating_point": {"iou": IOU, "confidence": OPERATING_CONFIDENCE, "class_aware": True},
        "confidence_of_maximum_f1": evidence.best,
        "entries": entries.items,
    }
