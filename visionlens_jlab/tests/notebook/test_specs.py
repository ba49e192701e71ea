from __future__ import annotations

from visionlens_jlab.core.notebook.view import conjunction, sort_keys
from visionlens_jlab.core.predicates.shapes import Combine, Compare
from visionlens_jlab.core.views.shapes import SortKey

CAR = Compare(field="class", cmp="=", value="car")
UNSURE = Compare(field="confidence", cmp="<", value=0.5)
WIDE = Compare(field="w", cmp=">", value=10)


def test_a_conjunction_is_flat() -> None:
    both = conjunction(CAR, UNSURE)
    assert both == Combine(op="and", args=[CAR, UNSURE])
    assert conjunction(both, WIDE) == Combine(op="and", args=[CAR, UNSURE, WIDE])


def test_a_disjunction_stays_one_part() -> None:
    either = Combine(op="or", args=[CAR, UNSURE])
    assert conjunction(either, WIDE) == Combine(op="and", args=[either, WIDE])


def test_nothing_filtered_is_no_filter() -> None:
    assert conjunction(None, None) is None
    assert conjunction(None, CAR) == CAR
    assert conjunction(Combine(op="and", args=[])) is None


def test_a_minus_sorts_descending() -> None:
    assert sort_keys(None) == []
    assert sort_keys("-confidence") == [SortKey(field="confidence", descending=True)]
    assert sort_keys(["split", "-w"]) == [
        SortKey(field="split"),
        SortKey(field="w", descending=True),
    ]
