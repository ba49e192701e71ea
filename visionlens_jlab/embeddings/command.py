"""`visionlens vectors`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from visionlens_jlab.core.command import say


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "vectors",
        help="move the search indexes of a dataset",
        description="Search indexes of embedding spaces.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    move: argparse.ArgumentParser = actions.add_parser(
        "move",
        help="move them to a Qdrant server, or back",
        description="Build the search indexes of a dataset on a Qdrant server from its vectors, "
        "compare, and remove those of its folder. No Jupyter server may have the dataset open. "
        "The server's key is read from $VISIONLENS_QDRANT_API_KEY.",
    )
    move.add_argument("name", help="name, slug or uuid of the dataset")
    where = move.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="URL", help="address of the Qdrant server or cluster")
    where.add_argument("--embedded", action="store_true", help="back into the dataset's folder")
    move.add_argument(
        "--data-dir",
        metavar="DIR",
        help="where the datasets are kept; default: $VISIONLENS_DATA_DIR or the Jupyter data "
        "folder",
    )
    move.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Move, with a line of progress on a terminal."""
    from visionlens_jlab.config import default_data_dir
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.notebook.connect import named_folder
    from visionlens_jlab.embeddings.index.moving import move_indexes
    from visionlens_jlab.embeddings.index.places import VectorConfig

    environment = VectorConfig.from_environment()
    target = VectorConfig(options.to or "", environment.api_key)
    library = Library(named_folder(options.data_dir or default_data_dir()))
    try:
        store = library.open(options.name)
        moved = move_indexes(store, target, default_url=environment.url, progress=_show)
    finally:
        library.close()
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    for space, points in moved.items():
        say(f"{space}: {points:,} vectors")
    where = options.to or "its own folder"
    say(f"The search indexes of {options.name} are kept in {where} from now on.")
    return 0


def _show(space: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{space}: {done:,} of {total:,} ")
        sys.stderr.flush()
