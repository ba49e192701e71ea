"""Long predicates: work grows with their length, and there is an end to it."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import compile_filter, compile_matching
from visionlens_jlab.core.predicates.normal import MAX_GROUPS, MAX_TERMS
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.shapes import Combine, Compare
from visionlens_jlab.errors import VisionLensError

FIELDS = FieldSet([])


def text(count: int, part: str, word: str) -> str:
    return f" {word} ".join(part.format(i) for i in range(count))


@pytest.mark.parametrize(
    ("part", "word"),
    [("w > {}", "and"), ("width = {}", "or"), ("class = 'c{}'", "or"), ("width > {}", "and")],
)
def test_each_condition_is_looked_at_a_few_times(
    part: str, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    for count in (200, 400):
        calls = [0]
        resolve, equal = FieldSet.resolve, Compare.__eq__

        def resolved(self: FieldSet, name: str, calls=calls, resolve=resolve) -> Field:  # type: ignore[no-untyped-def]
            calls[0] += 1
            return resolve(self, name)

        def compared(self: Compare, other: object, calls=calls, equal=equal) -> bool:  # type: ignore[no-untyped-def]
            calls[0] += 1
            return bool(equal(self, other))

        with monkeypatch.context() as patch:
            patch.setattr(FieldSet, "resolve", resolved)
            patch.setattr(Compare, "__eq__", compared)
            filter = parse(text(count, part, word))
            compile_filter(filter, "samples", FIELDS)
            compile_matching(filter, FIELDS)
        asked.append(calls[0])
    assert 0 < asked[1] <= 2.2 * asked[0]


def refused(work: object) -> str:
    with pytest.raises(VisionLensError) as caught:
        work()  # type: ignore[operator]
    assert caught.value.code == "PREDICATE_INVALID"
    assert "in ('car', 'bus')" in caught.value.hint
    return caught.value.message


def test_there_is_a_limit_and_it_is_said() -> None:
    longest = parse(text(MAX_TERMS, "width = {}", "or"))
    compile_filter(longest, "samples", FIELDS)
    assert f"{MAX_TERMS:,}" in refused(lambda: parse(text(MAX_TERMS + 1, "width = {}", "or")))
    tree = Combine(op="or", args=[Compare(field="width", cmp="=", value=1)] * 20_000)
    assert f"{MAX_TERMS:,}" in refused(lambda: compile_filter(tree, "samples", FIELDS))
    groups = parse(text(MAX_GROUPS + 1, "any(w > {})", "or"))
    assert str(MAX_GROUPS) in refused(lambda: compile_filter(groups, "samples", FIELDS))
    mixed = parse(text(MAX_GROUPS + 1, "(width = 1 and w > {})", "or"))
    assert str(MAX_GROUPS) in refused(lambda: compile_filter(mixed, "samples", FIELDS))


def test_many_values_are_one_condition() -> None:
    values = ", ".join(map(str, range(50_000)))
    compiled = compile_filter(parse(f"width in ({values})"), "samples", FIELDS)
    assert len(compiled.sql) < 200
