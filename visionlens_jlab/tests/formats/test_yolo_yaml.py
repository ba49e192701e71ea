from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.formats.text.yaml_values import MAX_DEPTH, MAX_VALUES, parse_yaml

SIZE = 20_000


def _bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    return "\n".join(lines)


HOSTILE = {
    "brackets": "[" * SIZE,
    "braces": "{a: " * (SIZE // 4),
    "dashes": "- " * SIZE,
    "questions": "? [" * SIZE,
    "bomb": _bomb(300),
    "wide bomb": "a: &a [" + "x," * 5000 + "]\n" + "b: [" + "*a," * 5000 + "]",
    "itself": "a: &a [*a]",
    "deep by aliases": "a0: &a0 [x]\n"
    + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 2 * MAX_DEPTH)),
    "merged": "a0: &a0 {k: 1}\n"
    + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}, k{n}: 1}}\n" for n in range(1, 700)),
    "two documents": "a: 1\n---\nb: 2\n",
    "an object": "a: !!python/object:os.system {}",
    "many": "[" + "x," * (MAX_VALUES + 1) + "]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_dataset_file_is_refused(name, monkeypatch):
    events = []
    parse = yaml.parse

    def counted(*args, **more):
        for event in parse(*args, **more):
            events.append(event)
            yield event

    monkeypatch.setattr(yaml, "parse", counted)
    with pytest.raises(ValueError):
        parse_yaml(HOSTILE[name])
    assert len(events) <= MAX_VALUES + 10


def test_scalars_stay_text_and_references_are_followed():
    text = "a: &x [no, 012, ~, '', 1e3]\nb: *x\nc: {<<: {d: 1, e: 2}, e: 3}\nd: 1\nd: 2\n"
    assert parse_yaml(text) == (
        {
            "a": ["no", "012", None, "", "1e3"],
            "b": ["no", "012", None, "", "1e3"],
            "c": {"d": "1", "e": "3"},
            "d": "2",
        },
        ["d"],
    )
    assert parse_yaml("") == parse_yaml("# nothing") == (None, [])
    assert parse_yaml("plain") == ("plain", [])


values = st.recursive(
    st.none() | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_values_come_back(value):
    text = yaml.safe_dump(value, allow_unicode=True, default_style=None)

    def told(one):
        if isinstance(one, dict):
            return {key: told(inner) for key, inner in one.items()}
        return [told(inner) for inner in one] if isinstance(one, list) else one

    assert parse_yaml(text)[0] == told(value)


@given(st.text(alphabet="ab:-[]{}&*!<>|?'\"# \n,~%@`\t\0é\ud7ff", max_size=200) | st.text())
def test_any_text_is_read_or_refused(text):
    with suppress(ValueError):
        parse_yaml(text)
