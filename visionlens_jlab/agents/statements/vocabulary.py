"""Names of a dataset: what a language model writes freely may not hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.views.shapes import FacetsRequest
from visionlens_jlab.evaluation.store.prediction_runs import Runs

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

_MOST_VALUES = 200
_SHORTEST = 3
_COMMON = frozenset(
    {"all", "and", "any", "are", "box", "error", "false", "for", "has", "image", "images", "label"}
    | {"labels", "missed", "model", "none", "not", "object", "objects", "other", "others", "set"}
    | {"slice", "test", "the", "true", "unknown", "was", "with", "yes"}
)
"""English that says nothing of a value."""


def vocabulary(store: DatasetStore) -> list[str]:
    """Classes, runs, names of the user's fields, and values of fields with few of them."""
    detail = store.detail()
    words = {item.name for item in detail.class_list} | {run.run for run in store.part(Runs).all()}
    own = [field for field in detail.fields if not field.builtin]
    words |= {name for field in own for name in (field.name, field.label)}
    for facet in store.facets(FacetsRequest(limit=_MOST_VALUES)).facets:
        if facet.distinct <= _MOST_VALUES:
            words |= {value.value for value in facet.values if isinstance(value.value, str)}
    return sorted(word for word in words if _tells(word))


def _tells(word: str) -> bool:
    return (
        len(word) >= _SHORTEST
        and word.lower() not in _COMMON
        and any(character.isalpha() for character in word)
    )
