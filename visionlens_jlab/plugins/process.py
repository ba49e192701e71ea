"""The main program of the process in which a plugin runs."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.plugins.confinement import confine
from visionlens_jlab.plugins.contexts import Messages, RunContext


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
    asked = request["asked"]
    context = resolve(request["contexts"])[asked["kind"]](request, messages)
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
