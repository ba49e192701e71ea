"""How colourful an image is: a measure for all images, and a hook for those that come in.

Source: D. Hasler and S. Süsstrunk, "Measuring colourfulness in natural images", Human Vision and
Electronic Imaging VIII, 2003, equation (6).
"""

import numpy as np

MANIFEST = {
    "manifest": 1,
    "name": "colorfulness",
    "version": "1.0",
    "api": ">=1,<2",
    "title": "Colourfulness",
    "description": "0: grey, above 100: extremely colourful.",
    "permissions": ["images", "fields"],
    "contributions": [
        {
            "kind": "measure",
            "id": "measure",
            "title": "Measure colourfulness",
            "target": "colorfulness",
            "field": "colorfulness",
        },
        {"kind": "hook", "id": "new", "on": "on_ingest", "target": "measure_new"},
    ],
}


def colorfulness(*, image, **rest):
    """Spread and mean of the two opponent colours; 300 pixels on a side are enough."""
    image.thumbnail((300, 300))
    red, green, blue = np.moveaxis(np.asarray(image, np.float32), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread, mean = opponents.std(axis=(1, 2)), opponents.mean(axis=(1, 2))
    return float(np.hypot(*spread) + 0.3 * np.hypot(*mean))


def measure_new(*, context, samples, **rest):
    """Measure what an ingest has added; what cannot be read has no value."""
    for sample in samples:
        try:
            image = context.image(sample)
        except (OSError, ValueError):
            continue
        context.set_field(sample, "colorfulness", colorfulness(image=image))
