"""Pictures as an ingest leaves them, and copies of a picture as people make them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pyarrow as pa
from PIL import Image, ImageOps

from visionlens_jlab.duplicates.near import NearDuplicates
from visionlens_jlab.duplicates.table import Samples, Thumbnails
from visionlens_jlab.media import quality, thumbnails
from visionlens_jlab.media.decode import flattened, open_upright


def jpeg(image: Image.Image, level: int = 90) -> bytes:
    """A JPEG file."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=level)
    return buffer.getvalue()


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    """The image without these shares of its sides."""
    width, height = image.size
    box = (left * width, top * height, width - right * width, height - bottom * height)
    return image.crop(tuple(round(value) for value in box))


def smaller(image: Image.Image, scale: float) -> Image.Image:
    """The image with fewer pixels."""
    width, height = image.size
    return image.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "recompressed": lambda image: jpeg(image, 40),
    "resized": lambda image: jpeg(smaller(image, 0.6)),
    "cropped": lambda image: jpeg(cut(image, 0.05, 0.05, 0.05, 0.05)),
    "flipped": lambda image: jpeg(ImageOps.mirror(image)),
    "flipped, cropped": lambda image: jpeg(ImageOps.mirror(cut(image, 0.05, 0.05, 0.05, 0.05))),
}
"""By the word that is said of them."""


SCHEMA = pa.schema(
    {
        "sample_id": pa.uint32(),
        "content_hash": pa.string(),
        "width": pa.int32(),
        "height": pa.int32(),
        "sharpness": pa.float64(),
        "thumb_pack": pa.string(),
        "thumb_offset": pa.int64(),
        "thumb_length": pa.int32(),
    }
)


def stored(
    files: Iterable[bytes], folder: Path, pack_name: str = "0.pack", first: int = 0
) -> pa.Table:
    """A pack of thumbnails, and what the catalog knows of the files, numbered from `first`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with thumbnails.PackWriter(folder / pack_name) as pack:
        for number, data in enumerate(files, start=first):
            with Image.open(io.BytesIO(data)) as image:
                width, height = image.size
            shown = flattened(open_upright(io.BytesIO(data), thumbnails.LONG_SIDE)[0])
            offset, length = pack.add(thumbnails.encode(shown))
            rows.append(
                {
                    "sample_id": number,
                    "content_hash": hashlib.blake2s(data).hexdigest(),
                    "width": width,
                    "height": height,
                    "sharpness": quality.sharpness(quality.Picture(shown)),
                    "thumb_pack": pack_name,
                    "thumb_offset": offset,
                    "thumb_length": length,
                }
            )
    return pa.Table.from_pylist(rows, SCHEMA)


def gallery(files: Sequence[bytes], folder: Path) -> tuple[Samples, Thumbnails]:
    """Samples numbered as the files are."""
    samples = Samples.of(stored(files, folder))
    return samples, Thumbnails(folder, samples)


def search(samples: Samples, pictures: Thumbnails, folder: Path) -> NearDuplicates:
    """A search nobody watches."""
    folder.mkdir(exist_ok=True)
    return NearDuplicates(samples, pictures, folder, lambda stage, done, total: None)
