"""`visionlens plugin`."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from visionlens_jlab.core.command import add_data_dir, say, say_json, say_table
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.kinds import Kind

if TYPE_CHECKING:
    from visionlens_jlab.plugins.installed import InstalledPlugins
    from visionlens_jlab.plugins.kit.fault import Fault

_NAME = re.compile(r"[a-z][a-z0-9\-]{0,40}")


def add(commands: Any) -> None:
    """Describe the commands."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "plugin",
        help="write, check, test, list and switch plugins",
        description="Plugins: begin one, check its manifest, test it, list and switch those that "
        "are installed.",
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    new = _verb(verbs, "new", "write a plugin that works, to begin with", run_new)
    new.add_argument("kind", choices=get_args(Kind))
    new.add_argument("name", help="lower-case letters, digits and -")
    new.add_argument("--folder", default=".", metavar="DIR", help="where to; default: here")
    check = _verb(
        verbs, "check", "check a manifest and what it names, importing nothing", run_check
    )
    test = _verb(verbs, "test", "check it, and try it against the contract of its kinds", run_test)
    for verb in (check, test):
        verb.add_argument("path", nargs="+", help="Python file with a MANIFEST")
        verb.add_argument("--json", action="store_true", help="print the faults as JSON")
    test.add_argument("--seconds", type=float, default=60, help="for each contribution (60)")
    test.add_argument(
        "--arguments",
        type=_object,
        default={},
        metavar="JSON",
        help="instead of the defaults of its forms",
    )
    test.add_argument("--verbose", action="store_true", help="show what the plugin prints")
    listing = _verb(verbs, "list", "list the plugins that are installed", run_list)
    listing.add_argument("--json", action="store_true", help="as JSON")
    add_data_dir(listing)
    for name, on in (("enable", True), ("disable", False)):
        switch = _verb(verbs, name, f"switch a plugin {'on' if on else 'off'}", run_switch)
        switch.add_argument("name")
        switch.set_defaults(on=on)
        add_data_dir(switch)


def _object(text: str) -> dict[str, Any]:
    """A JSON object of the command line; argparse says what it says of a ValueError."""
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError(text)
    return given


def _verb(
    verbs: Any, name: str, help: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=help, description=help)
    parser.set_defaults(run=run)
    return parser


def run_new(options: argparse.Namespace) -> int:
    """Write the files of a template, none over another."""
    from visionlens_jlab.plugins.kit.templates import template

    if not _NAME.fullmatch(options.name):
        raise VisionLensError(
            "REQUEST_INVALID",
            f"{options.name!r} is no name of a plugin.",
            "Begin with a lower-case letter; then letters, digits and -.",
        )
    folder = Path(options.folder)
    files = {folder / name: text for name, text in template(options.kind, options.name).items()}
    for path in files:
        if path.exists():
            raise VisionLensError(
                "REQUEST_INVALID", f"There is {path} already.", "Choose another name or --folder."
            )
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        say(f"Wrote {path}.")
    script = next(path for path in files if path.suffix == ".py")
    say(f"Test it: visionlens plugin test {script}")
    say("Use it: put it into the folder that the panel Plugins names.")
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Say every fault of a manifest."""
    return _judge(options, tried=False)


def run_test(options: argparse.Namespace) -> int:
    """Say every fault of a plugin."""
    return _judge(options, tried=True)


def _judge(options: argparse.Namespace, *, tried: bool) -> int:
    from visionlens_jlab.plugins.kit.check import check

    found: dict[str, list[Fault]] = {}
    for path in options.path:
        manifest, faults = check(Path(path))
        if tried and manifest is not None and not faults:
            from visionlens_jlab.plugins.kit.contract import Trying, try_plugin

            how = Trying(
                seconds=options.seconds, verbose=options.verbose, arguments=options.arguments
            )
            faults = try_plugin(Path(path), manifest, how)
        found[path] = faults
        if not options.json:
            _say(path, faults, "meets its contract" if tried else "has no fault in its manifest")
    if options.json:
        say_json({path: [vars(one) for one in faults] for path, faults in found.items()})
    return 1 if any(found.values()) else 0


def _say(path: str, faults: list[Fault], praise: str) -> None:
    if not faults:
        say(f"{path} {praise}.")
    for fault in faults:
        say(f"{path}: {fault.where}: {fault.message}")
        say(f"      -> {fault.mend}")


def run_list(options: argparse.Namespace) -> int:
    """List them, also those that are broken."""
    installed = _installed(options)
    plugins = [installed.described(found) for found in installed.all()]
    if options.json:
        say_json([one.model_dump(mode="json") for one in plugins])
        return 0
    rows = [
        (one.name, one.version, one.state, ", ".join(each.kind for each in one.contributions))
        for one in plugins
    ]
    if rows:
        say_table(("name", "version", "state", "contributes"), rows)
    for one in plugins:
        if one.reason:
            say(f"{one.name}: {one.reason}")
    say(f"{len(rows)} plugins; Python files in {installed.folder} are plugins too.")
    return 0


def run_switch(options: argparse.Namespace) -> int:
    """Switch one on or off."""
    found = _installed(options).switch(options.name, on=options.on)
    say(f"{found.name}: {found.state}")
    return 0


def _installed(options: argparse.Namespace) -> InstalledPlugins:
    from visionlens_jlab.config import default_data_dir
    from visionlens_jlab.plugins.installed import InstalledPlugins

    named = options.data_dir
    return InstalledPlugins(Path(named).expanduser() if named else default_data_dir())
