"""Whether a slice still has the members that it had."""

from __future__ import annotations

import hashlib

import numpy as np


def members_digest(ids: np.ndarray) -> str:
    """Of a set of ids, in whatever order."""
    content = np.sort(ids).astype("<u4").tobytes()
    return hashlib.blake2s(content, digest_size=16).hexdigest()
