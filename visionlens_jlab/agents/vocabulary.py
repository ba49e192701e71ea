"""Words of a dataset: a sentence that names one must rest on a result about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..models import FacetsRequest

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore

_MOST_VALUES = 200
_SHORTEST, _LONGEST = 3, 40
_COMMON = frozenset(
    {"all", "and", "any", "are", "box", "error", "false", "for", "has", "image", "images", "missed"}
    | {"model", "none", "not", "object", "objects", "other", "others", "set", "slice", "test"}
    | {"the", "true", "unknown", "was", "with", "yes"}
)
"""English that says nothing of a value."""


def vocabulary(store: DatasetStore) -> list[str]:
    """Classes, values of fields with few of them, and names of yes-or-no fields; longest first."""
    detail = store.detail()
    words = {item.name for item in detail.class_list}
    words |= {field.name for field in detail.fields if field.type == "boolean"}
    for facet in store.facets(FacetsRequest(limit=_MOST_VALUES)).facets:
        if facet.distinct <= _MOST_VALUES:
            words |= {value.value for value in facet.values if isinstance(value.value, str)}
    return sorted(
        (word for word in words if _tells(word)), key=lambda word: (-len(word), word.lower())
    )


def _tells(word: str) -> bool:
    return (
        _SHORTEST <= len(word) <= _LONGEST
        and word.lower() not in _COMMON
        and any(character.isalpha() for character in word)
    )


def field_phrases(store: DatasetStore) -> list[str]:
    """Names of fields that are several words, as people write them."""
    names = {name for field in store.detail().fields for name in (field.name, field.label)}
    phrases = {name.replace("_", " ").strip() for name in names}
    return sorted(phrase for phrase in phrases if " " in phrase)
