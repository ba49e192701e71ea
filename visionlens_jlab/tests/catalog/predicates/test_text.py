"""Reading and writing predicates: spellings, quoting, and errors that help."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import compile_filter
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.renderer import render
from visionlens_jlab.core.predicates.shapes import (
    Combine,
    Compare,
    Count,
    Filter,
    In,
    Not,
    Null,
    Quantified,
    Text,
)
from visionlens_jlab.errors import VisionLensError


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("class == 'car'", Compare(field="class", cmp="=", value="car")),
        ("class <> 'car'", Compare(field="class", cmp="!=", value="car")),
        ("caption = 'it''s'", Compare(field="caption", cmp="=", value="it's")),
        ('"my field" >= -1.5e2', Compare(field="my field", cmp=">=", value=-150.0)),
        ('sample."my field" = true', Compare(field="sample.my field", cmp="=", value=True)),
        ("split NOT IN ('a', NULL)", Not(arg=In(field="split", values=["a", None]))),
        ("split Is Not Null", Not(arg=Null(field="split"))),
        ("path not matches '^a'", Not(arg=Text(op="matches", field="path", value="^a"))),
        ("count(*) = 2", Count(cmp="=", value=2)),
        ("count > 2", Compare(field="count", cmp=">", value=2)),
        ("none(w < 3)", Quantified(op="none", arg=Compare(field="w", cmp="<", value=3))),
    ],
)
def test_spellings(text: str, tree: Filter) -> None:
    assert parse(text) == tree
    assert parse(render(tree)) == tree


def test_and_binds_stronger_than_or() -> None:
    a, b, c = (Compare(field=name, cmp="=", value=1) for name in "xyw")
    both = Combine(op="and", args=[b, c])
    assert parse("x = 1 or y = 1 and w = 1") == Combine(op="or", args=[a, both])
    grouped = Combine(op="and", args=[Combine(op="or", args=[a, b]), c])
    assert render(grouped) == "(x = 1 or y = 1) and w = 1"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "a field"),
        ("class = ", "a value"),
        ('class = "car"', "single quotes: 'car'"),
        ("class = null", "never true"),
        ("class 'car'", "a comparison after class"),
        ("class = 'car", "a quote that is not closed"),
        ("class = 'car' split = 'x'", "the end"),
        ("width ; 3", "';'"),
        ("(width = 3", "`)`"),
        ("count(w > 3) > 1.5", "a whole number"),
        ("count(w > 3)", "one of"),
        ("width between 1 or 3", "`and`"),
        ("width between true and 3", "a number or text"),
        ("caption like 3", "text in single quotes"),
        ("width = 1e999", "too large"),
        ("(" * 200 + "width = 3" + ")" * 200, "nested"),
        ("width = 3abc", "cannot read"),
    ],
)
def test_errors_say_what_was_expected(text: str, part: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        parse(text)
    assert caught.value.code == "PREDICATE_INVALID"
    assert part.lower() in caught.value.message.lower() + caught.value.hint.lower()


def test_a_deep_tree_is_refused() -> None:
    tree: Filter = Compare(field="width", cmp="=", value=1)
    for _ in range(100):
        tree = Not(arg=tree)
    with pytest.raises(VisionLensError, match="nested"):
        render(tree)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_values_without_text_are_refused(value: float) -> None:
    with pytest.raises(VisionLensError, match="infinite"):
        render(Compare(field="width", cmp="=", value=value))
    with pytest.raises(VisionLensError) as caught:
        compile_filter(Compare(field="width", cmp="=", value=value), "samples", FieldSet())
    assert caught.value.code == "FIELD_TYPE"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("colour = 'red'", "FIELD_UNKNOWN"),
        ("width = 'wide'", "FIELD_TYPE"),
        ("split = 3", "FIELD_TYPE"),
        ("is_crowd = 1", "FIELD_TYPE"),
        ("width contains '3'", "FIELD_TYPE"),
        ("captured_at > 'yesterday'", "FIELD_TYPE"),
        ("tag in (1)", "FIELD_TYPE"),
    ],
)
def test_fields_and_types_are_checked(text: str, code: str) -> None:
    with pytest.raises(VisionLensError) as caught:
        compile_filter(parse(text), "samples", FieldSet())
    assert caught.value.code == code


def test_an_unknown_field_names_the_closest() -> None:
    with pytest.raises(VisionLensError) as caught:
        FieldSet().resolve("brightnes")
    assert "brightness" in caught.value.hint


def test_names_resolve_in_the_documented_order() -> None:
    user = [
        Field("mood", "annotations", "string", "values", builtin=False),
        Field("mood", "samples", "string", "values", builtin=False),
    ]
    fields = FieldSet(user)
    assert fields.resolve("width").level == "samples"
    assert fields.resolve("class").level == "annotations"
    assert fields.resolve("tag").level == "samples"
    assert fields.resolve("annotation.tag").level == "annotations"
    assert fields.resolve("Mood") is user[1]
    assert fields.resolve("annotation.mood") is user[0]
    assert fields.key(user[1]) == "mood"
    assert fields.key(user[0]) == "annotation.mood"
    with pytest.raises(VisionLensError):
        fields.resolve("sample.class")


def test_times_compare_as_utc() -> None:
    compiled = [
        compile_filter(parse(text), "samples", FieldSet()).parameters
        for text in ("captured_at > '2026-05-31T10:00:00+02:00'", "captured_at > 1780214400")
    ]
    assert compiled[0] == compiled[1]


def test_a_long_list_is_one_parameter() -> None:
    values = list(range(5000))
    compiled = compile_filter(In(field="sample_id", values=[*values, None]), "samples", FieldSet())
    assert compiled.parameters == (values,)
