"""Images of a dataset, as plugins see them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A label of an image, or a prediction.

    Attributes
    ----------
    id : int
    label : str or None
        Name of its class.
    kind : str
        box, polygon, mask, keypoints, classification and so on.
    box : tuple of float or None
        Left, top, width and height in pixels of the upright image.
    confidence : float or None
        From 0 to 1; None for labels.
    source : str
        `ground_truth`, or the name of a run.
    """

    id: int
    label: str | None
    kind: str
    box: tuple[float, float, float, float] | None
    confidence: float | None
    source: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """An image of the dataset; width and height are those of the upright image in pixels."""

    id: int
    name: str
    width: int | None
    height: int | None
    split: str | None
    tags: tuple[str, ...]
    annotations: tuple[Annotation, ...]
