"""Pairs that may show the same picture, and how one may lie in the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from visionlens_jlab.duplicates.alignment import Window
from visionlens_jlab.duplicates.hashes import MIDDLE, SIDE, WORDS, Bits, CloseHashes, Rows, hashes
from visionlens_jlab.map.projections.neighbours import nearest_rows
from visionlens_jlab.map.projections.pca import principal_components

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
_AT_ONCE = 4096
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


class Possible(NamedTuple):
    """Proposals of one kind, as columns.

    Attributes
    ----------
    first, second : int64 (n,)
        Rows.
    score : float32 (n,)
        Correlation of the small pictures, laid over each other as the kind says.
    start, mirrored
        As in `Proposal`.
    """

    first: Rows
    second: Rows
    score: Floats
    start: Window
    mirrored: bool

    def proposals(self) -> Iterator[Proposal]:
        """Those to be looked at closely."""
        likely = self.score >= LIKELY
        for one, two in zip(self.first[likely].tolist(), self.second[likely].tolist(), strict=True):
            yield Proposal(one, two, self.start, self.mirrored)

    def elsewhere(self) -> Iterator[tuple[int, int]]:
        """Pairs of which the one may lie somewhere else in the other."""
        perhaps = (self.score >= POSSIBLE) & (self.score < LIKELY)
        yield from zip(self.first[perhaps].tolist(), self.second[perhaps].tolist(), strict=True)


def by_hashes(small: Grey, usable: Rows, tick: Tick) -> Iterator[Possible]:
    """Pairs whose hashes are close: as they are, mirrored, and one as the middle of the other.

    Parameters
    ----------
    small : uint8 (n, 2, 32, 32)
        Each picture, and its middle.
    usable : int64 (m,)
        Rows that can be compared.
    """
    base = _hashes_of(small, usable, 0, mirrored=False)
    close = CloseHashes(base)
    kinds = [(Window(), False), (Window(), True), (INSIDE, False), (INSIDE, True)]
    for number, (start, mirrored) in enumerate(kinds):
        part = int(start == INSIDE)
        queries = _hashes_of(small, usable, part, mirrored=mirrored) if number else base
        first, second = close.pairs(
            queries,
            radius=RADIUS,
            most=MOST,
            tick=partial(_told, tick, number * len(usable), len(kinds) * len(usable)),
        )
        if not part:
            once = np.unique(np.sort(np.stack([first, second]), axis=0), axis=1)
            first, second = once[0], once[1]
        first, second = usable[first], usable[second]
        score = _correlations(small, first, second, part, mirrored)
        kept = score >= POSSIBLE
        yield Possible(first[kept], second[kept], score[kept], start, mirrored)


def _hashes_of(small: Grey, usable: Rows, part: int, *, mirrored: bool) -> Bits:
    blocks = [usable[at : at + _AT_ONCE] for at in range(0, len(usable), _AT_ONCE)]
    step = -1 if mirrored else 1
    found = [hashes(small[block, part][:, :, ::step]) for block in blocks]
    return np.concatenate([np.empty((0, WORDS), dtype=np.uint64), *found])


def _told(tick: Tick, before: int, total: int, rows: int) -> None:
    tick("hashes", before + rows, total)


def by_vectors(rows: Rows, vectors: Floats, tick: Tick) -> Iterator[tuple[int, int]]:
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
    near, distance = nearest_rows(
        compared,
        min(_COMPARED_WITH + 1, count),
        seed=0,
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


def _correlations(small: Grey, first: Rows, second: Rows, part: int, mirrored: bool) -> Floats:
    """Of the small pictures of each pair; `part` 1: of the middle of the first. -1 to 1."""
    out = np.empty(len(first), dtype=np.float32)
    for at in range(0, len(first), _AT_ONCE):
        one = _standard(small[first[at : at + _AT_ONCE], part])
        two = _standard(small[second[at : at + _AT_ONCE], 0][:, :, :: -1 if mirrored else 1])
        out[at : at + _AT_ONCE] = (one * two).mean(axis=1)
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
