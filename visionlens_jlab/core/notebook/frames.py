"""DataFrames, ids and values, as a user gives them and gets them.

pandas is imported only when a DataFrame is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pandas as pd


ID_COLUMN: dict[Level, str] = {"samples": "sample_id", "annotations": "annotation_id"}
INDEX_NAME: dict[Level, str] = {"samples": "sample", "annotations": "annotation"}
"""Differs from the column's name: pandas refuses to group by a name that is both."""


def to_frame(table: pa.Table, level: Level) -> pd.DataFrame:
    """A DataFrame whose index holds the ids of the level.

    With ids as labels a column or mask computed from any part of the data still says which rows
    it speaks of when it is given back. The id column stays a column as well.

    Raises ImportError when pandas is not installed.
    """
    pandas = load_pandas()
    frame: pd.DataFrame = table.to_pandas()
    column = ID_COLUMN[level]
    if column in frame.columns:
        frame.index = pandas.Index(frame[column].to_numpy(), name=INDEX_NAME[level])
    return frame


def load_pandas() -> Any:
    """The pandas module, or an ImportError that says what to do."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "to_pandas() needs pandas: pip install pandas (to_arrow() works without it)."
        ) from error
    return pandas


def is_frame(value: Any) -> bool:
    """Whether the value is a pandas DataFrame, without importing pandas for the question."""
    return _is_pandas(value, "DataFrame")


def as_rows(source: Any) -> pa.Table | None:
    """The rows of a DataFrame or Arrow table; None: it is something else.

    REQUEST_INVALID where columns share a name or hold values of several kinds.
    """
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return source
    if not is_frame(source):
        return None
    names = [str(name) for name in source.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise VisionLensError(
            "REQUEST_INVALID",
            f"The DataFrame has the column {', '.join(twice)} more than once.",
            "Rename one of them, or leave it out.",
        )
    try:
        return pa.Table.from_pandas(source, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise VisionLensError(
            "REQUEST_INVALID",
            f"The DataFrame cannot become a table: {error}.",
            "Give the values of each column one type, such as with astype(str).",
        ) from error


def number_frame(rows: list[dict[str, Any]], columns: list[str], index: str) -> pd.DataFrame:
    """Rows as a DataFrame with `index`; columns of numbers and None hold numbers and NaN."""
    pandas = load_pandas()
    frame: pd.DataFrame = pandas.DataFrame(rows, columns=columns)
    for name in columns:
        # None among numbers would make a column of objects
        if name != index and frame[name].dtype == object and not _has_text(frame[name]):
            frame[name] = pandas.to_numeric(frame[name])
    return frame.set_index(index)


def _has_text(values: Any) -> bool:
    return any(isinstance(value, str | bool) for value in values)


def is_series(value: Any) -> bool:
    """Whether the value is a pandas Series, without importing pandas for the question."""
    return _is_pandas(value, "Series")


def _is_pandas(value: Any, name: str) -> bool:
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == "pandas"
        for kind in type(value).__mro__
    )


LARGEST_ID = 2**32 - 1


@runtime_checkable
class HasIds(Protocol):
    """A view or selection."""

    def ids_at(self, level: Level) -> np.ndarray:
        """Its ids at a level, uint32, in display order."""


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


def ids_and_values(
    name: str, values: Any, level: Level, everything: Callable[[], np.ndarray]
) -> tuple[np.ndarray, pa.Array]:
    """Pair ids with values.

    Parameters
    ----------
    name : str
        The field; in a DataFrame, the column of that name holds the values.
    values : mapping, pandas Series or DataFrame, or sequence
        id -> value; a Series indexed by id; a DataFrame with the id column and `name`; or one value
        for each row of the dataset in ascending order of ids.
    level : {"samples", "annotations"}
        Whose ids they are.
    everything : callable
        Gives all ids of the level in ascending order; called for sequences only.

    Returns
    -------
    (numpy.ndarray, pyarrow.Array)
        uint32 ids and the values, same length; NaN and None are null.

    Raises
    ------
    VisionLensError
        FIELD_TYPE when the values have no common type or the wrong number, ID_UNKNOWN for ids
        that cannot be or that occur twice, FIELD_UNKNOWN when the DataFrame lacks the column.
    """
    column: Any
    if isinstance(values, Mapping):
        ids, column = as_ids(list(values)), list(values.values())
    elif is_frame(values):
        ids, column = _pairs_of_frame(name, values, level)
    elif is_series(values):
        check_index(values, level)
        ids, column = as_ids(values.index.to_numpy()), values
    elif isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise VisionLensError(
            "FIELD_TYPE",
            f"The values for {name!r} are one value, {values!r}.",
            "Give one for each row, or a dict or Series that says whose values they are.",
        )
    else:
        ids = everything()
        column = values if hasattr(values, "__len__") else list(values)
        _check_length(len(column), len(ids), level)
    if len(np.unique(ids)) != len(ids):
        raise VisionLensError("ID_UNKNOWN", f"Some ids of the values for {name!r} occur twice.")
    return ids, _array(name, column)


def _pairs_of_frame(name: str, frame: Any, level: Level) -> tuple[np.ndarray, Any]:
    if name not in frame.columns:
        raise VisionLensError("FIELD_UNKNOWN", f"The DataFrame has no column {name!r}.")
    column = ID_COLUMN[level]
    if column in frame.columns:
        return as_ids(frame[column].to_numpy()), frame[name]
    check_index(frame, level)
    return as_ids(frame.index.to_numpy()), frame[name]


def _check_length(given: int, wanted: int, level: Level) -> None:
    if given != wanted:
        raise VisionLensError(
            "FIELD_TYPE",
            f"{given:,} values for {wanted:,} {level}.",
            "Give one value for each row, or a dict or Series that says whose values they are.",
        )


def _array(name: str, column: Any) -> pa.Array:
    try:
        array = column if isinstance(column, pa.Array | pa.ChunkedArray) else _from_python(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise VisionLensError(
            "FIELD_TYPE", f"The values for {name!r} have no common type: {error}"
        ) from error
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _from_python(column: Any) -> Any:
    if is_series(column):
        return pa.Array.from_pandas(column)
    return pa.array(column, from_pandas=True)
