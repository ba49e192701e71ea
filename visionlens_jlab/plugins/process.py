"""The main program of the process in which a plugin runs."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from visionlens_jlab.plugin_api import API_VERSION, Annotation, Sample
from visionlens_jlab.plugins.confinement import confine

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
        self.api = API_VERSION
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


def measure_all(target: Callable[..., Any], field: str, context: RunContext, arguments: Any) -> str:
    """Apply a measure to each image; those that cannot be read have none."""
    unread = 0
    for done, sample in enumerate(context.samples()):
        context.progress(done)
        try:
            image = context.image(sample)
        except (OSError, ValueError) as error:
            print(f"{sample.name}: {error}")  # noqa: T201  the plugin's log
            unread += 1
            continue
        context.set_field(sample, field, target(image=image, sample=sample, arguments=arguments))
    return f"{unread} images could not be read." if unread else ""


def _load(request: dict[str, Any]) -> Any:
    if request["module"]:
        return importlib.import_module(request["module"])
    spec = importlib.util.spec_from_file_location("visionlens_plugin", request["file"])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _refused(form: dict[str, Any] | None, arguments: dict[str, Any]) -> str | None:
    """Why the arguments do not fit the form."""
    if form is None:
        return f"It takes no arguments: {', '.join(arguments)}." if arguments else None
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError, ValidationError

    try:
        Draft202012Validator.check_schema(form)
        Draft202012Validator(form).validate(arguments)
    except SchemaError as error:
        return f"The form in its manifest is no JSON schema: {error.message}."
    except ValidationError as error:
        return f"{'.'.join(map(str, error.absolute_path)) or 'arguments'}: {error.message}."
    return None


def _run(request: dict[str, Any], messages: Messages) -> str:
    asked, context = request["asked"], RunContext(request, messages)
    target = getattr(_load(request), asked["target"])
    if asked["kind"] == "measure":
        return measure_all(target, asked["field"], context, request["arguments"])
    return str(target(context=context, arguments=request["arguments"]) or "")


def main(place: str, descriptor: int) -> None:
    """Run what a request names, tell what comes of it."""
    request = json.loads(Path(place).read_bytes())
    network = "network" in request["permissions"]
    lacking = confine([request["output"], request["scratch"]], network=network)
    messages = Messages(os.fdopen(descriptor, "wb"))
    if lacking:
        messages.send("note", lacking)
    from visionlens_jlab.core.system.confined_processes import Bound
    from visionlens_jlab.media import decode, registry  # noqa: F401  before memory counts

    Bound(request["megabytes"])
    try:
        refused = _refused(request["asked"]["schema"], request["arguments"])
        if refused:
            messages.send("refused", refused)
            return
        said = _run(request, messages)
    except BaseException as error:
        traceback.print_exc()
        if isinstance(error, SystemExit):
            raise
        messages.send("failed", f"{type(error).__name__}: {error}")
        return
    sys.stdout.flush()
    messages.send("done", said)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
