"""Which samples or annotations does the user mean? Ids, masks, frames and views become ids."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, runtime_checkable

import numpy as np

from visionlens_jlab.core.notebook.frames import ID_COLUMN, INDEX_NAME, is_frame, is_series
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError

LARGEST_ID = 2**32 - 1


@runtime_checkable
class HasIds(Protocol):
    """A view or selection."""

    def ids_at(self, level: Level) -> np.ndarray:
        """Its ids at a level, uint32, in display order."""
        ...


def ids_of(what: Any, level: Level, everything: Callable[[], np.ndarray]) -> np.ndarray:
    """Ids of a level that `what` names.

    Parameters
    ----------
    what : int, iterable of int, numpy array, pandas Series or DataFrame, Arrow array, or view
        A boolean array or list is a mask aligned with `everything()`; a boolean Series says by its
        index which ids it speaks of, unless that only counts; a DataFrame names them by its id
        column or its index.
    level : {"samples", "annotations"}
        The level whose ids are wanted.
    everything : callable
        Gives all ids of the level in ascending order; called for masks only.

    Returns
    -------
    numpy.ndarray
        uint32, shape (n,), in the order given, each id once.

    Raises
    ------
    VisionLensError
        ID_UNKNOWN when a value cannot be an id or a mask has the wrong length.
    """
    if isinstance(what, HasIds):
        return what.ids_at(level)
    if is_frame(what):
        return unique(_of_frame(what, level))
    if is_series(what):
        return unique(_of_series(what, level, everything))
    if what is None:
        raise VisionLensError("ID_UNKNOWN", "None names no rows.")
    if isinstance(what, str):
        raise VisionLensError("ID_UNKNOWN", f"Text is not a list of ids: {what!r}.")
    if isinstance(what, Iterable):
        array = np.asarray(what if hasattr(what, "__array__") else list(what))
    else:
        array = np.asarray([what])
    if array.dtype == np.bool_:
        return _masked(array, everything())
    return unique(as_ids(array))


def check_text(predicate: str) -> None:
    """Refuse a text without a condition where ids are wanted: it is hardly meant to be all rows."""
    if not predicate.strip():
        raise VisionLensError(
            "PREDICATE_INVALID",
            "An empty text names no rows.",
            "Give a predicate, ids or a view; sample_id >= 0 names all of them.",
        )


def as_ids(values: Any) -> np.ndarray:
    """Values as a uint32 array; whole floats pass, missing or negative ones raise ID_UNKNOWN."""
    array = np.asarray(values)
    if array.size == 0:
        return np.empty(0, dtype=np.uint32)
    if array.ndim != 1:
        raise VisionLensError("ID_UNKNOWN", f"Ids form one row; these have shape {array.shape}.")
    if array.dtype == object:
        array = _numbers(array)
    if array.dtype.kind not in "iuf":
        raise VisionLensError("ID_UNKNOWN", f"Ids are whole numbers, not {array[0]!r}.")
    with np.errstate(invalid="ignore"):
        wrong = ~((array >= 0) & (array <= LARGEST_ID) & (array == np.floor(array)))
    if wrong.any():
        raise VisionLensError("ID_UNKNOWN", f"{array[wrong][0]} is not an id.")
    return array.astype(np.uint32)


def unique(ids: np.ndarray) -> np.ndarray:
    """Each id once, at its first place."""
    _, first = np.unique(ids, return_index=True)
    return ids if len(first) == len(ids) else ids[np.sort(first)]


def _numbers(array: np.ndarray) -> np.ndarray:
    try:
        numbers: np.ndarray = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise VisionLensError("ID_UNKNOWN", f"Ids are whole numbers, not {array[0]!r}.") from error
    return numbers


def _masked(mask: np.ndarray, everything: np.ndarray) -> np.ndarray:
    if mask.shape != everything.shape:
        raise VisionLensError(
            "ID_UNKNOWN",
            f"The mask has {mask.size:,} values, the dataset {everything.size:,} rows.",
            "Make the mask from all rows, or give a DataFrame or a Series with ids as its index.",
        )
    chosen: np.ndarray = everything[mask]
    return chosen


def _of_frame(frame: Any, level: Level) -> np.ndarray:
    column = ID_COLUMN[level]
    if column in frame.columns:
        return as_ids(frame[column].to_numpy())
    if frame.index.name in (column, INDEX_NAME[level]):
        return as_ids(frame.index.to_numpy())
    raise VisionLensError(
        "ID_UNKNOWN",
        f"The DataFrame has no column or index {column!r}.",
        "Keep the id column when you select columns.",
    )


def _of_series(series: Any, level: Level, everything: Callable[[], np.ndarray]) -> np.ndarray:
    if str(series.dtype) not in ("bool", "boolean", "bool[pyarrow]"):
        return as_ids(series.to_numpy())
    check_index(series, level)
    mask = series.fillna(False).to_numpy(dtype=bool)
    if series.index.name is None and type(series.index).__name__ == "RangeIndex":
        return _masked(mask, everything())
    return as_ids(series.index.to_numpy()[mask])


def check_index(series: Any, level: Level) -> None:
    """Refuse a Series whose index says that it speaks of the other level's rows."""
    other: Level = "annotations" if level == "samples" else "samples"
    if series.index.name in (ID_COLUMN[other], INDEX_NAME[other]):
        raise VisionLensError(
            "ID_UNKNOWN", f"The Series speaks of {other}.", f'Pass level="{other}".'
        )
