"""Whether confidence is the share of hits, in bins of equal width."""

from __future__ import annotations

import numpy as np

BINS = 10


def bin_of(scores: np.ndarray) -> np.ndarray:
    """Bin of each confidence; below 0 the first, 1 and above the last."""
    return np.asarray(np.clip((scores * BINS).astype(int), 0, BINS - 1))


def calibration(scores: np.ndarray, hits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean confidence, share of hits and share of all in each bin that is not empty."""
    place = bin_of(scores)
    count = np.bincount(place, minlength=BINS)
    some = count > 0
    mean = np.bincount(place, scores, minlength=BINS)[some] / count[some]
    right = np.bincount(place, hits, minlength=BINS)[some] / count[some]
    return mean, right, count[some] / max(len(scores), 1)
