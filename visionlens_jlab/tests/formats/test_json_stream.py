from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.formats.text import json_stream
from visionlens_jlab.formats.text.json_stream import JsonObjectReader, MalformedJsonError

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
records = st.lists(st.dictionaries(st.text(), values, max_size=4), max_size=8)
objects = st.fixed_dictionaries({"before": values, "images": records, "after": values})


@pytest.fixture(params=[3, 64, 1 << 20])
def block(request, monkeypatch):
    monkeypatch.setattr(json_stream, "BLOCK", request.param)
    return request.param


def read_all(text: bytes, wanted: str) -> tuple[dict, int]:
    reader = JsonObjectReader(io.BytesIO(text))
    found, place = {}, -1
    for key, offset in reader.members():
        if key == wanted:
            place = offset
            found[key] = [item for part in reader.elements() for item in json.loads(part)]
        else:
            found[key] = json.loads(reader.value())
    return found, place


@given(content=objects, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
@pytest.mark.parametrize("size", [5, 1 << 20])
def test_gives_what_json_gives(content, indent, ascii_only, size):
    text = json.dumps(content, indent=indent, ensure_ascii=ascii_only).encode()
    before = json_stream.BLOCK
    json_stream.BLOCK = size
    try:
        found, offset = read_all(text, "images")
        again = JsonObjectReader(io.BytesIO(text), offset)
        elements = [item for part in again.elements() for item in json.loads(part)]
    finally:
        json_stream.BLOCK = before
    assert found == content
    assert elements == content["images"]


def test_strings_that_look_like_structure(block):
    content = {"images": [{"name": '"},{"\\'}, {"name": "]}"}, {"name": "\\\\"}]}
    found, _ = read_all(json.dumps(content).encode(), "images")
    assert found == content


def test_members_not_taken_are_skipped(block):
    text = b'{"a": {"x": [1, {"y": "}"}]}, "b": "te\\"xt", "c": -1.5e3, "d": [], "e": 7}'
    reader = JsonObjectReader(io.BytesIO(text))
    assert [key for key, _ in reader.members()] == ["a", "b", "c", "d", "e"]


def test_blocks_hold_whole_elements(monkeypatch):
    monkeypatch.setattr(json_stream, "BLOCK", 200)
    content = {"images": [{"id": number, "box": [[1, 2], [3]]} for number in range(100)]}
    reader = JsonObjectReader(io.BytesIO(json.dumps(content).encode()))
    next(reader.members())
    parts = [json.loads(part) for part in reader.elements()]
    assert len(parts) > 5
    assert [item for part in parts for item in part] == content["images"]


def test_byte_order_mark_and_empty_object():
    assert list(JsonObjectReader(io.BytesIO(b"\xef\xbb\xbf{}")).members()) == []


@pytest.mark.parametrize(
    "text", [b"", b"[1]", b'{"a" 1}', b'{"images": [{"id": 1}', b'{"images": [1], ', b'{"a": "x']
)
def test_malformed_text_is_refused(text, block):
    reader = JsonObjectReader(io.BytesIO(text))
    with pytest.raises(MalformedJsonError):
        for _ in reader.members():
            pass


def test_elements_of_something_else_are_refused():
    reader = JsonObjectReader(io.BytesIO(b'{"images": {"1": 2}}'))
    next(reader.members())
    with pytest.raises(MalformedJsonError):
        list(reader.elements())
