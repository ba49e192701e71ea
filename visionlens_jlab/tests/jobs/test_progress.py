"""Rate and remaining time."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st

from visionlens_jlab.core.jobs.context import Meter, Step


def test_nothing_is_claimed_before_anything_was_measured():
    meter = Meter()
    assert meter.eta_seconds is None
    meter.update(Step("read", 10, 100), 0.0)
    assert (meter.rate, meter.eta_seconds) == (None, None)


def test_a_steady_stage_has_its_rate_and_end():
    meter = Meter()
    for second in range(10):
        meter.update(Step("read", second * 5, 100), float(second))
    assert meter.rate is not None and math.isclose(meter.rate, 5)
    assert meter.eta_seconds is not None and math.isclose(meter.eta_seconds, 55 / 5)


def test_a_new_stage_starts_afresh():
    meter = Meter()
    meter.update(Step("read", 0, 100), 0.0)
    meter.update(Step("read", 50, 100), 1.0)
    meter.update(Step("thumbnails", 0, 10), 2.0)
    assert meter.rate is None
    meter.update(Step("thumbnails", 1, 10), 3.0)
    assert meter.rate == 1


def test_without_a_total_there_is_a_rate_but_no_end():
    meter = Meter()
    meter.update(Step("list", 0, None), 0.0)
    meter.update(Step("list", 8, None), 2.0)
    assert meter.rate == 4
    assert meter.eta_seconds is None


def test_a_slower_rate_is_approached_not_jumped_to():
    meter = Meter()
    meter.update(Step("read", 0, 1000), 0.0)
    meter.update(Step("read", 100, 1000), 1.0)
    meter.update(Step("read", 110, 1000), 2.0)
    assert meter.rate is not None and 10 < meter.rate < 100


@example([("a", 0, 0.0, 1), ("a", 1, 5e-324, 1)])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]), st.integers(0, 50), st.floats(0, 10), st.integers(0, 50)
        )
    )
)
def test_whatever_comes_rate_and_end_are_never_negative(steps):
    meter, now = Meter(), 0.0
    for stage, done, wait, total in steps:
        now += wait
        meter.update(Step(stage, done, total), now)
        assert meter.rate is None or (meter.rate > 0 and math.isfinite(meter.rate))
        assert meter.eta_seconds is None or meter.eta_seconds >= 0
