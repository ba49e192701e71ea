"""`visionlens trust`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from visionlens_jlab.core.command import add_data_dir, complain, say


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "trust",
        help="have the images of a dataset from elsewhere read where it says they lie",
        description="A dataset's folder that came from elsewhere names the folders of its images "
        "itself. They are read once you have said that you want it.",
    )
    parser.add_argument("name", help="name, slug or uuid of the dataset")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Name the folders and, after a question on a terminal, have them read."""
    from visionlens_jlab.core.notebook.connect import connect

    if not options.yes and not sys.stdin.isatty():
        complain("REQUEST_INVALID", "Nobody can be asked here.", "Give --yes to have them read.")
        return 2
    dataset = connect(options.data_dir).open(options.name)
    try:
        found = dataset.roots()
        for name in found.refused:
            say(f"{name}: {found.roots[name]}")
        if not found.refused:
            say(f"All images of {options.name} are read where they lie.")
            return 0
        if not options.yes:
            sys.stdout.write("Read the images of these folders? [y/N] ")
            sys.stdout.flush()
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                say("Nothing was changed.")
                return 1
        dataset.trust_roots()
        say(f"The images of {options.name} are read there from now on.")
        return 0
    finally:
        dataset.close()
