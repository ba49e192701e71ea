"""What the commands print."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """`--data-dir`, as every command has it."""
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        help="where the datasets are kept; default: the Jupyter server that started this shell, "
        "else $VISIONLENS_DATA_DIR or the Jupyter data folder",
    )


def say(text: str) -> None:
    """A line on stdout; control characters of file names do not reach the terminal."""
    sys.stdout.write(_printable(text) + "\n")


def say_json(content: Any) -> None:
    """JSON on stdout."""
    sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def complain(code: str, message: str, hint: str) -> None:
    """An error on stderr."""
    sys.stderr.write(_printable(f"visionlens: {code}: {message}") + "\n")
    if hint:
        sys.stderr.write(_printable(f"  {hint}") + "\n")


def say_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what they hold; numbers to the right."""
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numbers = [all(_is_number(cell) for cell in column[1:]) for column in columns]
    for row in (head, *rows):
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numbers, strict=True)
        ]
        say("  ".join(cells).rstrip())


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").isdigit()


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
