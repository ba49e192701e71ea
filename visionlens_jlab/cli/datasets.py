"""`visionlens list`, `info`, `delete` and `trust`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.command import add_data_dir, complain, say, say_json, say_table

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.shapes import DatasetDetail, DatasetInfo
    from visionlens_jlab.core.notebook.report import Report


def add(commands: Any) -> None:
    """Describe the commands."""
    listing = _command(commands, "list", run_list, "list the datasets")
    info = _command(commands, "info", run_info, "describe a dataset")
    delete = _command(
        commands,
        "delete",
        run_delete,
        "delete a dataset",
        "Delete a dataset for good. The images it was made from stay where they are.",
    )
    trust = _command(
        commands,
        "trust",
        run_trust,
        "have the images of a dataset from elsewhere read where it says they lie",
        "A dataset's folder that came from elsewhere names the folders of its images itself. They "
        "are read once you have said that you want it.",
    )
    for parser in (info, delete, trust):
        parser.add_argument("name", help="name, slug or uuid of the dataset")
    for parser in (listing, info):
        parser.add_argument("--json", action="store_true", help="as JSON")
    info.add_argument("--items", action="store_true", help="with each item of the ingest report")
    for parser in (delete, trust):
        parser.add_argument("--yes", action="store_true", help="do not ask")
    for parser in (listing, info, delete, trust):
        add_data_dir(parser)


def _command(
    commands: Any,
    name: str,
    run: Callable[[argparse.Namespace], int],
    help: str,
    description: str | None = None,
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=description)
    parser.set_defaults(run=run)
    return parser


def run_list(options: argparse.Namespace) -> int:
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


def run_info(options: argparse.Namespace) -> int:
    """Print counts, classes, splits, fields and the last ingest report."""
    from visionlens_jlab.core.notebook.connect import connect
    from visionlens_jlab.core.notebook.report import Report

    dataset = connect(options.data_dir).open(options.name)
    try:
        detail, report = dataset.detail(), Report.read(dataset.report)
        if options.json:
            say_json(detail.model_dump(mode="json") | {"report": _json(report, options.items)})
        else:
            _say(detail)
            if report is not None:
                _say_report(report, options.items)
    finally:
        dataset.close()
    return 0


def _json(report: Report | None, items: bool) -> dict[str, Any] | None:
    if report is None:
        return None
    return report.to_dict() if items else report.to_dict() | {"items": []}


def _say(detail: DatasetDetail) -> None:
    say(f"{detail.name} ({detail.state})")
    say(f"  {detail.samples:,} samples, {detail.annotations:,} annotations")
    say(f"  key {detail.dataset}, version {detail.version}, modified {detail.modified_at}")
    for name, location in detail.roots.items():
        say(f"  images of {name or 'the root'}: {location}")
    for split in detail.splits:
        say(f"  split {split.name or '(none)'}: {split.samples:,}")
    for found in detail.class_list:
        counts = f"{found.annotations:,} annotations in {found.samples:,} samples"
        say(f"  class {found.name}: {counts}")
    for source in detail.sources:
        say(f"  source {source.name}: {source.annotations:,} annotations")
    own = [f"{field.name} ({field.type})" for field in detail.fields if not field.builtin]
    if own:
        say(f"  fields: {', '.join(own)}")


def _say_report(report: Report, items: bool) -> None:
    for line in str(report).splitlines():
        say(f"  {line}")
    for item in report.items if items else []:
        say(f"    {item['action']}: {item['item']}: {item['message']} ({item['code']})")


def run_delete(options: argparse.Namespace) -> int:
    """Delete, after a question on a terminal."""
    from visionlens_jlab.core.notebook.connect import connect

    if not _can_ask(options, "Give --yes to delete it."):
        return 2
    backend = connect(options.data_dir)
    if not options.yes:
        dataset = backend.open(options.name)  # DATASET_NOT_FOUND before the question
        samples = dataset.detail().samples
        if not _agrees(f"Delete {options.name} with {samples:,} samples?"):
            dataset.close()
            say("Nothing was deleted.")
            return 1
    backend.delete(options.name)
    say(f"Deleted {options.name}.")
    return 0


def run_trust(options: argparse.Namespace) -> int:
    """Name the folders and, after a question on a terminal, have them read."""
    from visionlens_jlab.core.notebook.connect import connect

    if not _can_ask(options, "Give --yes to have them read."):
        return 2
    dataset = connect(options.data_dir).open(options.name)
    try:
        found = dataset.roots()
        for name in found.refused:
            say(f"{name}: {found.roots[name]}")
        if not found.refused:
            say(f"All images of {options.name} are read where they lie.")
            return 0
        if not options.yes and not _agrees("Read the images of these folders?"):
            say("Nothing was changed.")
            return 1
        dataset.trust_roots()
        say(f"The images of {options.name} are read there from now on.")
        return 0
    finally:
        dataset.close()


def _can_ask(options: argparse.Namespace, hint: str) -> bool:
    """Whether somebody sits at a terminal, where an answer is needed; else says what to do."""
    if options.yes or sys.stdin.isatty():
        return True
    complain("REQUEST_INVALID", "Nobody can be asked here.", hint)
    return False


def _agrees(question: str) -> bool:
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
