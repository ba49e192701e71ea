"""The main program of the process in which a plugin runs."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.system.pipes import end_with_parent
from visionlens_jlab.plugins.confinement import confine
from visionlens_jlab.plugins.contexts import RunContext, plain
from visionlens_jlab.plugins.link import Link
from visionlens_jlab.plugins.modules import OWN, keep_to_modules

BATCH = 500
"""Samples in one call of `on_ingest`."""


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


def _hook(on: str, target: Callable[..., Any], context: RunContext, facts: dict[str, Any]) -> None:
    if on == "on_ingest":
        samples = context.samples()
        while batch := tuple(islice(samples, BATCH)):
            target(context=context, samples=batch)
    elif on in ("on_view", "on_selection"):
        ids = context.ids()
        target(context=context, ids=ids, count=len(ids), **facts)
    else:
        target(context=context, **facts)


def _load(request: dict[str, Any]) -> Any:
    keep_to_modules((request["module"] or OWN).partition(".")[0])
    if request["module"]:
        return importlib.import_module(request["module"])
    spec = importlib.util.spec_from_file_location(OWN, request["file"])
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


def _run(request: dict[str, Any], context: Any, link: Link) -> str:
    asked, arguments = request["asked"], request["arguments"]
    target = getattr(_load(request), asked["target"])
    if asked["kind"] == "measure":
        return measure_all(target, asked["field"], context, arguments)
    if asked["kind"] == "hook":
        _hook(asked["on"], target, context, arguments)
        return ""
    said = target(context=context, arguments=arguments)
    if asked["kind"] == "evaluator":
        link.send("metrics", {str(name): plain(value) for name, value in dict(said).items()})
        return ""
    return str(said or "")


def _work(request: dict[str, Any], link: Link) -> str | None:
    """Run, or answer calls to the end; None: nothing is left to say."""
    asked = request["asked"]
    if request["form"] and (refused := _refused(asked["schema"], request["arguments"])):
        link.send("refused", refused)
        return None
    context = resolve(request["contexts"])[asked["kind"]](request, link)
    if not request["serves"]:
        return _run(request, context, link)
    from visionlens_jlab.plugins.served import SERVED, serve

    serve(SERVED[asked["kind"]](_load(request), asked, context, request["arguments"]), link)
    return None


def main(place: str, reading: int, writing: int) -> None:
    """Do what a request asks, tell what comes of it."""
    request = json.loads(Path(place).read_bytes())
    network = "network" in request["permissions"]
    lacking = confine([request["output"], request["scratch"]], network=network)
    link = Link(os.fdopen(reading, "rb"), os.fdopen(writing, "wb"))
    end_with_parent(request["parent"])
    if lacking:
        link.send("note", lacking)
    from visionlens_jlab.core.system.confined_processes import Bound
    from visionlens_jlab.media import decode, sources  # noqa: F401  before memory counts

    Bound(request["megabytes"])
    try:
        said = _work(request, link)
    except BaseException as error:
        traceback.print_exc()
        if isinstance(error, SystemExit):
            raise
        link.send("failed", f"{type(error).__name__}: {error}")
        return
    sys.stdout.flush()
    if said is not None:
        link.send("done", said)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
