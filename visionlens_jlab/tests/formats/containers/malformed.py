"""Files of images of which each is broken in one way: name -> the bytes of the file."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from visionlens_jlab.tests.formats.containers.shards import (
    _check,
    detection,
    example,
    picture,
    record,
)

GOOD = picture(1)


def entry(name: str, data: bytes = GOOD, kind: bytes = tarfile.REGTYPE, **more: Any) -> bytes:
    """A member of an archive with its header; `more` as `tarfile.TarInfo` has it."""
    info = tarfile.TarInfo(name)
    info.size, info.type = len(data), kind
    for key, value in more.items():
        setattr(info, key, value)
    head = info.tobuf(tarfile.GNU_FORMAT)
    return head + data + bytes(-len(data) % 512)


def patched(data: bytes, at: int, new: bytes, *, check: bool = True) -> bytes:
    """A header with other bytes, and its checksum right again."""
    made = bytearray(data)
    made[at : at + len(new)] = new
    if check:
        made[148:156] = b" " * 8
        made[148:156] = b"%06o\0 " % sum(made[:512])
    return bytes(made)


END = bytes(1024)
FIRST, SECOND = entry("1.jpg"), entry("2.jpg", picture(2))


def _pax(records: bytes, claimed: int | None = None) -> bytes:
    head = entry("pax", records, b"x")
    return head if claimed is None else patched(head, 124, b"%011o\0" % claimed)


def _labelled(suffix: str, data: bytes) -> bytes:
    return FIRST + entry(f"1.{suffix}", data) + END


TARS: Mapping[str, bytes] = {
    "empty": b"",
    "text": b"this is no archive, but a text of some length " * 30,
    "header breaks off": FIRST[:300],
    "data break off": FIRST[:700],
    "second header breaks off": FIRST + SECOND[:100],
    "second data break off": FIRST + SECOND[:600],
    "first checksum wrong": patched(FIRST, 0, b"x", check=False) + END,
    "second checksum wrong": FIRST + patched(SECOND, 0, b"x", check=False) + END,
    "size is no number": FIRST + patched(SECOND, 124, b"size is 8 \0"[:12]) + END,
    "size of 2^63": FIRST + patched(SECOND, 124, b"\x80" + struct.pack(">3sQ", b"", 2**63)) + END,
    "size is negative": FIRST + patched(SECOND, 124, b"\xff" * 12) + END,
    "size beyond the end": FIRST + patched(SECOND, 124, b"%011o\0" % 10**9) + END,
    "absolute": FIRST + entry("/etc/2.jpg") + END,
    "leads out": FIRST + entry("../../2.jpg") + END,
    "leads out in the middle": FIRST + entry("a/../../2.jpg") + END,
    "null in the name": FIRST + _pax(b"17 path=a\x00b.jpg\n ") + SECOND + END,
    "backslash": FIRST + entry("..\\2.jpg") + END,
    "not UTF-8": FIRST + patched(SECOND, 0, b"\xff\xfe.jpg\0") + END,
    "symbolic link": FIRST + entry("2.jpg", b"", tarfile.SYMTYPE, linkname="/etc/passwd") + END,
    "hard link": FIRST + entry("2.jpg", b"", tarfile.LNKTYPE, linkname="1.jpg") + END,
    "device": FIRST + entry("2.jpg", b"", tarfile.CHRTYPE) + END,
    "pipe": FIRST + entry("2.jpg", b"", tarfile.FIFOTYPE) + END,
    "sparse": FIRST + entry("2.jpg", GOOD, tarfile.GNUTYPE_SPARSE) + END,
    "twice": FIRST + FIRST + END,
    "pax claims much": FIRST + _pax(b"x", 2**33 - 1) + SECOND + END,
    "long name breaks off": FIRST + entry("long", b"n" * 600, tarfile.GNUTYPE_LONGNAME)[:700],
    "compressed": gzip.compress(FIRST + END),
    "JSON broken": _labelled("json", b'{"a": '),
    "JSON deep": _labelled("json", b"[" * 100_000),
    "JSON with odd boxes": _labelled("json", b'{"annotations": [{"bbox": [1, 2, 3], "label": 1}]}'),
    "JSON in no encoding": _labelled("json", b"\x81\x8d\xff{"),
    "box of texts": _labelled("json", b'{"bbox": [["a", "b", "c", "d"]], "label": ["x"]}'),
    "class without list": _labelled("cls", b"17"),
    "image is text": entry("1.jpg", b"this is no image") + SECOND + END,
    "label without image": FIRST + entry("2.json", b"{}") + END,
}


def _numbers(**more: Any) -> bytes:
    return detection(1, [(0.1, 0.1, 0.5, 0.5)], ["dog"], **more)


def _sides(**more: list[float]) -> bytes:
    return _numbers(**{f"image/object/bbox/{name}": value for name, value in more.items()})


ONE, TWO = record(detection(1, [], [])), record(detection(2, [], []))


def _length(value: int) -> bytes:
    head = struct.pack("<Q", value)
    return head + _check(head)


def _flipped(data: bytes, at: int) -> bytes:
    made = bytearray(data)
    made[at] ^= 0x55
    return bytes(made)


def _records(*data: bytes) -> bytes:
    return ONE + b"".join(map(record, data)) + TWO


RECORDS: Mapping[str, bytes] = {
    "empty": b"",
    "text": b"this is no record at all, only text",
    "header breaks off": ONE + TWO[:6],
    "data break off": ONE + TWO[:100],
    "last checksum breaks off": ONE + TWO[:-2],
    "checksum of a length wrong": ONE + _flipped(TWO, 9) + ONE,
    "a length wrong": ONE + _flipped(TWO, 1) + ONE,
    "checksum of data wrong": ONE + _flipped(TWO, len(TWO) - 1) + ONE,
    "data wrong": ONE + _flipped(TWO, 200) + ONE,
    "length of 2^63": ONE + _length(2**63) + TWO,
    "length of 2^40": ONE + _length(2**40) + TWO,
    "length of 2^64 - 1": ONE + _length(2**64 - 1) + TWO,
    "compressed": gzip.compress(ONE + TWO),
    "garbage first": b"garbage of some bytes" + ONE + TWO,
    "garbage between": ONE + b"garbage" * 9 + TWO,
    "garbage last": ONE + TWO + b"garbage",
    "zeros last": ONE + TWO + bytes(4096),
    "record of nothing": _records(b""),
    "no message": _records(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
    "message of text": _records(b"hello, this is a text"),
    "message breaks off": _records(detection(3, [], [])[:-40]),
    "number of 80 bits": _records(b"\x0a" + b"\xff" * 11),
    "unknown wire": _records(b"\x0b\x0b\x0b"),
    "length in it beyond": _records(b"\x0a\xff\xff\x01\x0a"),
    "no image": _records(example({"label": [1], "name": [b"x"]})),
    "image is text": _records(example({"image/encoded": [b"this is no image"]})),
    "images are two": _records(example({"image/encoded": [GOOD, GOOD]})),
    "sides of other lengths": _records(_sides(xmin=[0.1, 0.2])),
    "box is not a number": _records(_sides(xmin=[float("nan")])),
    "box is infinite": _records(_sides(ymax=[float("inf")])),
    "box upside down": _records(_sides(ymax=[0.05])),
    "class is no text": _records(_numbers(**{"image/object/class/text": [b"\xff\xfe"]})),
    "class without map": _records(
        _numbers(**{"image/object/class/label": [3], "image/object/class/text": []})
    ),
    "bytes that are no text": _records(example({"image": [GOOD], "mask": [b"\xff\x00\xff"]})),
}


def table(columns: Mapping[str, Any], features: Any = None, **more: Any) -> bytes:
    """A Parquet file; `features`: text or what is told of the columns."""
    made = pa.table(dict(columns))
    if features is not None:
        told = (
            features if isinstance(features, str) else json.dumps({"info": {"features": features}})
        )
        made = made.replace_schema_metadata({"huggingface": told})
    out = io.BytesIO()
    parquet.write_table(made, out, **more)
    return out.getvalue()


IMAGE = {"image": {"_type": "Image"}}
LABEL = {"label": {"_type": "ClassLabel", "names": ["cat", "dog"]}}
IMAGES = pa.array([{"bytes": picture(n), "path": f"{n}.jpg"} for n in range(3)])


def _beside(features: Any = None, **columns: Any) -> bytes:
    return table({"image": IMAGES, **columns}, {**IMAGE, **(features or {})})


def _objects(value: Any, **more: Any) -> bytes:
    return _beside(more, objects=pa.array([value, None, None]))


WHOLE = _beside()
PLAIN = table({"image": IMAGES}, IMAGE, compression="none", use_dictionary=False)
PARQUETS: Mapping[str, bytes] = {
    "empty": b"",
    "text": b"this is no Parquet file, but text",
    "magic alone": b"PAR1",
    "magic twice": b"PAR1PAR1",
    "breaks off": WHOLE[: len(WHOLE) // 2],
    "end is missing": WHOLE[:-8],
    "last byte is missing": WHOLE[:-1],
    "length of the footer": WHOLE[:-8] + struct.pack("<I", 2**31) + b"PAR1",
    "length of the footer is 0": WHOLE[:-8] + bytes(4) + b"PAR1",
    "footer of zeros": WHOLE[:-108] + bytes(100) + WHOLE[-8:],
    "encrypted": b"PARE" + WHOLE[4:-4] + b"PARE",
    "pages of zeros": PLAIN[:4] + bytes(400) + PLAIN[404:],
    "page header spoilt": _flipped(PLAIN, 6),
    "compressed": gzip.compress(WHOLE),
    "no row": table({"image": IMAGES.slice(0, 0)}, IMAGE),
    "image missing": table({"image": pa.concat_arrays([IMAGES, pa.nulls(1, IMAGES.type)])}, IMAGE),
    "image of nothing": table({"image": pa.array([GOOD, b""])}),
    "image is text": table({"image": pa.array([GOOD, b"this is no image"])}),
    "path alone": table(
        {"image": pa.array([{"bytes": GOOD, "path": "1.jpg"}, {"bytes": None, "path": "2.jpg"}])},
        IMAGE,
    ),
    "column with a slash": table({"image": IMAGES, "a/b": IMAGES}, IMAGE),
    "column that leads out": table({"image": IMAGES, "..": IMAGES}, IMAGE),
    "list of images": _beside(more=pa.array([[GOOD], [], None])),
    "bytes that are no images": _beside(hash=pa.array([b"\x00\xff"] * 3)),
    "class beyond the list": _beside(LABEL, label=[0, 1, 7]),
    "class without list": _beside(label=[0, 1, 7]),
    "box of three": _objects({"bbox": [[1.0, 2.0, 3.0]], "category": [0]}),
    "box is not a number": _objects({"bbox": [[1.0, 2.0, 3.0, float("nan")]], "category": [0]}),
    "box of texts": _objects({"bbox": [["a", "b", "c", "d"]], "category": [0]}),
    "box upside down": _objects([{"xmin": 9, "ymin": 9, "xmax": 1, "ymax": 1, "label": "x"}]),
    "box is infinite": _objects({"bbox": [[1.0, 2.0, 3.0, float("inf")]], "category": [0]}),
    "neither box nor class": _objects([{"id": 1}]),
    "polygon of two points": _objects([{"segmentation": [[1.0, 2.0, 3.0, 4.0]], "label": "x"}]),
    "object without class": _objects([{"bbox": [1.0, 2.0, 3.0, 4.0]}]),
    "width is another": _beside(width=[1, 64, 64], height=[48, 48, 48]),
}

FILES: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "webdataset": ("0.tar", TARS),
    "tfrecord": ("0.tfrecord", RECORDS),
    "parquet_images": ("0.parquet", PARQUETS),
}
