"""The main program of the vector process: the embedded engine behind a pipe, one call at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import msgspec

from visionlens_jlab.core.system.pipes import read_frame, serve_streams, write_frame
from visionlens_jlab.embeddings.index.base import VectorStoreError
from visionlens_jlab.embeddings.index.messages import (
    CALLS,
    Call,
    Reply,
    floats_from_bytes,
    floats_to_bytes,
    ids_from_bytes,
    ids_to_bytes,
)

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.index.edge import EdgeStore


def serve(calls: BinaryIO, replies: BinaryIO) -> None:
    """Answer until there are no more calls."""
    try:
        from visionlens_jlab.embeddings.index.edge import EdgeStore
    except ImportError as error:
        _refuse(calls, replies, f"Qdrant Edge is not installed here: {error}")
        return
    store = EdgeStore()
    try:
        while (data := read_frame(calls)) is not None:
            try:
                reply = answer(store, CALLS.decode(data))
            except (VectorStoreError, OSError) as error:
                reply = Reply(error=str(error) or type(error).__name__)
            write_frame(replies, msgspec.msgpack.encode(reply))
    finally:
        store.close()


def answer(store: EdgeStore, call: Call) -> Reply:
    """Do what a call asks. VectorStoreError, OSError."""
    collection = call.place.collection()
    ids = None if call.ids is None else ids_from_bytes(call.ids)
    if call.op == "search":
        vector = floats_from_bytes(call.vectors or b"")
        found, scores = store.search(collection, vector, call.k, threshold=call.threshold)
        return Reply(ids=ids_to_bytes(found), scores=floats_to_bytes(scores))
    if call.op == "ids":
        return Reply(ids=ids_to_bytes(store.ids(collection)))
    if call.op == "upsert" and ids is not None:
        matrix = floats_from_bytes(call.vectors or b"").reshape(len(ids), collection.dimension)
        store.upsert(collection, ids, matrix, call.sequence)
    elif call.op == "delete" and ids is not None:
        store.delete(collection, ids, call.sequence)
    elif call.op == "release":
        store.release(collection)
    elif call.op == "drop":
        store.drop(collection)
    elif call.op != "info":
        raise VectorStoreError(f"There is no operation {call.op!r}.")
    if call.op in ("release", "drop"):
        return Reply()
    info = store.info(collection)
    return Reply(info=None if info is None else (info.sequence, info.points, info.built))


def _refuse(calls: BinaryIO, replies: BinaryIO, why: str) -> None:
    while read_frame(calls) is not None:
        write_frame(replies, msgspec.msgpack.encode(Reply(error=why)))


def main() -> None:
    """Serve on the standard streams."""
    serve_streams(serve, nice=False)


if __name__ == "__main__":
    main()
