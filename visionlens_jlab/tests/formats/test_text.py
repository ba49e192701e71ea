from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.formats.text import decoding as text
from visionlens_jlab.formats.text.decoding import stream_lines, text_lines

lines = st.lists(st.text(st.sampled_from("a 0.é€\u2028"), max_size=9), max_size=9)


@given(
    lines,
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.integers(1, 7),
)
def test_lines_are_the_same_in_blocks(parts, end, encoding, block):
    data = end.join(parts).encode(encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", max(block, 3))
        streamed = list(stream_lines(io.BytesIO(data)))
    wanted = text_lines(data)
    assert [line for line in streamed if line] == [line for line in wanted if line]
    assert [n for n, line in enumerate(streamed) if line] == [
        n for n, line in enumerate(wanted) if line
    ]


@given(st.binary(max_size=300))
def test_any_bytes_are_lines(data):
    assert b"".join(data.split()) == b"" or list(stream_lines(io.BytesIO(data)))


def test_a_line_without_end_is_not_held(monkeypatch):
    monkeypatch.setattr(text, "BLOCK", 10)
    monkeypatch.setattr(text, "LONGEST_LINE", 25)
    data = b"one\n" + b"x" * 100 + b"\ntwo\n" + b"y" * 40
    assert list(stream_lines(io.BytesIO(data))) == [
        "one",
        "a line of more than 1 MB",
        "two",
        "a line of more than 1 MB",
    ]
