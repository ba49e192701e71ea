"""Do two thumbnails show the same picture? One is laid over the other, then they are compared.

Laying over: a scale and a shift for each axis, gain and offset of brightness, found by iterated
least squares (Lucas and Kanade, 1981; Baker and Matthews, 2004) with weights that let differing
spots not pull (Cauchy's, by the median of the residuals). Comparing: structure in windows of the
overlap (the contrast and structure term of SSIM: Wang, Bovik, Sheikh and Simoncelli, 2004). What
counts are the worst windows: before one background with other things in front most of them agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

COARSE, FINE = 48, 160
"""Pixels on the longer side at which thumbnails are laid over each other, and compared."""
_LEAST_SIDE = 12
_STEPS = {COARSE: 6, FINE: 5}
"""More bring together only what does not belong together."""
_WINDOW = 9
_NOISE, _NOISES = (3.0, 60.0), 12.0
"""Variance of grey levels that tells nothing: within limits, so many times what is usual."""
_WORST = 0.005
_COARSELY = 0.4
"""Likeness of the small pictures below which they are not looked at more closely."""
_GAIN = (0.7, 1.4)
_LEAST_OVERLAP = 0.5
_SMALL_MOVE = 0.02


@dataclass(frozen=True)
class Window:
    """Where the second picture lies in the first: `left + width * x` for x from 0 to 1."""

    left: float = 0.0
    width: float = 1.0
    top: float = 0.0
    height: float = 1.0

    @property
    def inverse(self) -> Window:
        """Where the first lies in the second."""
        return Window(
            -self.left / self.width, 1 / self.width, -self.top / self.height, 1 / self.height
        )

    @property
    def turned(self) -> Window:
        """Where the second lies when both are turned left to right."""
        return Window(1 - self.left - self.width, self.width, self.top, self.height)

    def then(self, inner: Window) -> Window:
        """Where a third lies in the first that lies at `inner` in the second."""
        return Window(
            self.left + self.width * inner.left,
            self.width * inner.width,
            self.top + self.height * inner.top,
            self.height * inner.height,
        )

    @property
    def overlap(self) -> tuple[float, float]:
        """The shares of the first and of the second picture that both show."""
        across = min(1.0, self.left + self.width) - max(0.0, self.left)
        down = min(1.0, self.top + self.height) - max(0.0, self.top)
        area = max(across, 0.0) * max(down, 0.0)
        return area, area / max(self.width * self.height, 1e-9)


@dataclass(frozen=True)
class Verdict:
    """`likeness`: -1 to 1, of the worst windows; 1: nothing differs."""

    likeness: float
    window: Window
    mirrored: bool

    @property
    def reversed(self) -> Verdict:
        """The same, with the first picture laid over the second."""
        window = self.window.turned if self.mirrored else self.window
        return Verdict(self.likeness, window.inverse, self.mirrored)

    def via(self, inner: Verdict) -> tuple[Window, bool]:
        """Where a third lies, and whether turned, that `inner` found in the second."""
        window = inner.window.turned if self.mirrored else inner.window
        return self.window.then(window), self.mirrored != inner.mirrored


class Levels:
    """A picture at the sizes that are compared.

    Parameters
    ----------
    grey : float32 (height, width)
        Grey levels 0 to 255.
    """

    def __init__(self, grey: Floats) -> None:
        fine = shrunk(grey, FINE)
        self._levels = {FINE: fine, COARSE: shrunk(fine, COARSE)}

    def at(self, side: int, *, mirrored: bool = False) -> Floats:
        """The picture with `side` pixels on its longer side, or fewer."""
        return self._levels[side][:, ::-1] if mirrored else self._levels[side]


def compare(first: Levels, second: Levels, start: Window, *, mirrored: bool) -> Verdict | None:
    """Lay the second picture over the first.

    Parameters
    ----------
    first, second : Levels
    start : Window
        About where the second lies in the first.
    mirrored : bool
        The second is turned left to right first.

    Returns
    -------
    Verdict or None
        None: they could not be laid over each other, or are unlike at first sight.
    """
    window, likeness = start, 0.0
    for side, least in ((COARSE, _COARSELY), (FINE, -1.0)):
        one, two = first.at(side), second.at(side, mirrored=mirrored)
        if min(*one.shape, *two.shape) < _LEAST_SIDE:
            return None
        found = _laid_over(one, two, window, _STEPS[side])
        if found is None or min(found.overlap) < _LEAST_OVERLAP:
            return None
        window, likeness = found, _likeness(one, two, found)
        if likeness < least:
            return None
    return Verdict(likeness, window, mirrored)


def shrunk(picture: Floats, side: int) -> Floats:
    """With the longer side at most `side`; each pixel is the mean of what it covers."""
    height, width = picture.shape
    if max(height, width) <= side:
        return picture
    scale = side / max(height, width)
    rows = _mean_matrix(max(1, round(height * scale)), height)
    columns = _mean_matrix(max(1, round(width * scale)), width)
    return np.asarray(rows @ picture @ columns.T, dtype=np.float32)


@lru_cache(maxsize=256)
def _mean_matrix(to: int, of: int) -> Floats:
    """(to, of): rows that take the mean over equal parts of a line."""
    edges = np.linspace(0, of, to + 1)
    low, high = edges[:-1, None], edges[1:, None]
    cells = np.arange(of)[None]
    covered = np.clip(np.minimum(high, cells + 1) - np.maximum(low, cells), 0, None)
    return np.asarray(covered * (to / of), dtype=np.float32)


def _sampling(to: int, of: int, start: float, length: float) -> tuple[Floats, npt.NDArray[Any]]:
    """(to, of) linear interpolation of a line along `start + length * x`; which rows lie inside."""
    at = (start + length * (np.arange(to) + 0.5) / to) * of - 0.5
    low = np.floor(at).astype(int)
    share = (at - low).astype(np.float32)
    inside = (at >= 0) & (at <= of - 1)
    matrix = np.zeros((to, of), dtype=np.float32)
    rows = np.arange(to)
    matrix[rows, np.clip(low, 0, of - 1)] = 1 - share
    matrix[rows, np.clip(low + 1, 0, of - 1)] += share
    return matrix, inside


def _laid_over(first: Floats, second: Floats, window: Window, steps: int) -> Window | None:
    """The window after iterated least squares; None: it leads nowhere."""
    height, width = second.shape
    along = ((np.arange(width) + 0.5) / width).astype(np.float32)
    down = ((np.arange(height) + 0.5) / height).astype(np.float32)[:, None]
    slope_y, slope_x = np.gradient(first)
    slope_x, slope_y = slope_x * first.shape[1], slope_y * first.shape[0]
    for _ in range(steps):
        rows, in_rows = _sampling(height, first.shape[0], window.top, window.height)
        columns, in_columns = _sampling(width, first.shape[1], window.left, window.width)
        inside = in_rows[:, None] & in_columns[None]
        if inside.mean() < _LEAST_OVERLAP / 2:
            return None
        seen = rows @ first @ columns.T
        by_x, by_y = rows @ slope_x @ columns.T, rows @ slope_y @ columns.T
        terms = np.stack([seen, np.ones_like(seen), by_x, by_x * along, by_y, by_y * down])
        found = _robust(terms[:, inside], second[inside])
        if found is None or not _GAIN[0] / 2 < found[0] < _GAIN[1] * 2:
            return None
        move = found[2:] / found[0]
        window = Window(
            window.left + float(move[0]),
            window.width + float(move[1]),
            window.top + float(move[2]),
            window.height + float(move[3]),
        )
        if not (0.3 < window.width < 3 and 0.3 < window.height < 3):
            return None
        if np.abs(move).max() * max(height, width) < _SMALL_MOVE:
            break
    return window


def _robust(terms: Floats, wanted: Floats) -> npt.NDArray[np.float64] | None:
    """Coefficients of the terms (6, n) that give `wanted` (n,), differing pixels left aside."""
    residual = wanted - _fitted_line(terms[0], wanted)
    spread = 1.4826 * float(np.median(np.abs(residual))) + 1.0
    weights = 1 / (1 + (residual / (2 * spread)) ** 2)
    weighted = terms * weights
    try:
        return np.asarray(
            np.linalg.solve(
                (weighted @ terms.T).astype(np.float64) + 1e-3 * np.eye(len(terms)),
                (weighted @ wanted).astype(np.float64),
            )
        )
    except np.linalg.LinAlgError:
        return None


def _fitted_line(seen: Floats, wanted: Floats) -> Floats:
    """`seen` with the gain and offset that bring it nearest to `wanted`."""
    mean_seen, mean_wanted = seen.mean(), wanted.mean()
    centred = seen - mean_seen
    gain = float(centred @ (wanted - mean_wanted)) / (float(centred @ centred) + 1e-3)
    return np.asarray(mean_wanted + gain * centred)


def _likeness(first: Floats, second: Floats, window: Window) -> float:
    """See `Verdict.likeness`; -1: they have too little in common to say."""
    rows, in_rows = _sampling(second.shape[0], first.shape[0], window.top, window.height)
    columns, in_columns = _sampling(second.shape[1], first.shape[1], window.left, window.width)
    seen = (rows @ first @ columns.T)[in_rows][:, in_columns]
    there = second[in_rows][:, in_columns]
    if min(seen.shape) < _LEAST_SIDE:
        return -1.0
    flat, wanted = seen.ravel(), there.ravel()
    centred = flat - flat.mean()
    gain = float(centred @ (wanted - wanted.mean())) / (float(centred @ centred) + 1e-3)
    if not _GAIN[0] < gain < _GAIN[1]:
        return -1.0
    # What lies between pixels was interpolated in one of them: softening both evens that out.
    seen, there = _softened(gain * seen), _softened(there)
    means = [_means(picture) for picture in (seen, there)]
    var_seen = _means(seen * seen) - means[0] ** 2
    var_there = _means(there * there) - means[1] ** 2
    both = _means(seen * there) - means[0] * means[1]
    differing = var_seen + var_there - 2 * both
    # Where most windows differ is noise: of a picture without contrast there is little of it.
    noise = float(np.clip(_NOISES * np.median(differing), *_NOISE))
    return float(np.quantile(1 - differing / (var_seen + var_there + noise), _WORST))


def _softened(picture: Floats) -> Floats:
    """Weighted means of 3 x 3 pixels."""
    lines = picture[:-2] + 2 * picture[1:-1] + picture[2:]
    return np.asarray((lines[:, :-2] + 2 * lines[:, 1:-1] + lines[:, 2:]) / 16)


def _means(picture: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Means of all windows that lie within."""
    size = min(_WINDOW, *picture.shape)
    sums = np.zeros((picture.shape[0] + 1, picture.shape[1] + 1))
    np.cumsum(np.cumsum(picture, axis=0, dtype=np.float64), axis=1, out=sums[1:, 1:])
    whole = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    return np.asarray(whole / size**2)
