"""The command line: `visionlens COMMAND`, or `python -m visionlens_jlab.cli COMMAND`.

Each module has `add(commands)`, which describes its commands, and for each a function that
returns the exit status. What is heavy is imported in that: help must come at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from visionlens_jlab.analysis import command as analyse
from visionlens_jlab.cli import datasets, demo, doctor
from visionlens_jlab.core.command import complain
from visionlens_jlab.embeddings import command as vectors
from visionlens_jlab.errors import CODES, VisionLensError
from visionlens_jlab.ingestion import command as ingest
from visionlens_jlab.plugins import command as plugins
from visionlens_jlab.version import __version__

DONE, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses; argparse ends with 2 by itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except VisionLensError as error:
        complain(error.code, error.message, error.hint)
        return FAILED
    except KeyboardInterrupt:
        sys.stderr.write("visionlens: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough; nothing more may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if options.debug:
            raise
        complain(
            "INTERNAL",
            f"{type(error).__name__}: {error}",
            f"{CODES['INTERNAL'].hint} With --debug the whole error is shown.",
        )
        return FAILED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="visionlens",
        description="Image datasets of VisionLens: make, list, describe, delete, check.",
        epilog="Exit status: 0 done, 1 an error, 2 wrong usage, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"visionlens {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the whole of an unknown error")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (ingest, datasets, vectors, analyse, plugins, demo, doctor):
        command.add(commands)
    return parser
