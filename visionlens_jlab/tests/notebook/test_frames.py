from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pyarrow as pa

from visionlens_jlab.core.notebook.frames import is_frame, is_series, to_frame

TABLE = pa.table({"sample_id": pa.array([7, 2], pa.uint32()), "filename": ["a.jpg", "b.jpg"]})


def test_the_index_holds_the_ids_and_the_column_stays() -> None:
    frame = to_frame(TABLE, "samples")
    assert frame.index.tolist() == frame["sample_id"].tolist() == [7, 2]
    assert frame.loc[2, "filename"] == "b.jpg"
    assert frame.groupby("sample_id").size().tolist() == [1, 1]
    assert frame.sort_values("sample_id").filename.tolist() == ["b.jpg", "a.jpg"]


def test_without_the_id_column_rows_are_numbered() -> None:
    assert to_frame(TABLE.select(["filename"]), "samples").index.tolist() == [0, 1]


def test_frames_and_series_are_known_without_importing_pandas() -> None:
    class MyFrame(pd.DataFrame):
        pass

    assert is_frame(MyFrame())
    assert not is_frame(pd.Series([1]))
    assert is_series(pd.Series([1]))
    assert not is_series([1])


def test_a_missing_pandas_says_what_to_do() -> None:
    code = """
import sys

class NoPandas:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "pandas":
            raise ImportError("No module named pandas")

sys.meta_path.insert(0, NoPandas())
import pyarrow as pa
from visionlens_jlab.core.notebook.frames import to_frame
try:
    to_frame(pa.table({"sample_id": [1]}), "samples")
except ImportError as error:
    sys.stdout.write(str(error))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "pip install pandas" in result.stdout
    assert "to_arrow" in result.stdout
