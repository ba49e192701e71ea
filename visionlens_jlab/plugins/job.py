"""The jobs that run operators, measures, evaluators and hooks, each in a process of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.config import plugin_memory, plugin_seconds
from visionlens_jlab.core.jobs.context import READABLE, JobContext
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import connect_stored
from visionlens_jlab.plugins.adapters.transforms import Transforms
from visionlens_jlab.plugins.capability import ANNOTATIONS, MATCHES, SAMPLES
from visionlens_jlab.plugins.changes import Changes
from visionlens_jlab.plugins.child import PluginProcess, failure
from visionlens_jlab.plugins.link import MOST_BYTES


def run(context: JobContext) -> dict[str, Any]:
    """Run what `context.params` name.

    Returns
    -------
    dict
        `message`, `changed` samples, `output` folder with so many `files`, an evaluator's
        `metrics`; of a preview, which writes nothing, also `changes`.

    Raises
    ------
    VisionLensError
        PLUGIN_FAILED, REQUEST_INVALID for arguments that its form does not take.
    JobCancelled
    """
    params = context.params
    message, changes = _run(context, params, params["arguments"])
    files = len(list(Path(params["output"]).iterdir()))
    said = {
        "message": message,
        "changed": changes.samples,
        "files": files,
        "metrics": changes.metrics,
    }
    if params["preview"] is not None:
        return {**said, "output": None, "changes": changes.listed(_samples(context))}
    summary: dict[str, Any] = {"plugin": params["plugin"]}
    if changes.metrics is not None:
        prefix = f"{params['plugin']}/"
        summary |= {
            "evaluation": params["evaluation"],
            "metrics": {"prefix": prefix, "metrics": _named(prefix, changes.metrics)},
        }
    context.emit(0, changes.tables(), summary={"operator": summary})
    return {**said, "output": params["output"] if files else None}


def run_hooks(context: JobContext) -> dict[str, Any]:
    """Run the hooks of an event one after the other; the result has `hooks` and `changed`.

    Raises
    ------
    VisionLensError
        PLUGIN_FAILED, after all of them, where one failed: what the others gave is kept.
    JobCancelled
    """
    failed, changed = [], 0
    for sequence, one in enumerate(context.params["hooks"]):
        if context.committed(sequence):
            continue
        changes = Changes(set(), [])
        try:
            _, changes = _run(context, one, one["facts"])
        except VisionLensError as error:
            failed.append(f"{one['plugin']}: {error.message}")
            context.log("error", failed[-1])
        context.emit(sequence, changes.tables(), summary={"operator": {"plugin": one["plugin"]}})
        changed += changes.samples
    if failed:
        raise failure(" ".join(failed)[:1000])
    return {"hooks": len(context.params["hooks"]), "changed": changed}


def _run(
    context: JobContext, given: dict[str, Any], arguments: dict[str, Any]
) -> tuple[str, Changes]:
    """Run one contribution to its end; what it says, and what it gives."""
    params = context.params
    ids = set(_samples(context)["sample_id"].to_pylist())
    changes = Changes(ids, given["process"]["permissions"])
    output = Path(given["output"])
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    transforms = Transforms.here() if given["process"]["asked"]["kind"] == "measure" else None
    with tempfile.TemporaryDirectory(prefix="plugin-", dir=context.spool) as scratch:
        request = {
            **given["process"],
            "arguments": arguments,
            "dataset": params["dataset"],
            "samples": str(context.spool / "input" / SAMPLES),
            "annotations": str(context.spool / "input" / ANNOTATIONS),
            "matches": str(context.spool / "input" / MATCHES),
            "evaluation": params.get("about"),
            "count": params["samples"],
            "transforms": bool(transforms),
            "readable": params[READABLE],
            "output": str(output),
            "scratch": scratch,
            "megabytes": plugin_memory(),
        }
        process = PluginProcess(request, Path(given["log"]), plugin_seconds())
        try:
            return _follow(context, process, changes, transforms), changes
        finally:
            if transforms is not None:
                transforms.close()


def _samples(context: JobContext) -> pa.Table:
    with pa.ipc.open_stream((context.spool / "input" / SAMPLES).read_bytes()) as reader:
        return reader.read_all()


def _named(prefix: str, metrics: dict[str, float | None]) -> list[dict[str, Any]]:
    return [
        {"name": prefix + name, "label": f"{name} ({prefix[:-1]})", "value": value}
        for name, value in metrics.items()
    ]


def _follow(
    context: JobContext, process: PluginProcess, changes: Changes, transforms: Transforms | None
) -> str:
    """Take the messages of a run to its end; what it says for the user."""
    total = context.params["samples"]
    context.progress("running", 0, total)
    for message in process.messages(context.check_cancelled):
        match message.value:
            case ["tag", id, name]:
                changes.tag(id, name)
            case ["value", id, name, value]:
                changes.value(id, name, value)
            case ["progress", int(done), str(text)]:
                context.progress("running", min(max(done, 0), total), total, text[:200] or None)
            case ["metrics", dict(found)]:
                changes.keep_metrics(found)
            case ["ask", "image", [str(location), str(path)]]:
                _answer(process, partial(_image, context, location, path))
            case ["ask", "transform", [int(width), int(height)]] if transforms is not None:
                blob = transforms.image(message.blob, width, height)
                process.send("answer", None, blob=blob)
            case ["refused", str(text)]:
                raise VisionLensError("REQUEST_INVALID", text[:500])
            case ["failed", str(text)]:
                raise failure(f"It raised {text[:500]}")
            case ["note", str(text)]:
                context.log("warning", text[:500])
            case ["done", str(text)]:
                context.progress("running", total, total)
                return text[:2000]
            case _:
                raise failure("It sent something that is no message.")
    raise failure(process.ending())


def _answer(process: PluginProcess, content: Callable[[], bytes]) -> None:
    try:
        blob = content()
    except (VisionLensError, OSError) as error:
        process.send("refused", str(error)[:500])
        return
    process.send("answer", None, blob=blob)


def _image(context: JobContext, location: str, path: str) -> bytes:
    """An image elsewhere: the plugin has neither the credentials nor, mostly, the network."""
    readable = Confinement(context.params[READABLE])
    with connect_stored(location, source_kinds(), readable).open(path) as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(f"{path} is larger than {MOST_BYTES >> 20} MiB")
    return content
