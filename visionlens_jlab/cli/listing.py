"""`visionlens list`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.command import add_data_dir, say, say_json, say_table

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.shapes import DatasetInfo


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser("list", help="list the datasets")
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the cards of all datasets; opens none."""
    from visionlens_jlab.core.notebook.connect import connect

    cards = connect(options.data_dir).datasets()
    if options.json:
        say_json([card.model_dump(mode="json") for card in cards])
    elif cards:
        head = ("NAME", "SAMPLES", "ANNOTATIONS", "CLASSES", "FORMAT", "STATE", "MODIFIED")
        say_table(head, [_row(card) for card in cards])
    else:
        say("There is no dataset yet: visionlens ingest FOLDER makes one.")
    return 0


def _row(card: DatasetInfo) -> tuple[str, ...]:
    state = f"busy ({card.owner})" if card.state == "busy" else card.state
    counts = (f"{card.samples:,}", f"{card.annotations:,}", f"{card.classes:,}")
    return (card.name, *counts, card.format or "", state, card.modified_at[:16])
