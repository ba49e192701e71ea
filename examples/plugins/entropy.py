"""A measure: the entropy of each image's grey values, in bits."""

import numpy as np

MANIFEST = {
    "manifest": 1,
    "name": "entropy",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Entropy",
    "description": "How much the grey values of an image vary: 0 for a single one, at most 8 bits.",
    "permissions": ["images", "fields"],
    "contributions": [
        {
            "kind": "measure",
            "id": "entropy",
            "title": "Entropy of grey values",
            "target": "entropy",
            "field": "entropy",
        }
    ],
}


def entropy(*, image, **rest):
    """Shannon entropy of the histogram of 256 grey values."""
    counts = np.asarray(image.convert("L").histogram(), dtype=float)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())
