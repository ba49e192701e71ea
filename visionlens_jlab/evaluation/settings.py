"""How an evaluation is made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from visionlens_jlab.evaluation.shapes import EvaluateRequest, Geometry, Protocol

FOREGROUND, BACKGROUND = 0.5, 0.1
"""IoU thresholds of the error types, after TIDE."""
SHOWN_IOU = (0.5, 0.75)
"""Of the precision-recall curves, and of AP50 and AP75."""
MAX_DETS_KEYPOINTS = 20
"""COCO counts at most this many detections in an image for keypoints."""


_OPTIONS = {
    "coco": ("sigmas", "areas"),
    "voc": ("interpolation", "inclusive"),
    "classification": ("top_k",),
}


_SMALL, _MEDIUM, HUGE = 32.0**2, 96.0**2, 1e5**2
AREAS = {"small": (0.0, _SMALL), "medium": (_SMALL, _MEDIUM), "large": (_MEDIUM, HUGE)}
"""COCO's area ranges in square pixels, both ends included."""


def coco_iou() -> tuple[float, ...]:
    """.50, .55 to .95, to the last bit as pycocotools has them."""
    return tuple(np.linspace(0.5, 0.95, 10).tolist())


@dataclass(frozen=True)
class Settings:
    """Parameters of an evaluation, as in `EvaluateRequest`; `iou` empty: the protocol's."""

    protocol: Protocol = "coco"
    geometry: Geometry = "box"
    iou: tuple[float, ...] = ()
    operating_iou: float = 0.5
    confidence: float | None = None
    class_aware: bool = True
    max_dets: int = 100
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, request: EvaluateRequest) -> Settings:
        """Those of a request."""
        return cls(
            request.protocol,
            request.geometry,
            tuple(request.iou or ()),
            request.operating_iou,
            request.confidence,
            request.class_aware,
            request.max_dets,
            dict(request.options),
        )

    def check(self) -> None:
        """Raises ValueError where a value cannot be meant."""
        if any(not 0 < value <= 1 for value in (*self.iou, self.operating_iou)):
            raise ValueError("IoU thresholds are above 0 and at most 1")
        known = _OPTIONS.get(self.protocol, ())
        unknown = sorted(set(self.options) - set(known))
        if unknown:
            raise ValueError(f"{self.protocol} has no option {unknown[0]!r}")
        if str(self.options.get("interpolation", "all")) not in ("11", "all"):
            raise ValueError("interpolation is 11 or all")
        top_k = self.options.get("top_k", 1)
        if not isinstance(top_k, int) or top_k < 1:
            raise ValueError("top_k is a whole number from 1")
        sigmas = self.options.get("sigmas") or []
        if not all(isinstance(value, (int, float)) and value > 0 for value in sigmas):
            raise ValueError("sigmas are numbers above 0")
        _check_areas(self.options.get("areas"))

    @property
    def metric_iou(self) -> tuple[float, ...]:
        """The thresholds that metrics average over, ascending."""
        if self.iou:
            return tuple(sorted(set(self.iou)))
        return coco_iou() if self.protocol == "coco" else (0.5,)

    @property
    def thresholds(self) -> np.ndarray:
        """Every threshold that is matched at, ascending: the metrics', operating, .50 and .75."""
        found: list[float] = []
        for value in (*self.metric_iou, self.operating_iou, *SHOWN_IOU):
            if not any(abs(value - other) < 1e-9 for other in found):
                found.append(value)
        return np.array(sorted(found))

    @property
    def areas(self) -> dict[str, tuple[float, float]]:
        """Name and limits of the area ranges; for keypoints COCO has no small objects."""
        given = self.options.get("areas")
        if given:
            return {name: (float(low), float(high)) for name, (low, high) in given.items()}
        small = self.geometry != "keypoints"
        return {name: area for name, area in AREAS.items() if small or name != "small"}

    def recall_name(self, most: int) -> str:
        """Of AR at a number of detections; `AR50` and `AR75` are those at an IoU."""
        return f"AR{most}dets" if most / 100 in SHOWN_IOU else f"AR{most}"

    @property
    def limit(self) -> int | None:
        """Most confident predictions of an image and class that take part; None: all."""
        if self.protocol != "coco":
            return None
        return (
            min(self.max_dets, MAX_DETS_KEYPOINTS)
            if self.geometry == "keypoints"
            else self.max_dets
        )


def _check_areas(areas: Any) -> None:
    if areas is None:
        return
    if not isinstance(areas, dict) or not areas:
        raise ValueError('areas gives each range a name: {"tiny": [0, 256], "rest": [256, 1e10]}')
    for name, limits in areas.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,39}", str(name)) or name == "all":
            raise ValueError(f"{name!r} cannot name an area range: use letters and digits")
        pair = list(limits) if isinstance(limits, (list, tuple)) else []
        numbers = [isinstance(each, (int, float)) and each >= 0 for each in pair]
        if len(numbers) != 2 or not all(numbers) or not pair[0] < pair[1]:
            raise ValueError(
                f"the area range {name!r} needs two limits in square pixels, the lower one first"
            )
