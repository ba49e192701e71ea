"""Images that Pillow alone does not read: camera RAW (rawpy), HEIC (pillow-heif).

A RAW file is an image like any other here: upright, 8 bits a channel, as LibRaw develops it with
the camera's white balance. What is shown small comes from the preview inside the file where that
is large enough, else from a half-size development, which takes a seventh of the time.
"""

from __future__ import annotations

import io
from contextlib import suppress
from functools import lru_cache
from typing import Any, BinaryIO

from PIL import Image, ImageFile, ImageOps

from visionlens_jlab.media.headers import missing
from visionlens_jlab.media.tiff import MAGIC, first_tags

_RAW_HEADS = ((0, b"FUJIFILMCCD-RAW"), (4, b"ftypcrx "), (0, b"IIRO"), (0, b"MMOR"), (0, b"IIU\0"))
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_DNG_VERSION, _SUB_IFDS, _MAKE, _SUBFILE = 50706, 330, 271, 254


def is_heic(head: bytes) -> bool:
    """Whether a file with this beginning is HEIC; AVIF is not."""
    if head[4:8] != b"ftyp" or head[8:12] not in _HEIC_BRANDS:
        return False
    return b"avif" not in head[8:32]


def is_raw(head: bytes, file: BinaryIO) -> bool:
    """Whether a file with this beginning is camera RAW; the file is at its beginning again.

    DNG says so; NEF and ARW are TIFFs of a camera whose picture is one below a small one.
    """
    if any(head[at : at + len(mark)] == mark for at, mark in _RAW_HEADS):
        return True
    if not head.startswith(MAGIC):
        return False
    tags = first_tags(file)
    if head[8:10] == b"CR" or tags is None:
        return head[8:10] == b"CR"
    camera = {_SUB_IFDS, _MAKE} <= set(tags) and tags.get(_SUBFILE) == 1
    return _DNG_VERSION in tags or camera


@lru_cache(maxsize=1)
def read_heic() -> None:
    """Have Pillow read HEIC. Raises UnreadableImageError with the command that installs it."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        raise missing("HEIC", "pillow-heif", "heic") from None
    register_heif_opener()


class RawImageFile(ImageFile.ImageFile):
    """Camera RAW as an image of Pillow; `wanted` longer side: as much is decoded at least."""

    format = "RAW"
    format_description = "Camera RAW"
    wanted: int | None = None
    _loaded = False

    def _open(self) -> None:
        with self._developed() as raw:
            sizes = raw.sizes
            turned = sizes.flip in (5, 6)
            width, height = sizes.iwidth or sizes.width, sizes.iheight or sizes.height
            self._size = (height, width) if turned else (width, height)
            self._mode = "RGB"
            preview = self._preview(raw)
        if preview is not None:
            with suppress(Exception), Image.open(io.BytesIO(preview)) as inner:
                self.info["exif"] = inner.info.get("exif", b"")

    def shrink_to(self, long_side: int | None, most_pixels: int | None) -> None:
        """Decode no more than is needed for a picture of this size."""
        width, height = self._size
        if long_side is None and most_pixels is not None and width * height > most_pixels:
            long_side = int(max(width, height) * (most_pixels / (width * height)) ** 0.5)
        self.wanted = long_side

    def load(self) -> Any:
        """Develop the picture, once."""
        if not self._loaded:
            picture = self._develop()
            self.im, self._size, self._loaded = picture.im, picture.size, True
        return Image.Image.load(self)

    def _developed(self) -> Any:
        try:
            import rawpy
        except ImportError:
            raise missing("Camera RAW", "rawpy", "raw") from None
        assert self.fp is not None
        self.fp.seek(0)
        return rawpy.imread(self.fp)

    def _preview(self, raw: Any) -> bytes | None:
        import rawpy

        with suppress(rawpy.LibRawError):
            found = raw.extract_thumb()
            if found.format == rawpy.ThumbFormat.JPEG:
                return bytes(found.data)
        return None

    def _develop(self) -> Image.Image:
        with self._developed() as raw:
            half = self.wanted is not None and 2 * self.wanted <= max(self._size)
            preview = self._preview(raw) if self.wanted is not None else None
            if preview is not None and (shown := self._shown(preview)) is not None:
                return shown
            pixels = raw.postprocess(use_camera_wb=True, half_size=half, output_bps=8)
        return Image.fromarray(pixels)

    def _shown(self, preview: bytes) -> Image.Image | None:
        """The preview, if it is large enough and shows the whole picture."""
        assert self.wanted is not None
        with suppress(Exception):  # a damaged preview: the picture is developed
            opened: Image.Image = Image.open(io.BytesIO(preview))
            image = ImageOps.exif_transpose(opened) or opened
            ratio = image.width / image.height / (self._size[0] / self._size[1])
            if max(image.size) >= min(self.wanted, max(self._size)) and 0.97 < ratio < 1.03:
                return image.convert("RGB")
        return None
