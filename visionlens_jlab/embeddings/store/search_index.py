"""What the catalog knows of a search index: it may answer faster than a scan, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np

    from visionlens_jlab.embeddings.vectors.segments import Segments

IndexState = Literal["ready", "building", "none", "behind", "failed"]


class SearchIndex(Protocol):
    """Derived from the datasets. Any thread."""

    def state(self, uuid: str, space: str, segments: Segments) -> IndexState:
        """How far the index of a space is."""
        ...

    def search(
        self,
        uuid: str,
        space: str,
        segments: Segments,
        target: np.ndarray[Any, Any],
        k: int,
        *,
        among: np.ndarray[Any, Any] | None,
        threshold: float | None,
    ) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
        """Ids and scores as `exact.nearest` gives them, nearly; None: it cannot tell."""
        ...
