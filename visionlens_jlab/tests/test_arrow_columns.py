from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.core.system import arrow_columns as columns

texts = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5))


@given(texts)
def test_texts_and_words(values):
    assert columns.texts(values).to_pylist() == values
    assert columns.words(values).to_pylist() == values
    columns.texts(values).validate(full=True)


@given(st.lists(st.none() | st.binary(max_size=5)))
def test_binaries(values):
    assert columns.binaries(values).to_pylist() == values


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
def test_integers_keep_every_bit(values):
    assert columns.optional(values, pa.int64()).to_pylist() == values


@given(st.lists(st.none() | st.booleans()))
def test_booleans(values):
    assert columns.optional(values, pa.bool_()).to_pylist() == values


def test_too_large_integers_are_an_error():
    with pytest.raises(OverflowError):
        columns.optional([2**63, None], pa.int64())


def test_nan_is_missing():
    assert columns.finite(np.array([1.5, np.nan])).to_pylist() == [1.5, None]


def test_timestamps():
    moments = [datetime(2024, 2, 29, 1, 2, 3, 456789, UTC), None]
    assert columns.timestamps(moments).to_pylist() == moments


def test_pandas_is_not_imported():
    script = (
        "import sys, numpy as np\n"
        "from visionlens_jlab.core.system import arrow_columns as c\n"
        "c.words(['a', None]), c.texts(['b', None]), c.finite(np.array([1.0]))\n"
        "assert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@given(st.lists(st.none() | st.integers(-(2**31), 2**31 - 1)), st.integers(0, 3))
def test_values_come_back(values, skipped):
    column = columns.optional(values, pa.int32()).slice(min(skipped, len(values)))
    given_ = values[min(skipped, len(values)) :]
    present = columns.present_in(column)
    assert present.tolist() == [value is not None for value in given_]
    for kind in (column, pa.chunked_array([column, column.slice(1)])):
        assert columns.values_of(kind).dtype == np.int32
    assert columns.values_of(column)[present].tolist() == [v for v in given_ if v is not None]


@given(st.lists(st.booleans()), st.integers(0, 9))
def test_flags_come_back(values, skipped):
    column = columns.numbers(np.array(values, dtype=bool), pa.bool_()).slice(skipped)
    assert columns.values_of(column).tolist() == values[skipped:]
