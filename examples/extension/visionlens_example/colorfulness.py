"""How colourful an image is.

Source: D. Hasler and S. Süsstrunk, "Measuring colourfulness in natural images", Human Vision and
Electronic Imaging VIII, 2003, equation (6).
"""

from __future__ import annotations

import numpy as np

from visionlens_jlab.core.fields.field import Field
from visionlens_jlab.media.quality import Picture

FIELDS = (
    Field(
        "colorfulness",
        "samples",
        "number",
        "histogram",
        description="Colourfulness after Hasler and Süsstrunk.",
        unit="0: grey, above 100: extremely colourful",
        origin="quality",
        measure="visionlens_example.colorfulness:colorfulness",
    ),
)


def colorfulness(picture: Picture) -> float:
    """Spread and mean of the two opponent colours of the thumbnail's pixels."""
    red, green, blue = np.moveaxis(picture.pixels.astype(np.float32), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread, mean = opponents.std(axis=(1, 2)), opponents.mean(axis=(1, 2))
    return float(np.hypot(*spread) + 0.3 * np.hypot(*mean))
