"""Colours of images with an ICC profile, in sRGB, as a browser shows them (Pillow's LittleCMS)."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from PIL import Image

_MODES = ("RGB", "RGBA", "CMYK")


def transform_of(image: Image.Image) -> Any:
    """What brings the image to sRGB: None where it is that, has no profile, or a broken one."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or image.mode not in _MODES:
        return None
    return _transform(profile, "CMYK" if image.mode == "CMYK" else "RGB")


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> Any:
    from PIL import ImageCms

    try:
        stated = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(stated):
            return None
        return ImageCms.buildTransform(stated, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError):  # a broken profile must not cost the image
        return None


def in_srgb(image: Image.Image, transform: Any) -> Image.Image:
    """The image in sRGB: mode RGB, or RGBA as before."""
    from PIL import ImageCms

    if image.mode != "RGBA":
        changed = ImageCms.applyTransform(image, transform)
        assert changed is not None
        return changed
    shown = in_srgb(image.convert("RGB"), transform)
    shown.putalpha(image.getchannel("A"))
    return shown
