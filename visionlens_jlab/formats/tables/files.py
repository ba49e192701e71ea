"""Tables in files, whatever wrote them: Arrow, Feather, Parquet, and CSV in any encoding.

A CSV file is in UTF-8 or UTF-16, else in Windows-1252; its columns stand apart by what occurs most
in its first line: a comma, semicolon, tab or bar.
"""

from __future__ import annotations

import codecs
import csv as plain_csv
import json
import posixpath
from collections import Counter
from collections.abc import Collection
from typing import Any, BinaryIO

import pyarrow as pa

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.tables.columns import IMAGE_COLUMNS, plain_names
from visionlens_jlab.media.sources import Source

SUFFIXES = (".arrow", ".feather", ".parquet", ".csv")
_TEXTS = (*IMAGE_COLUMNS, "class", "label", "category", "split")
"""Columns of a CSV file that are text, also where they look like numbers or dates."""
_SEPARATORS = ",;\t|"
_BLOCK = 1 << 20
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
"""What Windows-1252 has no character for."""


def read_table(source: Source, path: str, only: Collection[str] | None = None) -> pa.Table:
    """A table with distinct names of columns, its text as text. Raises LABELS_INVALID.

    `only`: of a Parquet file no other columns, nor one of these that holds images.
    """
    with source.open(path) as file:
        return table_from(file, path, only)


def table_from(file: BinaryIO, path: str, only: Collection[str] | None = None) -> pa.Table:
    """The same from an open file, whose path tells what it is."""
    try:
        return clean(_read(file, posixpath.splitext(path)[1].lower(), only), path)
    except (pa.ArrowException, plain_csv.Error, OSError, ValueError, LookupError) as error:
        reason = str(error).strip("'\". ") or type(error).__name__
        raise VisionLensError("LABELS_INVALID", f"{path} is not a table: {reason}.") from error


def schema_of(file: BinaryIO, path: str) -> pa.Schema:
    """The columns of a Parquet or Arrow file, without its rows. Raises LABELS_INVALID."""
    try:
        if path.lower().endswith(".parquet"):
            from pyarrow import parquet

            return parquet.read_schema(file)
        return _arrow(file).schema
    except (pa.ArrowException, OSError, ValueError) as error:
        raise VisionLensError("LABELS_INVALID", f"{path} is not a table: {error}.") from error


def recoded(source: Source, path: str) -> list[Issue]:
    """An item for a CSV file whose text is in no Unicode encoding."""
    if not path.lower().endswith(".csv"):
        return []
    with source.open(path) as file:
        encoding = _encoding(file)
    if encoding.startswith("utf"):
        return []
    message = "The file is not in UTF-8; it was read as Windows-1252."
    return [Issue("ENCODING_REPAIRED", "repaired", "other", path, message)]


def _read(file: BinaryIO, suffix: str, only: Collection[str] | None) -> pa.Table:
    if suffix == ".parquet":
        from pyarrow import parquet  # brings file systems and TLS

        if only is None:
            return parquet.read_table(file)
        kinds = {one.name: one.type for one in parquet.read_schema(file) if one.name in only}
        heavy = [name for name in kinds if pa.types.is_nested(kinds[name])]
        heavy = [name for name in heavy if "binary" in str(kinds[name])]
        return parquet.read_table(file, columns=[name for name in kinds if name not in heavy])
    if suffix == ".csv":
        return _read_csv(file)
    return _arrow(file).read_all()


def _arrow(file: BinaryIO) -> Any:
    magic = file.read(6)
    file.seek(0)
    return (pa.ipc.open_file if magic == b"ARROW1" else pa.ipc.open_stream)(file)


def _read_csv(file: BinaryIO) -> pa.Table:
    from pyarrow import csv

    encoding = _encoding(file)
    head = codecs.getincrementaldecoder(encoding)("replace").decode(file.read(_BLOCK))
    file.seek(0)
    line = next(iter(head.lstrip("\ufeff\r\n").splitlines()), "")
    separator = max(_SEPARATORS, key=line.count)
    names = next(plain_csv.reader([line], delimiter=separator), [])
    return csv.read_csv(
        file,
        read_options=csv.ReadOptions(encoding=encoding),
        parse_options=csv.ParseOptions(
            delimiter=separator, newlines_in_values=True, invalid_row_handler=_blank
        ),
        convert_options=csv.ConvertOptions(
            strings_can_be_null=True,
            column_types={name: pa.string() for name in names if name.strip().lower() in _TEXTS},
        ),
    )


def _blank(row: Any) -> str:
    """A row of blanks, or of the sign with which DOS ended files, is none."""
    return "error" if (row.text or "x").strip("\x1a \t\r\n") else "skip"


def _encoding(file: BinaryIO) -> str:
    """The encoding of a text file; the file stands at its beginning afterwards."""
    head = file.read(4)
    file.seek(0)
    found = json.detect_encoding(head)
    if not found.startswith("utf-8"):
        return found
    decoder = codecs.getincrementaldecoder("utf-8")()
    odd = False
    try:
        while block := file.read(_BLOCK):
            odd = odd or any(byte in block for byte in _UNDEFINED)
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        while block and not odd:
            odd, block = any(byte in block for byte in _UNDEFINED), file.read(_BLOCK)
        return "latin-1" if odd else "cp1252"
    finally:
        file.seek(0)
    return found


def clean(table: pa.Table, item: str) -> pa.Table:
    """The table with distinct plain names, and bytes that are text as text.

    Raises LABELS_INVALID; `item` is what the table is called in the message.
    """
    try:
        names = [name.strip() for name in table.column_names]
    except UnicodeDecodeError as error:
        raise VisionLensError(
            "LABELS_INVALID",
            f"{item} has a column whose name is not in UTF-8: {error.object!r}.",
            "Rename it, and write the table again.",
        ) from error
    blank = [index for index, name in enumerate(names) if not name]
    for index in blank:  # a separator at the end of each line
        names[index] = f"column_{index + 1}"
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise VisionLensError(
            "LABELS_INVALID",
            f"{item} has the column {', '.join(twice)} more than once.",
            "Rename one of them, or leave it out.",
        )
    table = table.rename_columns(names)
    table = table.drop_columns(
        [names[index] for index in blank if table.column(index).null_count == table.num_rows]
    )
    for index, field in enumerate(table.schema):
        column = _readable(table.column(index))
        if column is not table.column(index) and column.type != field.type:
            table = table.set_column(index, field.name, column)
    return plain_names(table)


def _readable(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that is stored as bytes as text; times beyond Python's as text."""
    kind = column.type
    if pa.types.is_dictionary(kind) and _is_bytes(kind.value_type):
        column, kind = column.cast(kind.value_type), kind.value_type
    if _is_bytes(kind):
        texts = [None if value is None else _text(value) for value in column.to_pylist()]
        if any(isinstance(value, bytes) for value in texts):
            return column  # pictures, or the like
        return pa.chunked_array([pa.array(texts, pa.string())])
    if pa.types.is_temporal(kind):
        try:
            column.to_pylist()
        except (ValueError, OverflowError, pa.ArrowException):
            return column.cast(pa.int64()).cast(pa.string())
    return column


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _text(value: bytes) -> str | bytes:
    if b"\0" in value:
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace") if len(value) < 1000 else value
