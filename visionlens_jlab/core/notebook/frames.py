"""Arrow tables as pandas DataFrames; pandas is imported only when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.shapes import Level
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ID_COLUMN: dict[Level, str] = {"samples": "sample_id", "annotations": "annotation_id"}
INDEX_NAME: dict[Level, str] = {"samples": "sample", "annotations": "annotation"}
"""Differs from the column's name: pandas refuses to group by a name that is both."""


def to_frame(table: pa.Table, level: Level) -> pd.DataFrame:
    """A DataFrame whose index holds the ids of the level.

    With ids as labels a column or mask computed from any part of the data still says which rows
    it speaks of when it is given back. The id column stays a column as well.

    Raises
    ------
    ImportError
        When pandas is not installed.
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

    Raises
    ------
    VisionLensError
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
