"""How pictures are asked for."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from visionlens_jlab.core.shapes import Model


class ThumbnailQuery(Model):
    """`v` is the tile's version key; with it the answer may be cached for ever."""

    v: str | None = None


class CropQuery(Model):
    """How an annotation's picture is wanted."""

    v: str | None = None
    """The tile's version key; with it the answer may be cached for ever."""
    size: int = Field(256, ge=16, le=2048)
    """Pixels on the longer side, at most."""
    aspect: float | None = Field(None, ge=0.1, le=10, allow_inf_nan=False)
    """Width by height to which the surroundings grow."""


class ThumbnailsRequest(Model):
    """Which thumbnails, at most 200; `versions[i]` is `Tile.thumbnail` of `samples[i]`."""

    samples: list[Annotated[int, Field(ge=0, le=2**32 - 1)]] = Field(max_length=200)
    versions: list[str] = Field(max_length=200)

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.samples) != len(self.versions):
            raise ValueError("Give as many versions as samples.")
        return self
