"""COCO run lengths: masks as alternating lengths of background and foreground.

Pixels are counted column by column, from the top left; the first run is background and may be 0.
The compressed form writes each length (from the fourth on: its difference to the one two before)
as a variable-length number, 5 bits to a character. Both follow pycocotools' `common/maskApi.c`
(`rleEncode`, `rleToBbox`, `rleToString`, `rleFrString`).
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

MAX_PIXELS = 1 << 26
"""A mask of more pixels is not decoded."""
MAX_SIDE = 1 << 20
_FIRST, _MORE, _SIGN, _BITS = 48, 32, 16, 5
_LONGEST = 8
"""Characters of one number: 40 bits."""


class Runs(NamedTuple):
    """A mask of `height` x `width` pixels; `lengths` int64 (n,), background first."""

    lengths: np.ndarray
    height: int
    width: int

    @property
    def area(self) -> int:
        """Number of foreground pixels."""
        return int(self.lengths[1::2].sum())


class _Stored(msgspec.Struct):
    counts: str | list[int]
    size: list[int] | None = None


_decoder = msgspec.json.Decoder(_Stored, strict=False)


def parse(text: bytes, size: tuple[int, int] | None = None) -> tuple[Runs, str | None]:
    """The runs in a JSON object `{"counts": ..., "size": [height, width]}`.

    Parameters
    ----------
    size : (height, width), optional
        What stands for a size that the object lacks.

    Returns
    -------
    runs : Runs
    complaint : str or None
        What was repaired: a missing size, or pixels without a run (taken as background).

    Raises
    ------
    ValueError
        There is no mask in it.
    """
    try:
        stored = _decoder.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"the mask cannot be read: {error}") from error
    height, width, complaint = _size(stored.size, size)
    lengths = _lengths(stored.counts)
    missing = height * width - int(lengths.sum())
    if missing < 0:
        raise ValueError(f"the mask has {-missing} pixels more than its {width} x {height}")
    if missing:
        complaint = f"the mask has {missing} pixels less than its {width} x {height}"
        if len(lengths) % 2:
            lengths[-1] += missing
        else:
            lengths = np.append(lengths, missing)
    return Runs(lengths, height, width), complaint


def _size(stored: list[int] | None, size: tuple[int, int] | None) -> tuple[int, int, str | None]:
    complaint = None
    if stored is None and size is not None:
        stored, complaint = list(size), "the mask has no size; the image's was taken"
    if stored is None or len(stored) != 2:
        raise ValueError("the mask has no size [height, width]")
    height, width = stored
    if not (0 < height <= MAX_SIDE and 0 < width <= MAX_SIDE):
        raise ValueError(f"a mask cannot have {width} x {height} pixels")
    return height, width, complaint


def _lengths(counts: str | list[int]) -> np.ndarray:
    try:
        lengths = (
            uncompressed(counts) if isinstance(counts, str) else np.array(counts, dtype=np.int64)
        )
    except OverflowError as error:
        raise ValueError("a run of the mask is too long") from error
    if lengths.size and (lengths.min() < 0 or lengths.max() > MAX_SIDE**2):
        raise ValueError("a run of the mask has an impossible length")
    return lengths


def uncompressed(counts: str) -> np.ndarray:
    """Run lengths (int64) of a compressed string. Raises ValueError."""
    try:
        codes = np.frombuffer(counts.encode("ascii"), dtype=np.uint8).astype(np.int64) - _FIRST
    except UnicodeEncodeError as error:
        raise ValueError("the mask's run lengths hold a character that cannot occur") from error
    if not codes.size:
        return codes
    if codes.min() < 0 or codes.max() >= 2 * _MORE:
        raise ValueError("the mask's run lengths hold a character that cannot occur")
    ends = np.flatnonzero((codes & _MORE) == 0)
    if not ends.size or ends[-1] != codes.size - 1:
        raise ValueError("the mask's run lengths break off")
    starts = np.concatenate([[0], ends[:-1] + 1])
    digits = ends - starts + 1
    if digits.max() > _LONGEST:
        raise ValueError("a run of the mask is too long")
    place = np.arange(codes.size) - np.repeat(starts, digits)
    values: np.ndarray = np.add.reduceat((codes & (_MORE - 1)) << (_BITS * place), starts)
    negative = (codes[ends] & _SIGN) != 0
    values[negative] -= 1 << (_BITS * digits[negative])
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def compressed(lengths: np.ndarray) -> str:
    """The compressed string of run lengths."""
    values = lengths.astype(np.int64, copy=True)
    values[3:] -= lengths[1:-2]
    magnitude = np.where(values < 0, ~values, values)
    digits = np.ones(values.size, dtype=np.int64)
    for count in range(1, _LONGEST + 1):
        digits += magnitude >= 1 << (_BITS * count - 1)
    place = np.arange(digits.sum()) - np.repeat(np.cumsum(digits) - digits, digits)
    codes = (np.repeat(values, digits) >> (_BITS * place)) & (_MORE - 1)
    codes += _MORE * (place < np.repeat(digits, digits) - 1)
    return bytes((codes + _FIRST).astype(np.uint8)).decode("ascii")


def to_json(runs: Runs) -> bytes:
    """The JSON object, compressed."""
    size = [runs.height, runs.width]
    return msgspec.json.encode({"counts": compressed(runs.lengths), "size": size})


def to_pixels(runs: Runs) -> np.ndarray:
    """bool (height, width). Raises ValueError above `MAX_PIXELS`."""
    if runs.height * runs.width > MAX_PIXELS:
        raise ValueError(f"a mask of {runs.width} x {runs.height} pixels is too large")
    foreground = (np.arange(runs.lengths.size) & 1).astype(bool)
    flat = np.repeat(foreground, runs.lengths)
    return flat.reshape(runs.width, runs.height).T


def from_pixels(pixels: np.ndarray) -> Runs:
    """Runs of a bool array (height, width)."""
    flat = np.ascontiguousarray(pixels.T, dtype=bool).ravel()
    borders = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1, [flat.size]])
    lengths = np.diff(borders)
    if flat.size and flat[0]:
        lengths = np.concatenate([[0], lengths])
    return Runs(lengths.astype(np.int64), pixels.shape[0], pixels.shape[1])


def bounding_box(runs: Runs) -> tuple[float, float, float, float] | None:
    """x, y, w, h around the foreground in pixels; None when there is none."""
    borders = np.cumsum(runs.lengths)
    first, last = borders[0:-1:2], borders[1::2] - 1
    some = last >= first
    first, last = first[some], last[some]
    if not first.size:
        return None
    left, right = first // runs.height, last // runs.height
    spans = left != right  # over the end of a column: from its bottom to the top of the next
    top = np.where(spans, 0, first % runs.height)
    bottom = np.where(spans, runs.height - 1, last % runs.height)
    x, y = int(left.min()), int(top.min())
    return float(x), float(y), float(right.max() + 1 - x), float(bottom.max() + 1 - y)
