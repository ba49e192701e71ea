from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.core.notebook.frames import ids_and_values
from visionlens_jlab.errors import VisionLensError

IDS = np.array([0, 1, 5], dtype=np.uint32)


def pairs(values: Any, level: str = "samples") -> list[tuple[int, Any]]:
    ids, array = ids_and_values("score", values, level, lambda: IDS)
    assert ids.dtype == np.uint32
    assert isinstance(array, pa.Array)
    assert len(ids) == len(array)
    return list(zip(ids.tolist(), array.to_pylist(), strict=True))


@given(st.dictionaries(st.integers(0, 2**32 - 1), st.none() | st.integers(-(2**60), 2**60)))
def test_a_mapping_is_id_to_value(values: dict[int, int | None]) -> None:
    assert pairs(values) == list(values.items())


@pytest.mark.parametrize(
    "values",
    [
        ["a", None, "c"],
        np.array(["a", None, "c"], dtype=object),
        pa.array(["a", None, "c"]),
        pa.chunked_array([["a"], [None, "c"]]),
        iter(["a", None, "c"]),
        pd.Index(["a", None, "c"]),
    ],
)
def test_a_sequence_is_aligned_with_all_rows(values: Any) -> None:
    assert pairs(values) == [(0, "a"), (1, None), (5, "c")]


def test_a_series_is_indexed_by_id() -> None:
    series = pd.Series([0.5, float("nan")], index=[5, 0])
    assert pairs(series) == [(5, 0.5), (0, None)]


def test_a_frame_gives_its_column_of_that_name() -> None:
    frame = pd.DataFrame({"sample_id": [5, 1], "annotation_id": [9, 8], "score": [True, False]})
    assert pairs(frame) == [(5, True), (1, False)]
    assert pairs(frame, "annotations") == [(9, True), (8, False)]
    assert pairs(frame.drop(columns="sample_id").set_index(pd.Index([1, 0]))) == [
        (1, True),
        (0, False),
    ]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([1, 2], "FIELD_TYPE"),
        ([1, "a", None], "FIELD_TYPE"),
        ({0: 1, -1: 2}, "ID_UNKNOWN"),
        (pd.Series([1, 2], index=[3, 3]), "ID_UNKNOWN"),
        (pd.Series([1], index=pd.Index([3], name="annotation")), "ID_UNKNOWN"),
        (pd.DataFrame({"sample_id": [1]}), "FIELD_UNKNOWN"),
    ],
)
def test_what_does_not_fit_is_refused(values: Any, code: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        pairs(values)
    assert caught.value.code == code
