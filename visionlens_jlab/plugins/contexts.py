"""What a run of a plugin works with, in its process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from visionlens_jlab.plugin_api import Annotation, Sample
from visionlens_jlab.plugins.shapes import Kind

if TYPE_CHECKING:
    from PIL import Image

_BATCH = 500


class Messages:
    """Sends JSON values, each behind its length (4 bytes, big-endian)."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def send(self, *message: Any) -> None:
        """Send one. TypeError, ValueError for what is no JSON."""
        data = json.dumps(message, allow_nan=False).encode()
        self._pipe.write(len(data).to_bytes(4, "big") + data)
        self._pipe.flush()


class RunContext:
    """An `OperatorContext`."""

    def __init__(self, request: dict[str, Any], messages: Messages) -> None:
        self.api = request["api"]
        self.count = int(request["count"])
        self.folder = Path(request["output"])
        self._request = request
        self._messages = messages
        self._places: dict[int, tuple[str, str]] = {}

    def samples(self) -> Iterator[Sample]:
        import numpy as np
        import pyarrow as pa

        with pa.memory_map(self._request["annotations"]) as file:
            annotations = pa.ipc.open_stream(file).read_all()
        with pa.memory_map(self._request["samples"]) as file:
            samples = pa.ipc.open_stream(file).read_all()
        rows = annotations["row"].to_numpy()
        starts = np.searchsorted(rows, np.arange(len(samples) + 1))
        for first in range(0, len(samples), _BATCH):
            for offset, row in enumerate(samples.slice(first, _BATCH).to_pylist()):
                begin, end = starts[first + offset], starts[first + offset + 1]
                self._places[row["sample_id"]] = row["location"], row["path"]
                yield Sample(
                    id=row["sample_id"],
                    name=row["filename"] or row["path"],
                    width=row["width"],
                    height=row["height"],
                    split=row["split"],
                    tags=tuple(row["tags"]),
                    annotations=tuple(
                        map(_annotation, annotations.slice(begin, end - begin).to_pylist())
                    ),
                )

    def image(self, sample: Sample) -> Image.Image:
        from visionlens_jlab.config import allowed_roots
        from visionlens_jlab.errors import VisionLensError
        from visionlens_jlab.media.decode import flattened, open_upright
        from visionlens_jlab.media.registry import source_kinds
        from visionlens_jlab.media.sources import connect_stored

        if "images" not in self._request["permissions"]:
            raise PermissionError("The plugin's manifest does not name the permission images.")
        location, path = self._places[sample.id]
        readable = allowed_roots().and_in(self._request["readable"])
        kinds = source_kinds() if "://" in location else []
        try:
            with connect_stored(location, kinds, readable).open(path) as file:
                return flattened(open_upright(file)[0]).convert("RGB")
        except VisionLensError as error:
            raise OSError(str(error)) from error

    def progress(self, done: int, message: str = "") -> None:
        self._messages.send("progress", int(done), str(message))

    def tag(self, sample: Sample, tag: str) -> None:
        self._messages.send("tag", sample.id, tag)

    def set_field(self, sample: Sample, name: str, value: str | float | bool | None) -> None:
        value = getattr(value, "item", lambda: value)()  # numbers of numpy
        self._messages.send("value", sample.id, name, None if value != value else value)  # noqa: PLR0124


def _annotation(row: dict[str, Any]) -> Annotation:
    box = tuple(row[side] for side in "xywh")
    return Annotation(
        id=row["annotation_id"],
        label=row["class"],
        kind=row["kind"],
        box=None if None in box else box,
        confidence=row["confidence"],
        source=row["source"],
    )


CONTEXTS: Mapping[Kind, Any] = {"operator": RunContext, "measure": RunContext}
"""Of version 1.0 of the API; see `versions.py`."""
