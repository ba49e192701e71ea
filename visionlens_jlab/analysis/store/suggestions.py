"""What a user's answers about single units say of a finding."""

from __future__ import annotations

from math import comb

from visionlens_jlab.analysis.shapes import Finding, FindingStatus

_LEAST = 10
_ALPHA = 0.05


def suggested(found: Finding) -> FindingStatus | None:
    """The status that ten or more verdicts speak for; None where it is that already.

    They speak where a two-sided sign test at 5% says that yes and no are not as frequent.
    """
    yes, count = sum(found.verdicts.values()), len(found.verdicts)
    if count < _LEAST or _sign_test(yes, count) > _ALPHA:
        return None
    status: FindingStatus = "verified" if 2 * yes > count else "rejected"
    return None if status == found.status else status


def _sign_test(yes: int, count: int) -> float:
    """p of an exact two-sided sign test."""
    fewer = min(yes, count - yes)
    tail = sum(comb(count, k) for k in range(fewer + 1))
    return min(1.0, tail / 2.0 ** (count - 1))
