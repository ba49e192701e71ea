"""Tables as they come: encodings, separators, names of columns, and what is a box."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.request import make_request
from visionlens_jlab.formats.tables.columns import usual_columns
from visionlens_jlab.formats.tables.dataframe import DataFrameFormat
from visionlens_jlab.formats.tables.files import clean, read_table, recoded
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.test_dataframe import write_arrow
from visionlens_jlab.tests.formats.writers import write_image
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

ROW = "größe.png;Fußgänger;1,5;2;3;4"
TEXTS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "with a mark": lambda text: text.encode("utf-8-sig"),
    "latin-1": lambda text: text.encode("latin-1"),
    "windows": lambda text: (text + "\n“x”.png;;;;;").encode("cp1252"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without mark": lambda text: text.encode("utf-16-le"),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "tabs": lambda text: text.replace(";", "\t").encode(),
    "bars": lambda text: text.replace(";", "|").encode(),
    "commas": lambda text: text.replace("1,5", '"1,5"').replace(";", ",").encode(),
    "blanks": lambda text: text.replace(";x", "; x").encode(),
    "a separator at each end": lambda text: (text.replace("\n", ";\n") + ";").encode(),
    "capitals": lambda text: text.replace("filename;class", "Filename;Class").encode(),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_csv_file_as_programs_write_it(tmp_path, name: str) -> None:
    write_image(tmp_path / "größe.png")
    path = tmp_path / "table.csv"
    path.write_bytes(TEXTS[name](f"filename;class;x;y;w;h\n{ROW}\n{ROW}"))
    found = ingest_rows(path, labels_only=True)
    assert found.boxes("größe.png") == [(1.5, 2, 3, 4)] * 2
    assert found.class_names == ["Fußgänger"]
    told = {"ENCODING_REPAIRED": 1} if name in ("latin-1", "windows") else {}
    assert found.codes == {**told, **({"IMAGE_MISSING": 1} if name == "windows" else {})}


def test_bytes_no_windows_program_writes_are_text_too(tmp_path) -> None:
    (tmp_path / "t.csv").write_bytes(b"filename,class\na.png,\x81\xff\n")
    table = read_table(LocalSource(tmp_path), "t.csv")
    assert table.column("class").to_pylist() == ["\x81ÿ"]
    assert [issue.code for issue in recoded(LocalSource(tmp_path), "t.csv")] == [
        "ENCODING_REPAIRED"
    ]


def test_text_that_is_stored_as_bytes_is_text(tmp_path) -> None:
    table = pa.table({
        "path": pa.array([b"a.png", b"b.png"]),
        "class": pa.array([b"person", "gr\xfcn".encode("latin-1")]).dictionary_encode(),
        "picture": pa.array([b"\x89PNG\0", None]),
    })  # fmt: skip
    found = ingest_rows(write_arrow(tmp_path / "t.arrow", table), labels_only=True)
    assert [row["class"] for row in found.annotations] == ["person", "grün"]
    assert [row["path"] for row in found.samples] == ["a.png", "b.png"]


def test_names_that_look_like_numbers_are_names(tmp_path) -> None:
    (tmp_path / "t.csv").write_text("filename,class\n0001,1\n0002,2\n")
    found = ingest_rows(tmp_path / "t.csv", labels_only=True)
    assert [row["path"] for row in found.samples] == ["0001", "0002"]
    assert found.class_names == ["1", "2"]


@pytest.mark.parametrize("names", [["path", "x", "x"], ["path", "path"], ["path", " x", "x "]])
def test_a_column_twice_is_refused(tmp_path, names: list[str]) -> None:
    table = pa.Table.from_arrays([pa.array(["a.png"])] * len(names), names)
    (tmp_path / "t.csv").write_text(f"{','.join(names)}\n{','.join('1' for _ in names)}\n")
    for path in (write_arrow(tmp_path / "t.arrow", table), tmp_path / "t.csv"):
        with pytest.raises(VisionLensError, match=r"LABELS_INVALID: .* more than once") as caught:
            ingest_rows(path, labels_only=True)
        assert "Rename" in caught.value.hint


def test_a_name_that_is_not_utf_8_is_refused(tmp_path) -> None:
    good = write_arrow(tmp_path / "t.arrow", pa.table({"path": ["a.png"], "colour": ["b"]}))
    good.write_bytes(good.read_bytes().replace(b"colour", b"col\xf6\xfcr"))
    with pytest.raises(VisionLensError, match=r"LABELS_INVALID: .*not in UTF-8"):
        ingest_rows(good, labels_only=True)


BOXES: dict[str, tuple[dict[str, list[Any]], list[float] | None, list[str]]] = {
    "ours": ({"x": [1], "y": [2], "w": [3], "h": [4]}, [1, 2, 3, 4], []),
    "corners": ({"xmin": [1], "ymin": [2], "xmax": [4], "ymax": [6]}, [1, 2, 3, 4], []),
    "corners in capitals": ({"XMin": [1], "XMax": [4], "YMin": [2], "YMax": [6]}, [1, 2, 3, 4], []),
    "numbered": ({"x1": [1], "y1": [2], "x2": [4], "y2": [6]}, [1, 2, 3, 4], []),
    "sides": ({"left": [1], "top": [2], "right": [4], "bottom": [6]}, [1, 2, 3, 4], []),
    "turned": ({"x1": [4], "y1": [6], "x2": [1], "y2": [2]}, [1, 2, 3, 4], ["BOX_INVERTED"]),
    "text": ({"x": ["1"], "y": ["2,0"], "w": ["3.0"], "h": ["4"]}, [1, 2, 3, 4], []),
    "a person's size": ({"weight": [70], "height": [172]}, None, []),
    "a point": ({"x": [1], "y": [2]}, None, ["BOX_COLUMNS"]),
    "a point and the image's size": (
        {"x": [1], "y": [2], "width": [40], "height": [30]}, None, ["BOX_COLUMNS"],
    ),
    "a width": ({"w": [1], "weight": [70]}, None, ["BOX_COLUMNS"]),
    "a list": ({"bbox": [[1, 2, 3, 4]]}, None, ["BOX_COLUMNS"]),
    "a text of four numbers": ({"BBox": ["[1, 2, 3, 4]"]}, None, ["BOX_COLUMNS"]),
    "a list beside the columns": (
        {"bbox": [[1, 2, 3, 4]], "x": [1], "y": [2], "w": [3], "h": [4]}, [1, 2, 3, 4], [],
    ),
    "sides of a box": (
        {"bbox_x": [1], "bbox_y": [2], "bbox_width": [3], "bbox_height": [4]}, [1, 2, 3, 4], [],
    ),
    "a corner and a size": (
        {"left": [1], "top": [2], "width": [3], "height": [4]}, [1, 2, 3, 4], [],
    ),
    "a centre": ({"xc": [2.5], "yc": [4], "w": [3], "h": [4]}, [1, 2, 3, 4], []),
    "a list that can be no corners": ({"bbox": ["[11, 12, 3, 4]"]}, [11, 12, 3, 4], []),
    "a list that can only be corners": (
        {"bbox": [[20, 12, 30, 24]], "width": [40], "height": [30]}, [20, 12, 10, 12], [],
    ),
    "three corners": ({"xmin": [1], "ymin": [2], "xmax": [3]}, None, []),
    "fractions": (
        {"x": [0.25], "y": [0.5], "w": [0.5], "h": [0.25]}, [10, 15, 20, 7.5], ["BOX_COLUMNS"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOXES)
def test_a_box_is_four_columns_that_belong_together(tmp_path, name: str) -> None:
    columns, box, codes = BOXES[name]
    table = pa.table({"path": ["a.png"], "class": ["car"], **columns})
    write_image(tmp_path / "a.png")
    found = ingest_rows(write_arrow(tmp_path / "t.arrow", table), labels_only=True)
    assert sorted(found.codes) == codes
    [row] = found.annotations
    assert row["class"] == "car"
    assert [row[side] for side in "xywh"] == (box or [None] * 4)
    if box is None:  # what is no box is not lost
        kept = {str(value) for value in found.samples[0].values()}
        assert {str(value) for [value] in columns.values()} <= kept


def test_sizes_that_differ_within_an_image_are_those_of_boxes(tmp_path) -> None:
    write_image(tmp_path / "a.png")
    columns = {"x": [1, 2], "y": [1, 2], "width": [3, 5], "height": [4, 4]}
    table = pa.table({"path": ["a.png"] * 2, "label": ["car", "dog"], **columns})
    found = ingest_rows(write_arrow(tmp_path / "t.arrow", table), labels_only=True)
    assert found.boxes("a.png") == [(1, 1, 3, 4), (2, 2, 5, 4)]
    assert [row["class"] for row in found.annotations] == ["car", "dog"]


def test_flags_are_read_as_they_are_written(tmp_path) -> None:
    words = ["true", "False", "1", "0", "no", "maybe", None]
    table = pa.table(
        {"path": ["a.png"] * 7, "class": ["a"] * 7, "is_crowd": words, "occluded": words}
    )
    found = ingest_rows(write_arrow(tmp_path / "t.arrow", table), labels_only=True)
    wanted = [True, False, True, False, False, None, None]
    assert [row["occluded"] for row in found.annotations] == wanted
    assert [row["is_crowd"] for row in found.annotations] == [bool(one) for one in wanted]


def test_a_size_that_is_none_is_told(tmp_path) -> None:
    table = pa.table({"path": list("abcd"), "width": ["q", str(2**31), "40.0", None]})
    found = ingest_rows(write_arrow(tmp_path / "t.arrow", table), labels_only=True)
    assert [row["width"] for row in found.samples] == [None, None, 40, None]
    assert found.codes["VALUE_INVALID"] == 1


NAMES = st.sampled_from([
    *("path", "filename", "class", "x", "y", "w", "h", "xmin", "ymin", "xmax", "ymax", "width"),
    *("height", "split", "is_crowd", "confidence", "area", "captured_at", "latitude", "caption"),
    *("", " x", "Class", "kind", "label", "tags", "sample_id", "\0", "😀"),
])  # fmt: skip
VALUES = [
    st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=5),
    st.binary(max_size=5), st.datetimes(), st.dates(), st.timedeltas(),
    st.decimals(places=2, min_value=-99, max_value=99), st.lists(st.integers(0, 9), max_size=2),
    st.fixed_dictionaries({"a": st.integers(0, 9)}), st.sampled_from(["1", "2,5", "no", "2024"]),
]  # fmt: skip
IMAGES = st.sampled_from(["a.png", "b.png", None])


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Columns of any type under names that mean something; some images are named."""
    rows = draw(st.integers(0, 4))
    names = draw(st.lists(NAMES, max_size=7))
    images = draw(st.lists(IMAGES, min_size=rows, max_size=rows))
    columns = [pa.array(images, pa.string())]
    for _ in names:
        value = st.one_of(st.none(), draw(st.sampled_from(VALUES)))
        values = draw(st.lists(value, min_size=rows, max_size=rows))
        try:
            columns.append(pa.array(values))
        except (pa.ArrowException, OverflowError, ValueError):
            columns.append(pa.array([None] * rows))
    return pa.Table.from_arrays(columns, ["image", *names])


@given(table=tables())
def test_any_table_is_read_or_refused_in_our_words(table, tmp_path_factory) -> None:
    path = write_arrow(tmp_path_factory.mktemp("tables") / "t.arrow", table)
    try:
        ingest_rows(path, labels_only=True, format="dataframe")
    except VisionLensError as error:
        assert error.code in ("LABELS_INVALID", "DIR_EMPTY")
        assert error.hint


@given(
    data=st.binary(max_size=60), head=st.sampled_from([b"", b"filename,class\n", b"path;x;y;w;h\n"])
)
def test_any_bytes_are_a_table_or_none(data, head, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("tables")
    for suffix in (".csv", ".arrow", ".parquet", ".feather"):
        (folder / f"t{suffix}").write_bytes(head + data)
        try:
            table = read_table(LocalSource(folder), f"t{suffix}")
        except VisionLensError as error:
            assert error.code == "LABELS_INVALID"
        else:
            usual_columns(clean(table, "t"), None, "t")


def test_detection_reads_no_column_that_it_does_not_need(tmp_path, monkeypatch):
    """A Parquet file may hold all images of a dataset, or very many labels."""
    asked: list[list[str] | None] = []
    real = parquet.read_table

    def watched(file, columns=None):
        asked.append(columns)
        return real(file, columns=columns)

    monkeypatch.setattr(parquet, "read_table", watched)
    row = {"file_name": "a.jpg", "image": {"bytes": b"x", "path": "a.jpg"}, "split": "val", "n": 1}
    parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "images.parquet")
    request = make_request(str(tmp_path / "images.parquet"), source_kinds())
    found = DataFrameFormat().detect(request)
    assert found is not None and found.splits == ["val"]
    assert asked == [["file_name", "split"]]
