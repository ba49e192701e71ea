"""Building view specifications: conjunctions of filters and sort keys."""

from __future__ import annotations

from collections.abc import Sequence

from ..models import Combine, Filter, SortKey


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
