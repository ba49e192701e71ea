from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.core.notebook.frames import LARGEST_ID, ids_of
from visionlens_jlab.errors import VisionLensError

IDS = np.array([0, 1, 2, 5, 7], dtype=np.uint32)
"""All ids of a dataset with holes."""


def named(what: object, level: str = "samples") -> list[int]:
    ids = ids_of(what, level, lambda: IDS)
    assert ids.dtype == np.uint32
    assert ids.ndim == 1
    return ids.tolist()


@given(st.lists(st.integers(0, LARGEST_ID)))
def test_every_container_of_ids_names_the_same_ids_once_in_order(ids: list[int]) -> None:
    expected = list(dict.fromkeys(ids))
    assert named(ids) == expected
    assert named(tuple(ids)) == expected
    assert named(iter(ids)) == expected
    assert named(np.array(ids, dtype=np.int64)) == expected
    assert named(pd.Series(ids, dtype="int64")) == expected
    assert named(pa.array(ids, pa.uint32())) == expected
    assert named(pd.DataFrame({"sample_id": np.array(ids, dtype=np.int64)})) == expected


def test_a_single_id() -> None:
    assert named(7) == [7]
    assert named(np.uint32(7)) == [7]


@given(st.lists(st.booleans(), min_size=len(IDS), max_size=len(IDS)))
def test_a_mask_is_aligned_with_all_rows(mask: list[bool]) -> None:
    expected = IDS[np.array(mask)].tolist()
    assert named(mask) == expected
    assert named(np.array(mask)) == expected
    assert named(pd.Series(mask)) == expected
    assert named(pd.Series(mask, dtype="boolean")) == expected


def test_a_boolean_series_says_by_its_index_which_ids_it_speaks_of() -> None:
    frame = pd.DataFrame(
        {"brightness": [10.0, 90.0, 20.0]}, index=pd.Index([7, 5, 2], name="sample")
    )
    assert named(frame.brightness < 40) == [7, 2]


def test_missing_values_in_a_mask_select_nothing() -> None:
    mask = pd.Series([True, None], index=pd.Index([1, 5], name="sample"), dtype="boolean")
    assert named(mask) == [1]


def test_whole_floats_are_ids() -> None:
    assert named([1.0, 5.0]) == [1, 5]


def test_a_frame_names_ids_by_its_index_too() -> None:
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index([5, 7], name="sample_id"))
    assert named(frame) == [5, 7]
    frame.index.name = "sample"
    assert named(frame) == [5, 7]


def test_the_level_chooses_the_column() -> None:
    frame = pd.DataFrame({"annotation_id": [11, 12, 13], "sample_id": [5, 5, 7]})
    assert named(frame) == [5, 7]
    assert named(frame, "annotations") == [11, 12, 13]


@pytest.mark.parametrize(
    "wrong",
    [
        [-1],
        [2**32],
        [1.5],
        [float("nan")],
        [None],
        ["a"],
        "brightness < 40",
        object(),
        np.zeros((2, 2), dtype=int),
        [True],
        np.array([True] * 6),
        pd.Series([True, False]),
        pd.DataFrame({"filename": ["a.jpg"]}),
    ],
)
def test_what_cannot_be_ids_is_refused(wrong: object) -> None:
    with pytest.raises(VisionLensError) as caught:
        named(wrong)
    assert caught.value.code == "ID_UNKNOWN"


def test_a_mask_over_annotations_is_not_taken_for_samples() -> None:
    mask = pd.Series([True, True], index=pd.Index([1, 2], name="annotation"))
    with pytest.raises(VisionLensError, match='level="annotations"'):
        named(mask)
    assert named(mask, "annotations") == [1, 2]
