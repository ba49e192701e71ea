from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.formats.fields import build_fields, parse_time, typed_array
from visionlens_jlab.formats.folder_names import (
    ordered,
    split_of_file,
    split_of_folder,
    split_of_path,
)
from visionlens_jlab.formats.issues import ISSUES


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None], pa.bool_()),
        ([1, None], pa.int64()),
        ([1, 0.5], pa.float64()),
        ([1, True], pa.string()),
        (["a", 1], pa.string()),
        ([2**70], pa.string()),
        ([[1], {"a": 1}], pa.string()),
    ],
)
def test_one_type_for_all_values(values, kind):
    array = typed_array(values)
    assert array.type == kind
    assert array.null_count == values.count(None)


def test_times():
    assert parse_time("2013-11-14 11:18:45") == datetime(2013, 11, 14, 11, 18, 45, tzinfo=UTC)
    assert parse_time("2013/11/14") == datetime(2013, 11, 14, tzinfo=UTC)
    assert parse_time(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert parse_time("") is None
    for odd in ("soon", 1e30, float("nan")):
        with pytest.raises(ValueError, match=r"."):
            parse_time(odd)


DAYS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.none())
USUAL = st.builds(lambda day, sep: day.isoformat(sep, "seconds"), DAYS, st.sampled_from(" T"))
TIMES = st.lists(
    USUAL | st.sampled_from(["2013-02-30 00:00:00", "2013-01-01 24:00:00", "", "soon"])
)


@given(values=TIMES)
def test_a_column_of_times_is_read_as_each_of_them(values):
    def alone(text):
        try:
            return parse_time(text)
        except ValueError:
            return None

    fields, _ = build_fields({"captured_at": values}, str)
    wanted = [alone(text) for text in values]
    found = fields["captured_at"].to_pylist() if fields else [None] * len(values)
    assert found == wanted


def test_names_that_are_taken_get_others():
    columns = {
        "Weather": ["fog"], "weather": ["sun"], "width": [1], "": [2], "group": [7],
        "date_captured": ["2024-01-01"], "captured_at": ["2023-01-01"], "latitude": [99999],
    }  # fmt: skip
    fields, issues = build_fields(columns, lambda index: f"image {index}")
    assert fields["Weather"].to_pylist() == ["fog"]
    assert fields["weather_2"].to_pylist() == ["sun"]
    assert fields["width_2"].to_pylist() == [1]
    assert fields["field"].to_pylist() == [2]
    assert fields["group"].to_pylist() == ["7"]
    assert fields["captured_at"].to_pylist()[0].year == 2023
    assert fields["date_captured"].to_pylist() == ["2024-01-01"]
    assert fields["latitude"].to_pylist() == [None]
    assert {issue.code for issue in issues} == {"FIELD_RENAMED", "VALUE_INVALID"}
    assert {issue.code for issue in issues} <= set(ISSUES)


def test_splits_in_names():
    assert split_of_folder("train2017") == "train"
    assert split_of_folder("test-dev2017") == "test"
    assert split_of_folder("training data") is None
    assert split_of_folder("dev") == split_of_folder("Dev_set") == "val"
    assert split_of_folder("eval") == split_of_folder("evaluation") == "test"
    assert split_of_folder("devices") is None
    assert split_of_file("instances_val2017") == "val"
    assert split_of_file("labels") is None
    assert split_of_path("images/valid/a.png") == "val"
    assert ordered({"zoo", "test", "train"}) == ["train", "test", "zoo"]
