"""What decides about findings, beside what a request asks for."""

from __future__ import annotations

import numpy as np

_LEAST_SHARE = 0.2
"""Least excess over the rest's mean, as a share of it: a fifth more."""
_LEAST_DIFFERENCE = 0.02
_LEAST_DEVIATIONS = 0.1
"""Of scores, in their standard deviations."""
WORST_GROUPS = 4
"""Without its so many worst groups a slice must still be worse."""
LEFT_WITHOUT_WORST = 0.3
"""Share of the excess that must be left then."""
ENTRY_Z = 3.0
"""Least excess, in standard errors, beyond what the slices chosen before lead one to expect."""
SMALL = 50
"""Units in a half up to which a slice is a small one."""
PART_OF_SMALL = 0.25
"""Weight of the tests of small slices of a depth beside that of the others. There are many of
them, and they would silence those."""
ALPHA = 0.05
"""Level of a test that somebody asks for, and an analysis's unless it names one."""
CONFIRMED = 0.2
"""Share of alpha for the confirmation half. Holm gives the last slice the whole level: with alpha
one analysis in twenty would end in a slice that chance has made, with this one in a hundred."""
EXPLAINED_Z = 2.0
"""Below it nothing of its own is left."""
SAME = 0.9
"""Jaccard index from which two slices are the same but for their words."""
SAID = 0.8
"""Jaccard index from which a target repeats what another has said."""
OVERLAPS = 0.2
"""Jaccard index from which a correlate is named beside a finding."""


ASSOCIATED = 0.25
"""Correlation of a correlate with the finding, likewise."""


def least_effect(rest: np.ndarray, scale: str) -> float:
    """The least difference that is worth a finding, given the values of the other units."""
    if scale == "score":
        return _LEAST_DEVIATIONS * float(rest.std())
    return max(_LEAST_DIFFERENCE, _LEAST_SHARE * float(rest.mean()))
