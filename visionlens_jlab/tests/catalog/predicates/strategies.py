"""Random filters and random small datasets that share their words."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from visionlens_jlab.core.predicates.shapes import (
    Between,
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
from visionlens_jlab.tests.catalog.predicates.reference import World

TEXTS = ["car", "Car", "person", "a_b", "it's", ""]
TEXT_FIELDS = {
    "split": ["train", "val", ""],
    "weather": TEXTS,
    "class": TEXTS[:4],
    "source": ["ground_truth", "a", "b"],
}
TAG_FIELDS = ["tag", "annotation.tag"]
NUMBERS = [-1, 0, 1, 2, 2.5, 10**20]
NUMBER_FIELDS = ["sample_id", "width", "speed", "w", "confidence", "quality"]
BOOL_FIELDS = ["night", "is_crowd"]
PATTERNS = {
    "like": ["%a%", "c_r", "_", ""],
    "contains": ["A", "'", "R", ""],
    "matches": ["^c", "a.b", "r$", "[st]"],
}
COMPARISONS = ["=", "!=", "<", "<=", ">", ">="]


def _text_leaf() -> st.SearchStrategy[Filter]:
    names = st.sampled_from([*TEXT_FIELDS, *TAG_FIELDS])
    values = st.sampled_from([*TEXTS, "train", "val", "ground_truth", "a", "b"])
    return st.one_of(
        st.builds(Compare, field=names, cmp=st.sampled_from(COMPARISONS), value=values),
        st.builds(In, field=names, values=st.lists(st.one_of(values, st.none()), max_size=3)),
        st.builds(Between, field=names, low=values, high=values),
        *(
            st.builds(Text, op=st.just(op), field=names, value=st.sampled_from(patterns))
            for op, patterns in PATTERNS.items()
        ),
    )


def _number_leaf() -> st.SearchStrategy[Filter]:
    names, values = st.sampled_from(NUMBER_FIELDS), st.sampled_from(NUMBERS)
    return st.one_of(
        st.builds(Compare, field=names, cmp=st.sampled_from(COMPARISONS), value=values),
        st.builds(In, field=names, values=st.lists(st.one_of(values, st.none()), max_size=3)),
        st.builds(Between, field=names, low=values, high=values),
    )


def _bool_leaf() -> st.SearchStrategy[Filter]:
    names = st.sampled_from(BOOL_FIELDS)
    return st.builds(Compare, field=names, cmp=st.sampled_from(["=", "!="]), value=st.booleans())


def _null_leaf() -> st.SearchStrategy[Filter]:
    everything = [*TEXT_FIELDS, *TAG_FIELDS, *NUMBER_FIELDS, *BOOL_FIELDS]
    return st.builds(Null, field=st.sampled_from(everything))


def filters() -> st.SearchStrategy[Filter]:
    """Filters over the fields of `worlds`."""

    def deeper(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
        return st.one_of(
            st.builds(Combine, op=st.sampled_from(["and", "or"]), args=st.lists(inner, max_size=3)),
            st.builds(Not, arg=inner),
            st.builds(Quantified, op=st.sampled_from(["any", "none", "all"]), arg=inner),
            st.builds(
                Count,
                arg=st.one_of(st.none(), inner),
                cmp=st.sampled_from(COMPARISONS),
                value=st.integers(-1, 3),
            ),
        )

    leaf = st.one_of(_text_leaf(), _number_leaf(), _bool_leaf(), _null_leaf())
    return st.recursive(leaf, deeper, max_leaves=6)


def _maybe(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.sampled_from(values))


_SAMPLE = st.fixed_dictionaries(
    {
        "split": _maybe(TEXT_FIELDS["split"]),
        "width": _maybe([0, 1, 2]),
        "weather": _maybe(TEXTS),
        "speed": _maybe([-1, 0, 2]),
        "night": _maybe([True, False]),
        "tag": st.frozensets(st.sampled_from(["car", "a_b"])),
    }
)
_ANNOTATION = st.fixed_dictionaries(
    {
        "owner": st.integers(0, 4),
        "source": st.sampled_from(TEXT_FIELDS["source"]),
        "class": _maybe(TEXT_FIELDS["class"]),
        "w": _maybe([0.0, 1.0, 2.5]),
        "confidence": _maybe([0.0, 1.0, 2.5]),
        "is_crowd": st.booleans(),
        "quality": _maybe([0.0, 2.5]),
        "annotation.tag": st.frozensets(st.sampled_from(["car", "a_b"]), max_size=1),
    }
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to five samples with up to ten annotations."""
    samples = draw(st.lists(_SAMPLE, min_size=1, max_size=5))
    rows = [{"sample_id": i, **row} for i, row in enumerate(samples)]
    annotations = draw(st.lists(_ANNOTATION, max_size=10))
    return World(
        rows,
        [
            {"annotation_id": i, "sample_id": row.pop("owner") % len(rows), **row}
            for i, row in enumerate(annotations)
        ],
    )
