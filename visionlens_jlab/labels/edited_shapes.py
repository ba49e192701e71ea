"""What becomes of an annotation whose box is moved or resized."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from visionlens_jlab.core.geometry.shapes import moved_geometry
from visionlens_jlab.errors import VisionLensError

Box = tuple[float, float, float, float]
LIMIT = 1e7
"""Pixels."""


def checked_box(box: Box) -> Box:
    """The box with float sides. REQUEST_INVALID unless it is finite and encloses something."""
    x, y, w, h = (float(value) for value in box)
    if not all(math.isfinite(value) and abs(value) <= LIMIT for value in (x, y, w, h)):
        raise VisionLensError("REQUEST_INVALID", "A box is four finite numbers of pixels.")
    if w <= 0 or h <= 0:
        raise VisionLensError("REQUEST_INVALID", f"A box of {w:g} x {h:g} pixels encloses nothing.")
    return x, y, w, h


def moved(row: dict[str, Any], box: Box) -> dict[str, Any]:
    """The columns of an annotation whose box becomes `box`; its shape moves along.

    Raises
    ------
    VisionLensError
        REQUEST_INVALID for masks and for classes of whole images, which have no box to move.
    """
    kind, number = row["kind"], row["annotation_id"]
    x, y, w, h = checked_box(box)
    old = [row[name] for name in "xywh"]
    if kind in ("mask", "classification") or None in old:
        raise VisionLensError(
            "REQUEST_INVALID",
            f"Annotation {number} is a {kind}: it has no box that can be moved.",
            "Give it another class, or delete it and draw a box.",
        )
    across = w / old[2] if old[2] else 1.0
    down = h / old[3] if old[3] else 1.0
    changed: dict[str, Any] = {"x": x, "y": y, "w": w, "h": h}
    if kind == "box" or row["area"] is None:
        changed["area"] = w * h
    else:
        changed["area"] = row["area"] * across * down
    if row["geometry"] is not None:
        changed["geometry"] = moved_geometry(
            kind, row["geometry"], lambda points: (points - old[:2]) * [across, down] + [x, y]
        )
        changed["attributes"] = _without_outline(row["attributes"])
    return changed


def _without_outline(attributes: str | None) -> str | None:
    """Attributes without an outline beside keypoints, which is not where they are any more."""
    if not attributes or '"segmentation"' not in attributes:
        return attributes
    members = msgspec.json.decode(attributes, type=dict[str, msgspec.Raw])
    members.pop("segmentation", None)
    return msgspec.json.encode(members).decode() if members else None
