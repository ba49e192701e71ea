"""`visionlens delete`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from visionlens_jlab.core.command import add_data_dir, complain, say


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "delete",
        help="delete a dataset",
        description="Delete a dataset for good. The images it was made from stay where they are.",
    )
    parser.add_argument("name", help="name, slug or uuid of the dataset")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Delete, after a question on a terminal."""
    from visionlens_jlab.core.notebook.connect import connect

    if not options.yes and not sys.stdin.isatty():
        complain("REQUEST_INVALID", "Nobody can be asked here.", "Give --yes to delete it.")
        return 2
    backend = connect(options.data_dir)
    if not options.yes:
        dataset = backend.open(options.name)  # DATASET_NOT_FOUND before the question
        samples = dataset.detail().samples
        sys.stdout.write(f"Delete {options.name} with {samples:,} samples? [y/N] ")
        sys.stdout.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            dataset.close()
            say("Nothing was deleted.")
            return 1
    backend.delete(options.name)
    say(f"Deleted {options.name}.")
    return 0
