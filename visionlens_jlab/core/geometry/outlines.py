"""Masks and polygons of several parts as one polygon each, without a change of their pixels.

A mask's outline runs along the edges of its pixels. Further parts and holes hang on the first part
by lines that are gone there and back, so they enclose nothing: area and filling stay the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from visionlens_jlab.core.geometry import rle

Ring = list[float]
"""x1, y1, x2, y2, ..."""
_Point = tuple[int, int]


def mask_outline(geometry: bytes) -> Ring | None:
    """The outline of a mask; None: it has no pixel. Raises ValueError when it cannot be read."""
    runs, _ = rle.parse(geometry)
    rings = mask_rings(rle.to_pixels(runs))
    return joined(rings) if rings else None


def mask_rings(pixels: np.ndarray) -> list[Ring]:
    """Outlines of bool (height, width): outer ones clockwise as seen, holes the other way.

    Pixels that touch at a corner only are apart.
    """
    padded = np.pad(pixels, 1).astype(np.int8)
    across = padded[1:, 1:-1] - padded[:-1, 1:-1]  # (h + 1, w): at each horizontal edge
    down = padded[1:-1, 1:] - padded[1:-1, :-1]  # (h, w + 1): at each vertical edge
    edges: dict[_Point, list[_Point]] = {}
    for y, x in zip(*np.nonzero(across), strict=True):
        start, end = ((int(x), int(y)), (int(x) + 1, int(y)))
        _add(edges, *((start, end) if across[y, x] > 0 else (end, start)))
    for y, x in zip(*np.nonzero(down), strict=True):
        start, end = ((int(x), int(y) + 1), (int(x), int(y)))
        _add(edges, *((start, end) if down[y, x] > 0 else (end, start)))
    rings = []
    while edges:
        rings.append(_follow(edges, min(edges)))
    return rings


def _add(edges: dict[_Point, list[_Point]], start: _Point, end: _Point) -> None:
    edges.setdefault(start, []).append(end)


def _follow(edges: dict[_Point, list[_Point]], start: _Point) -> Ring:
    """Take a closed way out of the edges; its corners only."""
    ring: Ring = []
    before, here = start, _take(edges, start, None)
    first = before, here
    while True:
        after = _take(edges, here, before) if here != start else None
        onward = after or first[1]
        if (here[0] - before[0], here[1] - before[1]) != (onward[0] - here[0], onward[1] - here[1]):
            ring += [float(here[0]), float(here[1])]
        if after is None:
            return ring
        before, here = here, after


def _take(edges: dict[_Point, list[_Point]], here: _Point, before: _Point | None) -> _Point:
    ends = edges[here]
    chosen = ends[0]
    if len(ends) > 1 and before is not None:
        dx, dy = here[0] - before[0], here[1] - before[1]
        right = here[0] - dy, here[1] + dx
        chosen = right if right in ends else chosen
    ends.remove(chosen)
    if not ends:
        del edges[here]
    return chosen


def joined(parts: Sequence[Ring]) -> Ring:
    """One ring of several; the first part's direction is that of those that are no holes.

    Parts of polygons must run the same way: see `same_way`.
    """
    ring = list(parts[0])
    x, y = ring[:2]
    if len(parts) > 1:
        ring += [x, y]
    for position, part in enumerate(parts[1:], 2):
        ring += [*part, *part[:2]]
        if position < len(parts):
            ring += [x, y]
    return ring


def same_way(parts: Sequence[Ring]) -> list[Ring]:
    """The parts, each clockwise as seen."""
    return [part if _signed_area(part) >= 0 else _reversed(part) for part in parts]


def _reversed(ring: Ring) -> Ring:
    points = [ring[index : index + 2] for index in range(0, len(ring), 2)]
    return [number for point in reversed(points) for number in point]


def _signed_area(ring: Ring) -> float:
    xs, ys = ring[0::2], ring[1::2]
    pairs = zip(xs, ys, [*xs[1:], xs[0]], [*ys[1:], ys[0]], strict=True)
    return sum(x * v - u * y for x, y, u, v in pairs) / 2
