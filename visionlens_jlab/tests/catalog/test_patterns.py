"""Regular expressions that DuckDB refuses: each with what to do about it."""

from __future__ import annotations

import pytest

from visionlens_jlab.catalog.patterns import pattern_error
from visionlens_jlab.catalog.store import DatasetStore
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.models import Text


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("[", "brackets"),
        ("(", "brackets"),
        ("a)", "brackets"),
        ("*a", "repetition"),
        ("a**", "repetition"),
        ("a{2,1}", "repetition"),
        ("a{1001}", "repetition"),
        ("[z-a]", "range"),
        ("(?<=a)b", "Looking"),
        (r"(a)\1", "groups"),
        ("a\\", "backslash"),
        ("(?P<1 a>b)", "Name a group"),
    ],
)
def test_each_says_what_to_do(street: DatasetStore, pattern: str, hint: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        street.predicate(None, Text(op="matches", field="filename", value=pattern))
    assert caught.value.code == "PREDICATE_INVALID"
    assert caught.value.message.startswith("The regular expression cannot be read: ")
    assert hint in caught.value.hint
    assert "car" not in caught.value.hint


def test_other_failures_are_left_alone() -> None:
    assert pattern_error("Conversion Error: out of range\n\nLINE 1: …") is None
