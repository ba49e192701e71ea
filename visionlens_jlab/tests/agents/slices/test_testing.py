"""Slices that somebody asks about."""

from __future__ import annotations

import pytest

from visionlens_jlab.analysis.slices.confirmation import is_confirmed
from visionlens_jlab.tests.catalog.finding_builders import effect


@pytest.mark.parametrize(
    ("found", "shown", "confirmed"),
    [
        (effect(p_adjusted=0.05), effect(p_adjusted=0.01), True),
        (effect(p_adjusted=0.051), effect(p_adjusted=0.001), False),
        (effect(p_adjusted=0.001), effect(p_adjusted=0.011), False),
        (effect(), effect(p_adjusted=None), False),
        (effect(0.5, 0.1), effect(0.1, 0.5), False),
        (effect(0.1, 0.5), effect(0.1, 0.5), True),
    ],
)
def test_both_halves_confirm_in_one_direction(found, shown, confirmed):
    """A fifth of the level in the confirmation half, as an analysis has it."""
    assert is_confirmed(found, shown) == confirmed
