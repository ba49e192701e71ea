"""Pairs that may show the same picture, and how one may lie in the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..embedding.projections.neighbours import nearest_among
from ..embedding.projections.pca import principal_components
from .alignment import Window
from .hashes import MIDDLE, SIDE, close_pairs, hashes

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Tick = Callable[[str, int, int], None]

RADIUS = 34
"""Of 128 bits. Unrelated photographs differ in about 60, copies mostly in fewer than 20."""
MOST = 8
"""Proposals of one sample by one kind of hash."""
_NEIGHBOURS, _COMPARED_WITH = 4, 10
_MUCH_NEARER, _LEAST_COSINE = 0.75, 0.5
_DIMENSIONS = 64
_SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7)
LIKELY = 0.8
"""Correlation of the small pictures from which a pair is looked at closely."""
POSSIBLE = 0.5
"""And from which another place of the one in the other is looked for."""

INSIDE = Window((1 - MIDDLE) / 2, MIDDLE, (1 - MIDDLE) / 2, MIDDLE)
"""The second picture is the middle of the first."""


class Proposal(NamedTuple):
    """The second picture (turned left to right where `mirrored`) lies in the first there."""

    first: int
    second: int
    start: Window
    mirrored: bool


def by_hashes(small: Grey, usable: npt.NDArray[np.int64], tick: Tick) -> Iterator[Proposal]:
    """Pairs whose hashes are close: as they are, mirrored, and one as the middle of the other.

    Parameters
    ----------
    small : uint8 (n, 2, 32, 32)
        Each picture, and its middle.
    usable : int64 (m,)
        Rows that can be compared.
    """
    whole, middle = small[usable, 0], small[usable, 1]
    base = hashes(whole)
    kinds = [
        (base, Window(), False),
        (hashes(whole[:, :, ::-1]), Window(), True),
        (hashes(middle), INSIDE, False),
        (hashes(middle[:, :, ::-1]), INSIDE, True),
    ]
    total = len(kinds) * len(usable)
    for number, (queries, start, mirrored) in enumerate(kinds):
        done = number * len(usable)
        first, second = close_pairs(
            queries,
            base,
            radius=RADIUS,
            most=MOST,
            tick=partial(_told, tick, done, total),
        )
        for one, two in zip(usable[first].tolist(), usable[second].tolist(), strict=True):
            if start == INSIDE or one < two:
                yield Proposal(one, two, start, mirrored)


def _told(tick: Tick, before: int, total: int, rows: int) -> None:
    tick("hashes", before + rows, total)


def by_vectors(
    rows: npt.NDArray[np.int64], vectors: Floats, tick: Tick
) -> Iterator[tuple[int, int]]:
    """Pairs of which one is much nearer to the other than its neighbours usually are.

    Parameters
    ----------
    rows : int64 (m,)
    vectors : float32 (m, d)
        Theirs, of unit length.
    """
    count = len(rows)
    if count < 2:
        return
    compared = vectors
    if vectors.shape[1] > _DIMENSIONS and count > _DIMENSIONS:
        compared = principal_components(vectors, _DIMENSIONS).apply(vectors)
        compared /= np.maximum(np.linalg.norm(compared, axis=1, keepdims=True), 1e-12)
    near, distance = nearest_among(
        compared,
        compared,
        min(_COMPARED_WITH + 1, count),
        tick=lambda done: tick("vectors", done, count),
    )
    usual = distance[:, -1:]
    wanted = (distance[:, : _NEIGHBOURS + 1] <= _MUCH_NEARER * usual) | (count <= _COMPARED_WITH)
    seen = set()
    for one, column in zip(*np.nonzero(wanted), strict=True):
        two = int(near[one, column])
        pair = (min(int(one), two), max(int(one), two))
        if pair[0] == pair[1] or pair in seen:
            continue
        seen.add(pair)
        if float(vectors[pair[0]] @ vectors[pair[1]]) >= _LEAST_COSINE:
            yield int(rows[pair[0]]), int(rows[pair[1]])


def correlations(small: Grey, proposals: list[Proposal]) -> Floats:
    """Of the small pictures of each proposal, laid over each other as it says; -1 to 1."""
    out = np.zeros(len(proposals), dtype=np.float32)
    for at in range(0, len(proposals), 4096):
        part = proposals[at : at + 4096]
        first = np.stack([small[p.first, int(p.start == INSIDE)] for p in part])
        second = np.stack([small[p.second, 0][:, :: -1 if p.mirrored else 1] for p in part])
        one, two = _standard(first), _standard(second)
        out[at : at + 4096] = (one * two).mean(axis=1)
    return out


def searched(first: Grey, second: Grey) -> tuple[float, Window, bool]:
    """How one small picture lies best in the other: correlation, window, mirrored.

    Either may be the part; the part's scale and place are tried (template matching).
    """
    best = (-1.0, Window(), False)
    for mirrored in (False, True):
        other = second[:, ::-1] if mirrored else second
        for scale in _SCALES:
            score, left, top = _template(first, _scaled(other, scale))
            if score > best[0]:
                best = (score, Window(left, scale, top, scale), mirrored)
            score, left, top = _template(other, _scaled(first, scale))
            if score > best[0]:
                best = (score, Window(left, scale, top, scale).inverse, mirrored)
    return best


def _scaled(picture: Grey, scale: float) -> Floats:
    side = round(SIDE * scale)
    at = (np.arange(side) + 0.5) * SIDE / side - 0.5
    low = np.clip(np.floor(at).astype(int), 0, SIDE - 2)
    share = np.clip(at - low, 0, 1).astype(np.float32)
    wide = picture.astype(np.float32)
    lines = wide[low] * (1 - share)[:, None] + wide[low + 1] * share[:, None]
    return np.asarray(lines[:, low] * (1 - share) + lines[:, low + 1] * share)


def _template(whole: Grey, part: Floats) -> tuple[float, float, float]:
    """Best correlation of `part` within `whole`, and its left and top as shares."""
    side = len(part)
    views = np.lib.stride_tricks.sliding_window_view(whole.astype(np.float32), part.shape)
    flat = views.reshape(-1, side * side)
    centred = (part - part.mean()).ravel()
    spread = flat.std(axis=1) * np.sqrt(side * side) * np.linalg.norm(centred)
    scores = (flat @ centred) / np.maximum(spread, 1e-3)
    at = int(scores.argmax())
    return float(scores[at]), at % views.shape[1] / SIDE, at // views.shape[1] / SIDE


def _standard(pictures: Grey) -> Floats:
    """Rows of mean 0 and standard deviation 1."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(flat.std(axis=1, keepdims=True), 1e-3))
