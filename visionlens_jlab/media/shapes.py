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


class TileQuery(Model):
    """`v` is `TileInfo.version`; with it the answer may be cached for ever."""

    v: str | None = None


class TileInfo(Model):
    """The tiles of an image, of which each level is half of the one below.

    Attributes
    ----------
    version : str
        Of the image: its tiles are asked for with it.
    width, height : int
        Of the upright image; 0 as long as nothing is known.
    tile : int
        Sides of a tile.
    levels : int
        Level 0 has the image's own pixels, the last fits into one tile.
    finest : int
        The lowest level that there is.
    ready : bool
        Whether all tiles are there; else they are being made: ask again.
    done : float
        Part of it.
    coarse : int
        From this level on all tiles are there.
    region : list of int
        Left, top, right, bottom in pixels of the image: tiles of every level in here are there.
    damage : str, optional
        What is wrong with the image, of which only a part is there.
    slower : str, optional
        What would show it sooner, or more of it.
    """

    version: str
    width: int = 0
    height: int = 0
    tile: int
    levels: int = 0
    finest: int = 0
    ready: bool = False
    done: float = 0
    coarse: int = 0
    region: list[int] = [0, 0, 0, 0]
    damage: str | None = None
    slower: str | None = None


class ThumbnailsRequest(Model):
    """Which thumbnails, at most 200; `versions[i]` is `Tile.thumbnail` of `samples[i]`."""

    samples: list[Annotated[int, Field(ge=0, le=2**32 - 1)]] = Field(max_length=200)
    versions: list[str] = Field(max_length=200)

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.samples) != len(self.versions):
            raise ValueError("Give as many versions as samples.")
        return self
