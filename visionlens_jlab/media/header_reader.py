"""Reads headers of image files with Pillow; nothing is decoded."""

from __future__ import annotations

import math
import threading
import warnings
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

from PIL import ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from visionlens_jlab.media.camera_files import RawImageFile, is_heic, is_raw, read_heic
from visionlens_jlab.media.headers import Header, UnreadableImageError
from visionlens_jlab.media.memory import OWN
from visionlens_jlab.media.tiff import MAGIC, DeepTiffFile, can_be_read, first_tags, is_deep
from visionlens_jlab.media.webp import CANVAS_BYTES, HEAD_BYTES, webp_size

_limit_lock = threading.Lock()


def read_header(file: BinaryIO) -> Header:
    """Read the header of an open image file. Raises UnreadableImageError."""
    try:
        # Pillow warns of broken tags, on standard error where nobody listens.
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            with open_image(file) as image:
                header = header_of(image)
        if complaints and header.odd is None:
            return header._replace(odd=" ".join(str(complaints[0].message).split()).rstrip("."))
        return header
    except UnreadableImageError:
        raise
    except MemoryError as error:
        raise OWN.refused() from error
    except Exception as error:  # Pillow's parsers raise many kinds on damaged files
        raise UnreadableImageError(describe(error)) from error


_ICON = b"\0\0\1\0"
_ICON_PIXELS = 1 << 21
"""Pillow refuses more than twice as many."""


def open_image(
    file: BinaryIO, formats: tuple[str, ...] | None = None, *, by_layer: bool = False
) -> Image.Image:
    """`Image.open` without Pillow's own size limit: the size is wanted even of a huge image.

    Camera RAW, HEIC and TIFF of any depth are images too; `by_layer`: a TIFF is a `DeepTiffFile`.

    Whoever decodes checks the size first (`decode.MAX_PIXELS`). Pillow decodes icons at once, and
    takes memory for a WebP's pixels: TooLargeImageError.
    """
    head = file.read(HEAD_BYTES)
    is_icon, size = head.startswith(_ICON), webp_size(head)
    file.seek(0)
    if formats is None:
        if is_raw(head, file):
            return RawImageFile(file)
        if is_heic(head):
            read_heic()
        if head.startswith(MAGIC):
            return _open_tiff(file, by_layer=by_layer)
    if size is not None:
        OWN.check(size, CANVAS_BYTES * size[0] * size[1])
    return _opened(file, formats, _ICON_PIXELS if is_icon else None)


def _opened(
    file: BinaryIO, formats: tuple[str, ...] | None = None, pixels: int | None = None
) -> Image.Image:
    with _limit_lock:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = pixels
        try:
            return Image.open(file, formats=formats)
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _open_tiff(file: BinaryIO, *, by_layer: bool) -> Image.Image:
    tags = first_tags(file)
    if tags is not None and (by_layer or is_deep(tags)) and can_be_read():
        return DeepTiffFile(file)
    try:
        return _opened(file)
    except UnidentifiedImageError:
        if tags is None:
            raise
        return DeepTiffFile(file)


def describe(error: Exception) -> str:
    """A decoder's complaint without object addresses, so that reports are reproducible."""
    if isinstance(error, UnidentifiedImageError):
        return "not an image in a known format"
    if isinstance(error, Image.DecompressionBombError):
        return "more pixels than is safe to decode"
    return str(error).split(" <", 1)[0] or type(error).__name__


_HALVED = 'shown with 8 bits only; pip install "visionlens-jlab[tiff]" reads all'


def header_of(image: Image.Image) -> Header:
    """The header of an image that Pillow has opened."""
    width, height = _stored_size(image)
    exif, odd = _exif(image)
    if isinstance(image, TiffImagePlugin.TiffImageFile) and is_deep(image.tag_v2):
        odd = _HALVED
    if exif is None:
        return Header(width, height, odd=odd)
    if image.format == "RAW":  # developed upright
        exif[ExifTags.Base.Orientation] = 1
    details = _ifd(exif, ExifTags.IFD.Exif)
    latitude, longitude = _position(_ifd(exif, ExifTags.IFD.GPSInfo))
    orientation, doubt = _orientation(exif)
    return Header(
        width,
        height,
        orientation,
        _captured_at(exif, details),
        _camera(exif),
        latitude,
        longitude,
        doubt or odd,
    )


def _stored_size(image: Image.Image) -> tuple[int, int]:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        # Pillow turns TIFFs, and states their size, upright by itself.
        tags = image.tag_v2
        return int(tags[ExifTags.Base.ImageWidth]), int(tags[ExifTags.Base.ImageLength])
    return image.size


def _exif(image: Image.Image) -> tuple[Image.Exif | None, str | None]:
    """The EXIF data, and why what there is cannot be read."""
    # `getexif()` decodes a whole PNG in search of a late chunk, and reads XMP, which browsers
    # do not: an orientation stated there only must not be applied.
    try:
        if image.format == "TIFF":
            return image.getexif(), None
        data = image.info.get("exif")
        if not isinstance(data, bytes) or not data:
            return None, None
        exif = Image.Exif()
        exif.load(data)
    except Exception as error:  # damaged EXIF must not cost the image
        return None, describe(error)
    return exif, None


def _ifd(exif: Image.Exif, which: int) -> dict[int, object]:
    try:
        return dict(exif.get_ifd(which))
    except Exception:  # as above
        return {}


def _orientation(exif: Image.Exif) -> tuple[int, str | None]:
    value = exif.get(ExifTags.Base.Orientation)
    if isinstance(value, int) and 1 <= value <= 8:
        return value, None
    # 0 is written for "unknown".
    return 1, f"there is no orientation {value!r:.40}" if value else None


def _text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).replace("\0", "").strip() if value is not None else ""


def _camera(exif: Image.Exif) -> str | None:
    make, model = _text(exif.get(ExifTags.Base.Make)), _text(exif.get(ExifTags.Base.Model))
    if make and not model.lower().startswith(make.lower()):
        model = f"{make} {model}".strip()
    return model or None


def _captured_at(exif: Image.Exif, details: dict[int, object]) -> datetime | None:
    tags = ExifTags.Base
    text = _text(details.get(tags.DateTimeOriginal)) or _text(exif.get(tags.DateTime))
    try:
        moment = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    fraction = _text(details.get(tags.SubsecTimeOriginal))
    if fraction.isdecimal():
        moment = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    offset = _text(details.get(tags.OffsetTimeOriginal))
    try:
        sign = -1 if offset.startswith("-") else 1
        hours, minutes = offset.lstrip("+-").split(":")
        zone = timezone(sign * timedelta(hours=int(hours), minutes=int(minutes)))
        return moment.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return moment


def _position(gps: dict[int, object]) -> tuple[float | None, float | None]:
    tags = ExifTags.GPS
    latitude = _degrees(gps.get(tags.GPSLatitude), gps.get(tags.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(tags.GPSLongitude), gps.get(tags.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None:
        return None, None
    return latitude, longitude


def _degrees(value: object, reference: object, negative: str, limit: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    result = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(result) or abs(result) > limit:
        return None
    return -result if _text(reference).upper().startswith(negative) else result
