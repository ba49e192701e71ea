"""What a plugin works with, in its process: the contexts of version 1.0 of the API."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from visionlens_jlab.plugin_api import Annotation, Match, Sample
from visionlens_jlab.plugins.kinds import Kind
from visionlens_jlab.plugins.link import Link

if TYPE_CHECKING:
    import pyarrow as pa
    from PIL import Image

_BATCH = 500
_READ_AHEAD = 1 << 20


class Context:
    """What every context has.

    Parameters
    ----------
    request : dict
        What the parent asks; see `process.py`.
    """

    def __init__(self, request: dict[str, Any], link: Link) -> None:
        self.api: str = request["api"]
        self._request = request
        self._link = link


class RunContext(Context):
    """An `OperatorContext`; a `HookContext` too."""

    def __init__(self, request: dict[str, Any], link: Link) -> None:
        super().__init__(request, link)
        self.count = int(request.get("count", 0))
        self.dataset = str(request.get("dataset", ""))
        self.folder = Path(request["output"])
        self._places: dict[int, tuple[str, str]] = {}

    def samples(self) -> Iterator[Sample]:
        import numpy as np

        annotations, samples = self._table("annotations"), self._table("samples")
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

    def ids(self) -> list[int]:
        """Of the samples."""
        ids: list[int] = self._table("samples")["sample_id"].to_pylist()
        return ids

    def image(self, sample: Sample) -> Image.Image:
        from visionlens_jlab.media.decode import flattened, open_upright

        if "images" not in self._request["permissions"]:
            raise PermissionError("The plugin's manifest does not name the permission images.")
        with self._opened(*self._places[sample.id]) as file:
            image = flattened(open_upright(file)[0]).convert("RGB")
        return self._transformed(image) if self._request.get("transforms") else image

    def progress(self, done: int, message: str = "") -> None:
        self._link.send("progress", int(done), str(message))

    def tag(self, sample: Sample, tag: str) -> None:
        self._link.send("tag", sample.id, tag)

    def set_field(self, sample: Sample, name: str, value: str | float | bool | None) -> None:
        self._link.send("value", sample.id, name, plain(value))

    def _table(self, name: str) -> pa.Table:
        import pyarrow as pa

        with pa.memory_map(self._request[name]) as file:
            return pa.ipc.open_stream(file).read_all()

    def _opened(self, location: str, path: str) -> BinaryIO:
        from visionlens_jlab.config import allowed_roots
        from visionlens_jlab.errors import VisionLensError
        from visionlens_jlab.media.sources import connect_stored

        if "://" in location:  # this process has neither the network nor the credentials
            return io.BytesIO(self._link.ask("image", location, path).blob)
        readable = allowed_roots().and_in(self._request["readable"])
        try:
            return connect_stored(location, [], readable).open(path)
        except VisionLensError as error:
            raise OSError(str(error)) from error

    def _transformed(self, image: Image.Image) -> Image.Image:
        from PIL import Image

        answer = self._link.ask_with(image.tobytes(), "transform", *image.size)
        return Image.frombytes("RGB", image.size, answer.blob)


class EvaluatorContext(RunContext):
    """An `EvaluationContext`."""

    def __init__(self, request: dict[str, Any], link: Link) -> None:
        super().__init__(request, link)
        facts = request["evaluation"]
        self.evaluation: str = facts["evaluation"]
        self.run: str = facts["run"]
        self.iou: float | None = facts["iou"]
        self.confidence: float = facts["confidence"]

    def matches(self) -> Iterator[Match]:
        known = {
            one.id: (sample.id, one) for sample in self.samples() for one in sample.annotations
        }
        for row in self._table("matches").to_pylist():
            sample, truth = known.get(row["truth"], (None, None))
            of, prediction = known.get(row["prediction"], (None, None))
            if sample is None and of is None:
                continue
            number = int(sample if sample is not None else of)  # type: ignore[arg-type]
            yield Match(sample=number, truth=truth, prediction=prediction, iou=row["iou"])


class FormatContext(Context):
    """A `FormatContext` and a `WriteContext`."""

    def __init__(self, request: dict[str, Any], link: Link) -> None:
        super().__init__(request, link)
        self.folder = Path(request["output"])

    def files(self, pattern: str = "*") -> Iterator[str]:
        after: str | None = ""
        while after is not None:
            paths, after = self._link.ask("files", after).value
            yield from (path for path in paths if fnmatch(path, pattern))

    def open(self, path: str) -> BinaryIO:
        return io.BufferedReader(_AskedFile(self._link, path), _READ_AHEAD)


class _AskedFile(io.RawIOBase):
    """A file that the parent reads."""

    def __init__(self, link: Link, path: str) -> None:
        self._link, self._path, self._at = link, path, 0
        self._size: int = link.ask("size", path).value

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self._size - self._at, 16 << 20)
        data = self._link.ask("read", self._path, self._at, size).blob if size > 0 else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class ToolContext(Context):
    """A `ToolContext`."""

    def count(self, where: str = "", level: str = "samples") -> int:
        return int(self._link.ask("count", where, level).value)

    def rows(
        self,
        where: str = "",
        columns: Sequence[str] = (),
        level: str = "samples",
        limit: int = 100,
    ) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._link.ask(
            "rows", where, list(columns), level, int(limit)
        ).value
        return rows


def plain(value: Any) -> Any:
    """A value as JSON has it: numbers of numpy, and nothing instead of what is no number."""
    value = getattr(value, "item", lambda: value)()
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return None
    return value


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


CONTEXTS: Mapping[Kind, Any] = {
    "operator": RunContext,
    "measure": RunContext,
    "hook": RunContext,
    "evaluator": EvaluatorContext,
    "format": FormatContext,
    "source": Context,
    "embedder": Context,
    "tool": ToolContext,
}
"""Of version 1.0 of the API; see `versions.py`."""
