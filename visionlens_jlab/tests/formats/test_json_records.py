from __future__ import annotations

import json

import msgspec
import pytest

from visionlens_jlab.formats.text.json_records import RecordDecoder


@pytest.fixture
def decoder() -> RecordDecoder:
    return RecordDecoder(
        "Thing",
        [
            ("id", int | str, msgspec.NODEFAULT),
            ("box", list[float] | None, None),
            ("raw", msgspec.Raw, msgspec.Raw(b"")),
        ],
    )


def test_unforeseen_members_are_kept(decoder):
    first = decoder.decode(b'[{"id": 1, "weather": "fog"}]')
    second = decoder.decode(b'[{"id": 2, "not-a-name!": [1]}, {"id": 3, "weather": null}]')
    assert getattr(first.records[0], decoder.extras["weather"]) == "fog"
    assert getattr(second.records[0], decoder.extras["not-a-name!"]) == [1]
    assert getattr(second.records[0], decoder.extras["weather"]) is msgspec.UNSET
    assert getattr(second.records[1], decoder.extras["weather"]) is None


def test_wrong_records_are_named_and_others_kept(decoder):
    block = b'[{"id": 1}, {"box": [1]}, 5, {"id": 2, "box": ["1.5", 2]}, {"id": 3, "box": "x"}]'
    decoded = decoder.decode(block)
    assert [record.id for record in decoded.records] == [1, 2, 3]
    assert decoded.records[1].box == [1.5, 2.0]
    assert [index for index, _ in decoded.invalid] == [1, 2]
    assert decoded.positions == [0, 3, 4]
    assert decoded.dropped[2]["box"].value == "x"
    assert "box" in decoded.dropped[2]["box"].reason


def test_nan_costs_only_its_own_member(decoder):
    decoded = decoder.decode(
        b'[{"id": 1, "box": [NaN]}, {"id": 2, "score": Infinity, "x": NaN, "tags": {"y": NaN}}]'
    )
    first, second = decoded.records
    assert (first.id, first.box, second.id) == (1, None, 2)
    assert getattr(second, decoder.extras["tags"]) == {"y": "not finite: nan"}
    assert [sorted(members) for members in decoded.dropped.values()] == [["box"], ["score"]]


def test_text_that_is_no_unicode(decoder):
    decoded = decoder.decode(b'[{"id": "\\ud800x"}]')
    assert (decoded.records[0].id, decoder.recoded) == ("?x", False)
    decoded = decoder.decode(b'[{"id": "caf\xe9"}]')
    assert (decoded.records[0].id, decoder.recoded) == ("caf\u00e9", True)


def test_raw_members_keep_their_bytes(decoder):
    numbers = b"[[1.10, 2e0]]"
    decoded = decoder.decode(b'[{"id": 1, "raw": ' + numbers + b"}]")
    assert bytes(decoded.records[0].raw) == numbers


def test_what_is_not_json_is_an_error(decoder):
    with pytest.raises(ValueError, match=r"."):
        decoder.decode(b'[{"id": }]')
    assert json.loads("[]") == decoder.decode(b"[]").records
