"""Building view specifications: conjunctions of filters, sort keys, searches, outcomes."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.shapes import shaped
from visionlens_jlab.core.predicates.shapes import Combine, Filter
from visionlens_jlab.core.views.outcome_shapes import OutcomeFilter
from visionlens_jlab.core.views.search_shapes import SearchSpec
from visionlens_jlab.core.views.shapes import SortKey

_OWN = re.compile(r"visionlens_jlab\.(?!tests\.)")


def conjunction(*filters: Filter | None) -> Filter | None:
    """All conditions at once, flat, so that bare annotation conditions speak of one annotation."""
    parts: list[Filter] = []
    for node in filters:
        if isinstance(node, Combine) and node.op == "and":
            parts += node.args
        elif node is not None:
            parts.append(node)
    if len(parts) < 2:
        return parts[0] if parts else None
    return Combine(op="and", args=parts)


def sort_keys(sort: str | Sequence[str] | None) -> list[SortKey]:
    """`"-confidence"` or `["split", "-brightness"]` as sort keys; `-` is descending."""
    if sort is None:
        return []
    names = [sort] if isinstance(sort, str) else sort
    return [
        SortKey(field=name.removeprefix("-"), descending=name.startswith("-")) for name in names
    ]


def search_spec(given: SearchSpec | Mapping[str, Any]) -> SearchSpec:
    """A search that was written down as a dict. REQUEST_INVALID names what is wrong with it."""
    return shaped(SearchSpec, given)


def outcome_spec(given: OutcomeFilter | Mapping[str, Any]) -> OutcomeFilter:
    """Outcomes that were written down as a dict. REQUEST_INVALID names what is wrong with them."""
    return shaped(OutcomeFilter, given)


def checked_filter(backend: DatasetBackend, predicate: str) -> Filter | None:
    """The filter of a predicate; warns of values that nothing in the dataset has.

    Raises
    ------
    VisionLensError
        PREDICATE_INVALID, FIELD_UNKNOWN.
    """
    found = backend.predicate(predicate, None)
    for warning in found.warnings:
        warnings.warn(warning, stacklevel=outside())
    return found.filter


def outside() -> int:
    """The number of callers up to the first that is not of this package, as `warn` counts them."""
    frame: FrameType | None = sys._getframe(1)
    level = 1
    while frame is not None and _OWN.match(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    return level
