"""TIFF that Pillow cannot read, or not in its depth: pages, bands, 16 bits, floats.

tifffile reads it (extra `tiff`), and three of its bands, or one, are shown: stretched between their
0.5 and 99.5 percentiles unless said otherwise, since instruments use a small part of their range.
"""

from __future__ import annotations

from typing import Any, BinaryIO, Literal, NamedTuple

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin

from visionlens_jlab.media.headers import UnreadableImageError, missing

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BITS, _SAMPLES, _NO_DATA = 258, 277, 42113
Stretch = Literal["percentile", "range", "none"]
_MANY = 10_000_000
"""Percentiles of more numbers than these are those of a part."""
_Array = np.ndarray[Any, Any]


class Layers(NamedTuple):
    """What of an image with several pages or bands is shown."""

    page: int = 0
    bands: tuple[int, ...] = ()
    """One, or three for red, green and blue, from 0; none: the first three, or the first."""
    stretch: Stretch | None = None
    """Black and white at the 0.5 and 99.5 percentiles, at the least and the greatest value, or of
    the whole type; None: percentiles of anything that has more than 8 bits."""
    gamma: float = 1.0
    """Above 1: what is dark is shown brighter."""


class Depth(NamedTuple):
    """What an image holds that one picture cannot show."""

    pages: int
    bands: int
    dtype: str

    def fitting(self, layers: Layers) -> Layers:
        """What of `layers` this image has: they are chosen for a dataset, whose images differ."""
        page = layers.page if layers.page < self.pages else 0
        bands = layers.bands if all(band < self.bands for band in layers.bands) else ()
        return layers._replace(page=page, bands=bands)


def first_tags(file: BinaryIO) -> TiffImagePlugin.ImageFileDirectory_v2 | None:
    """Tags of a TIFF's first page, or None; the file is at its beginning again."""
    try:
        head = file.read(8)
        tags = TiffImagePlugin.ImageFileDirectory_v2(head + (file.read(8) if 43 in head else b""))
        file.seek(tags.next)
        tags.load(file)
        return tags
    except Exception:  # a damaged TIFF is Pillow's to refuse
        return None
    finally:
        file.seek(0)


def is_deep(tags: TiffImagePlugin.ImageFileDirectory_v2) -> bool:
    """Whether Pillow would lose depth or bands of a page with these tags."""
    bits = tags.get(_BITS, (1,))
    samples = int(tags.get(_SAMPLES, 1))
    deepest = max(bits) if isinstance(bits, tuple) else int(bits)
    return deepest > 32 or (deepest > 8 and samples > 1) or samples > 4


def can_be_read() -> bool:
    """Whether tifffile is installed."""
    try:
        import tifffile  # noqa: F401
    except ImportError:
        return False
    return True


def depth_of(file: BinaryIO) -> Depth:
    """Pages, bands and type of a TIFF. Raises UnreadableImageError."""
    with DeepTiffFile(file) as image:
        return image.depth


class DeepTiffFile(ImageFile.ImageFile):
    """A TIFF as an image of Pillow, as stored: 8 bits a channel, RGB, or RGBA with transparency."""

    format = "TIFF"
    format_description = "TIFF read by tifffile"
    layers = Layers()
    """Set before `load`."""
    depth: Depth
    tag_v2: TiffImagePlugin.ImageFileDirectory_v2

    def _open(self) -> None:
        tags = first_tags(self._file)
        if tags is None:
            raise UnreadableImageError("a damaged TIFF")
        self.tag_v2 = tags
        with self._opened() as tiff:
            pages = _pages(tiff)
            first = pages[0]
            self.depth = Depth(len(pages), _bands(first), str(first.dtype))
            self._size = (int(first.imagewidth), int(first.imagelength))
        self._mode = "RGB"

    @property
    def _file(self) -> BinaryIO:
        assert self.fp is not None
        self.fp.seek(0)
        return self.fp  # type: ignore[return-value]

    @property
    def bytes_needed(self) -> int:
        """Memory that decoding takes at most."""
        pixels = self.width * self.height
        return pixels * (self.depth.bands * np.dtype(self.depth.dtype).itemsize * 2 + 32)

    def getexif(self) -> Image.Exif:
        """EXIF data of the first page."""
        exif = Image.Exif()
        exif.load_from_fp(self._file)
        return exif

    def load(self) -> Any:
        """Decode and stretch, once."""
        if self._im is None:
            picture = self._picture()
            self.im, self._size, self._mode = picture.im, picture.size, picture.mode
        return Image.Image.load(self)

    def _opened(self) -> Any:
        try:
            import tifffile
        except ImportError:
            raise missing("This TIFF", "tifffile", "tiff") from None
        return tifffile.TiffFile(self._file)

    def read(self, number: int) -> tuple[Any, _Array]:
        """A page, and its numbers: (height, width, bands)."""
        with self._opened() as tiff:
            pages = _pages(tiff)
            if not 0 <= number < len(pages):
                raise UnreadableImageError(f"it has {len(pages)} pages, none is {number + 1}")
            _check_whole(pages[number], tiff.filehandle.size)
            return pages[number], _by_band(pages[number])

    def _picture(self) -> Image.Image:
        layers = self.layers
        page, values = self.read(layers.page)
        count = values.shape[2]
        if any(not 0 <= band < count for band in layers.bands):
            raise UnreadableImageError(f"it has {count} bands, not one {max(layers.bands) + 1}")
        alpha = _alpha(page, values) if not layers.bands else None
        colours = count - (alpha is not None)
        bands = layers.bands or ((0, 1, 2) if colours >= 3 else (0,))
        is_colour = colours == 3 and not layers.bands
        shown = stretched(
            values[:, :, list(bands)],
            layers.stretch or ("none" if values.dtype.itemsize == 1 else "percentile"),
            jointly=is_colour,
            no_data=_no_data(page),
            gamma=layers.gamma,
        )
        if page.photometric == 0 and len(bands) == 1:  # white is zero
            shown = 255 - shown
        image = Image.fromarray(shown if len(bands) == 3 else shown[:, :, 0]).convert("RGB")
        if alpha is not None:
            image.putalpha(Image.fromarray(alpha))
        return image


def stretched(
    values: _Array,
    stretch: Stretch,
    *,
    jointly: bool,
    no_data: float | None = None,
    gamma: float = 1.0,
) -> _Array:
    """Numbers of any type, shape (height, width, bands), as uint8.

    `jointly`: with the same limits for all bands, as colours of a camera need; else each band by
    itself. What is `no_data`, or not finite, is black and does not count.
    """
    values = np.abs(values) if np.iscomplexobj(values) else values
    lost = ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    if no_data is not None:
        lost |= values == no_data
    parts = [...] if jointly else [np.s_[:, :, band] for band in range(values.shape[2])]
    shown = np.zeros(values.shape, np.uint8)
    for part in parts:
        known = values[part][~lost[part]] if lost[part].any() else values[part]
        if known.size:
            low, high = limits(known, stretch)
            scale = 255.0 / (high - low) if high > low else 0.0
            scaled = (np.nan_to_num(values[part]).astype(np.float32) - low) * scale
            if gamma != 1:
                scaled = 255 * (np.clip(scaled, 0, 255) / 255) ** np.float32(1 / gamma)
            shown[part] = np.clip(np.rint(scaled), 0, 255)
    shown[lost] = 0
    return shown


def limits(values: _Array, stretch: Stretch) -> tuple[float, float]:
    """The numbers that are shown black and white."""
    if stretch == "none" and values.dtype.kind in "ui":
        return float(np.iinfo(values.dtype).min), float(np.iinfo(values.dtype).max)
    if stretch == "none":
        return 0.0, 1.0
    if stretch == "percentile":
        some = values.reshape(-1)[:: 1 + values.size // _MANY]
        low, high = (float(limit) for limit in np.percentile(some, (0.5, 99.5)))
        if high > low:
            return low, high
    return float(values.min()), float(values.max())


def _pages(tiff: Any) -> list[Any]:
    """Pages that are pictures of their own, not smaller copies of others."""
    pages = [page for page in tiff.pages if not page.is_reduced] or list(tiff.pages)
    if not pages:
        raise UnreadableImageError("a TIFF without a page")
    return pages


def _check_whole(page: Any, size: int) -> None:
    ends = zip(page.dataoffsets, page.databytecounts, strict=True)
    if any(offset + count > size for offset, count in ends):
        raise UnreadableImageError("the file ends early")


def _bands(page: Any) -> int:
    return int(page.samplesperpixel)


def _by_band(page: Any) -> _Array:
    """Values of a page, shape (height, width, bands)."""
    values: _Array = page.asarray()
    height, width, count = int(page.imagelength), int(page.imagewidth), _bands(page)
    if page.axes.startswith("S"):  # one plane after the other
        return np.moveaxis(values.reshape(count, height, width), 0, -1)
    first: _Array = values.reshape(-1, height, width, count)[0]
    return first


def _alpha(page: Any, values: _Array) -> _Array | None:
    """Transparency as uint8 (height, width), where the last band is that."""
    extra = tuple(int(kind) for kind in page.extrasamples or ())
    if len(extra) != 1 or extra[0] not in (1, 2) or values.shape[2] not in (2, 4):
        return None
    return stretched(values[:, :, -1:], "none", jointly=True)[:, :, 0]


def _no_data(page: Any) -> float | None:
    """The number that GDAL writes where there is nothing."""
    tag = page.tags.get(_NO_DATA)
    try:
        return float(tag.value) if tag is not None else None
    except ValueError:
        return None
