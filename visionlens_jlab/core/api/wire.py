"""Bodies as bytes: Arrow streams, id arrays, compression."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING

from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

ARROW = "application/vnd.apache.arrow.stream"
BINARY = "application/octet-stream"
JSON = "application/json"

ROWS_PER_BATCH = 16_384
WORTHWHILE = 1_400
"""Bodies of fewer bytes fit in one packet and are sent as they are."""

CHUNK = 1 << 20
"""Bytes of a file that are sent at once."""

_WINDOW_BITS = {"gzip": 31, "deflate": 15}


def choose_encoding(accept: str) -> str | None:
    """`gzip` or `deflate` when an Accept-Encoding header allows it, gzip first."""
    allowed: dict[str, bool] = {}
    for part in accept.lower().split(","):
        name, _, parameter = part.strip().partition(";")
        key, _, quality = parameter.strip().partition("=")
        try:
            refused = key.strip() == "q" and float(quality) == 0
        except ValueError:
            refused = True
        allowed[name.strip()] = not refused
    for name in _WINDOW_BITS:
        if allowed.get(name, allowed.get("*", False)):
            return name
    return None


def compressed(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The same body in `encoding`, still in chunks; level 1, since speed matters more here."""
    deflater = zlib.compressobj(1, zlib.DEFLATED, _WINDOW_BITS[encoding])
    for chunk in chunks:
        packed = deflater.compress(chunk)
        if packed:
            yield packed
    yield deflater.flush()


def arrow_chunks(pages: Iterator[pa.Table]) -> Iterator[bytes]:
    """The parts of a table, one at least, as an Arrow IPC stream: a chunk for each batch."""
    import pyarrow as pa

    buffer = io.BytesIO()

    def taken() -> bytes:
        chunk = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return chunk

    page = next(pages)
    with pa.ipc.new_stream(buffer, page.schema) as writer:
        while page is not None:
            for batch in page.to_batches(max_chunksize=ROWS_PER_BATCH):
                writer.write_batch(batch)
                yield taken()
            page = next(pages, None)
    yield taken()


def read_arrow(body: bytes) -> pa.Table:
    """The table in an Arrow stream; REQUEST_INVALID when it is not one."""
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(body) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise VisionLensError(
            "REQUEST_INVALID", f"The body is not a whole Arrow stream: {error}"
        ) from error
    return table


def ids_bytes(ids: np.ndarray) -> bytes:
    """Ids as little-endian uint32."""
    return ids.astype("<u4", copy=False).tobytes()


def packed(contents: Sequence[bytes]) -> bytes:
    """Several contents as one: the length of each as little-endian uint32, then all of them."""
    lengths = struct.pack(f"<{len(contents)}I", *map(len, contents))
    return b"".join([lengths, *contents])


def read_ids(body: bytes) -> np.ndarray:
    """uint32 ids from a body; REQUEST_INVALID when its length is not a multiple of four."""
    import numpy as np

    if len(body) % 4:
        raise VisionLensError(
            "REQUEST_INVALID", f"Ids are 4 bytes each, but the body has {len(body)} bytes."
        )
    return np.frombuffer(body, dtype="<u4").astype(np.uint32)


def chunks(content: IO[bytes], size: int = CHUNK) -> Iterator[bytes]:
    """A file in pieces of at most `size` bytes; closed at its end."""
    with content:
        while chunk := content.read(size):
            yield chunk
