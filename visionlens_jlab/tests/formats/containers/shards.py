"""Files of images as tools write them, made here by other code than that which reads them."""

from __future__ import annotations

import io
import json
import struct
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import google_crc32c
import pyarrow as pa
from PIL import Image
from pyarrow import parquet

SIZE = (64, 48)


def picture(number: int, form: str = "JPEG", size: tuple[int, int] = SIZE) -> bytes:
    """An image file of which no two are alike."""
    out = io.BytesIO()
    colour = (37 * number % 256, 91 * number % 256, 151 * number % 256)
    image = Image.new("RGB", size, colour)
    image.paste((255, 255, 255), (number % 32, 2, number % 32 + 8, 12))
    image.save(out, form, quality=90)
    return out.getvalue()


def write_tar(path: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """An archive as WebDataset's writer makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def sample(key: str, number: int, **labels: Any) -> list[tuple[str, bytes]]:
    """Files of one sample; labels by suffix, `json` as an object."""
    files = [(f"{key}.jpg", picture(number))]
    for suffix, value in labels.items():
        text = json.dumps(value) if suffix == "json" else str(value)
        files.append((f"{key}.{suffix}", text.encode()))
    return files


def _varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value % 128 + 128])
        value //= 128
    return out + bytes([value])


def _tagged(tag: int, data: bytes) -> bytes:
    return _varint(tag * 8 + 2) + _varint(len(data)) + data


def example(features: Mapping[str, list[Any]], *, packed: bool = True) -> bytes:
    """A `tf.Example`; numbers packed, as TensorFlow writes them, or not."""
    entries = b""
    for name, values in features.items():
        if values and isinstance(values[0], bytes):
            feature = _tagged(1, b"".join(_tagged(1, one) for one in values))
        elif values and isinstance(values[0], float):
            flat = [struct.pack("<f", one) for one in values]
            inner = (
                _tagged(1, b"".join(flat)) if packed else b"".join(b"\x0d" + one for one in flat)
            )
            feature = _tagged(2, inner)
        else:
            whole = [_varint(one % 2**64) for one in values]
            inner = _tagged(1, b"".join(whole)) if packed else b"".join(b"\x08" + o for o in whole)
            feature = _tagged(3, inner)
        entries += _tagged(1, _tagged(1, name.encode()) + _tagged(2, feature))
    return _tagged(1, entries)


def _check(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) % 2**32)


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _check(length) + data + _check(data)


def write_records(path: Path, examples: Iterable[bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(map(record, examples)))
    return path


def detection(number: int, boxes: list[tuple[float, ...]], names: list[str], **more: Any) -> bytes:
    """A record of object detection; boxes are xmin, ymin, xmax, ymax as fractions."""
    sides = {
        f"image/object/bbox/{side}": [float(box[place]) for box in boxes]
        for place, side in enumerate(("xmin", "ymin", "xmax", "ymax"))
    }
    found = {
        "image/encoded": [picture(number)],
        "image/format": [b"jpeg"],
        "image/filename": [f"{number}.jpg".encode()],
        "image/height": [SIZE[1]],
        "image/width": [SIZE[0]],
        **sides,
        "image/object/class/text": [name.encode() for name in names],
        **more,
    }
    return example({name: value for name, value in found.items() if value})


def write_parquet(
    path: Path, rows: list[dict[str, Any]], features: Mapping[str, Any] | None = None, **more: Any
) -> Path:
    """A file as `datasets` writes it; `features` as it notes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows)
    if features is not None:
        stated = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": stated})
    parquet.write_table(table, path, **more)
    return path


def image_value(number: int, name: str | None = None) -> dict[str, Any]:
    return {"bytes": picture(number), "path": name or f"{number}.jpg"}
