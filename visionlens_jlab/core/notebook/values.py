"""What `set_field` takes, as ids and an Arrow array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.notebook.frames import ID_COLUMN, is_frame, is_series
from visionlens_jlab.core.notebook.ids import as_ids, check_index
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError


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
        ids, column = _of_frame(name, values, level)
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


def _of_frame(name: str, frame: Any, level: Level) -> tuple[np.ndarray, Any]:
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
