"""The main program of a builder: one fresh index, made and optimised, then the process ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from visionlens_jlab.core.system.pipes import read_frame, serve_streams, write_frame
from visionlens_jlab.embeddings.index.base import VectorStoreError
from visionlens_jlab.embeddings.index.messages import BUILD_CALLS, BuildCall, BuildReply, source_of
from visionlens_jlab.errors import VisionLensError

_REPORT_SECONDS = 0.2


def serve(calls: BinaryIO, replies: BinaryIO) -> None:
    """Build what the one call says, reporting how far it is."""
    data = read_frame(calls)
    if data is None:
        return
    reported = 0.0
    at = (0, 0)

    def progress(done: int, total: int) -> None:
        nonlocal reported, at
        at = (done, total)
        now = time.monotonic()
        if now - reported > _REPORT_SECONDS or done == total:
            reported = now
            write_frame(replies, msgspec.msgpack.encode(BuildReply(done, total)))

    error: str | None = None
    try:
        _build(BUILD_CALLS.decode(data), progress)
    except (VectorStoreError, VisionLensError, ImportError, OSError) as raised:
        error = str(raised) or type(raised).__name__
    write_frame(replies, msgspec.msgpack.encode(BuildReply(*at, over=True, error=error)))


def _build(call: BuildCall, progress: Callable[[int, int], None]) -> None:
    collection, source = call.place.collection(), source_of(call)
    if call.url:
        from visionlens_jlab.embeddings.index.server import build as build_on_server

        build_on_server(
            collection, source, call.sequence, progress, url=call.url, api_key=call.api_key
        )
    else:
        from visionlens_jlab.embeddings.index.edge import build

        build(collection, source, call.sequence, progress)


def main() -> None:
    """Build at low priority."""
    serve_streams(serve, nice=True)


if __name__ == "__main__":
    main()
