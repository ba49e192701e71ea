"""How pictures are asked for."""

from __future__ import annotations

from typing import Annotated, Literal, Self

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


class Display(Model):
    """How images of more than 8 bits, with several pages or bands, are shown.

    An image that has not what is chosen here is shown as if nothing was.

    Attributes
    ----------
    page : int
        From 0.
    bands : list of int
        One, or three for red, green and blue, from 0; none: the first three, or the first.
    stretch : {"percentile", "range", "none"}
        What is black and white: the 0.5 and 99.5 percentiles, the least and the greatest number, or
        those of the type.
    gamma : float
        Above 1: what is dark is shown brighter.
    """

    page: int = Field(0, ge=0, le=1_000_000)
    bands: list[Annotated[int, Field(ge=0, le=100_000)]] = []
    stretch: Literal["percentile", "range", "none"] = "percentile"
    gamma: float = Field(1.0, ge=0.1, le=10, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_or_three(self) -> Self:
        if len(self.bands) not in (0, 1, 3):
            raise ValueError("Name one band, three, or none.")
        return self


class DisplayChoice(Model):
    """What is chosen for a dataset; None: nothing, every image is shown as suits it."""

    display: Display | None = None


class ImageQuery(Model):
    """`developed`: camera RAW at full size, not the preview inside; `v` tells addresses apart."""

    developed: bool = False
    v: str | None = None


class PictureInfo(Model):
    """What an image holds beside one picture.

    Attributes
    ----------
    kind : {"plain", "raw", "deep"}
        Camera RAW; more than 8 bits, several pages or bands; anything else.
    pages, bands : int
    dtype : str
        Of its numbers.
    low, high : float, optional
        The least and the greatest of the page that is shown; None: not read.
    """

    kind: Literal["plain", "raw", "deep"] = "plain"
    pages: int = 1
    bands: int = 1
    dtype: str = "uint8"
    low: float | None = None
    high: float | None = None


class ThumbnailsRequest(Model):
    """Which thumbnails, at most 200; `versions[i]` is `Tile.thumbnail` of `samples[i]`."""

    samples: list[Annotated[int, Field(ge=0, le=2**32 - 1)]] = Field(max_length=200)
    versions: list[str] = Field(max_length=200)

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.samples) != len(self.versions):
            raise ValueError("Give as many versions as samples.")
        return self
