"""Regular expressions that DuckDB refuses: each with what to do about it."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.predicates.patterns import (
    MAX_WEIGHT,
    MAX_WEIGHTS,
    check_pattern,
    pattern_error,
    pattern_weight,
)
from visionlens_jlab.core.predicates.shapes import Combine, Not, Quantified, Text
from visionlens_jlab.errors import VisionLensError


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


@pytest.mark.parametrize(
    ("pattern", "weight"),
    [
        ("", 0),
        ("car", 3),
        (r"\d{4}-[0-9]{2}", 7),
        ("(ab){10}", 20),
        ("((ab){10}c){3}x", 64),
        ("(a|b){2,5}", 10),
        ("a{3,}", 3),
        (r"a\{1000}", 7),
        (r"\Q(a{1000}\E", 8),
        ("([[:alpha:](]b){2}", 4),
        ("[](]{3}", 3),
        (r"\pL{2}\p{Greek}", 60),
        ("(){600}", 600),
        ("x(a", 2),
        ("a)b", 3),
    ],
)
def test_parts_count_as_often_as_they_are_repeated(pattern: str, weight: int) -> None:
    assert pattern_weight(pattern) == weight


@pytest.mark.parametrize(
    "pattern", ["(.*a){1000}z", "((.*a){30}){30}", r"(\pL*a){100}z", "x" * 501]
)
def test_what_takes_too_long_is_refused(street: DatasetStore, pattern: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        street.predicate(None, Text(op="matches", field="filename", value=pattern))
    assert caught.value.code == "PREDICATE_INVALID"
    assert str(MAX_WEIGHT) in caught.value.message


def test_what_people_write_is_allowed() -> None:
    uuid = "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"
    for pattern in (uuid, r"^\d{1,3}(\.\d{1,3}){3}$", "|".join(f"camera_{i}" for i in range(50))):
        check_pattern(pattern)


@pytest.mark.parametrize("combine", ["and", "or"])
def test_many_of_them_count_together(street: DatasetStore, combine: str) -> None:
    simple = [Text(op="matches", field="filename", value=f"a{i:03}$") for i in range(600)]
    allowed = MAX_WEIGHTS // pattern_weight("a000$")
    tree = Combine(op=combine, args=simple[:allowed])
    assert street.predicate(None, tree).text
    for refused in (
        Combine(op=combine, args=simple[: allowed + 1]),
        Combine(op="and", args=[Not(arg=one) for one in simple]),
        Quantified(op="any", arg=Combine(op="or", args=list(simple))),
    ):
        with pytest.raises(VisionLensError) as caught:
            street.predicate(None, refused)
        assert caught.value.code == "PREDICATE_INVALID"
        assert f"{MAX_WEIGHTS:,}" in caught.value.message
        assert "a|b" in caught.value.hint
