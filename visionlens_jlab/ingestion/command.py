"""`visionlens ingest`."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.command import add_data_dir, say

if TYPE_CHECKING:
    from visionlens_jlab.core.notebook.report import Report

SHOWN = 10
"""So many odd items are printed."""


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "ingest",
        help="make a dataset from images and labels",
        description="Make a dataset from images and labels. Ctrl-C cancels: what is there stays "
        "and --incremental completes it.",
    )
    parser.add_argument("source", help="folder or label file")
    parser.add_argument("--name", help="of the dataset; default: that of the source")
    parser.add_argument("--format", help="coco, yolo, voc, fiftyone ...; default: found out")
    parser.add_argument("--images", metavar="DIR", help="where the images are, if apart")
    parser.add_argument("--labels", metavar="PATH", help="where the labels are, if apart")
    parser.add_argument("--incremental", action="store_true", help="add to a dataset that exists")
    parser.add_argument("--labels-only", action="store_true", help="read labels, open no image")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Ingest, show progress on stderr and the report on stdout."""
    from visionlens_jlab.core.notebook.report import Report
    from visionlens_jlab.ingestion.notebook import ingested

    dataset = ingested(
        options.source,
        options.name,
        format=options.format,
        data_dir=options.data_dir,
        images=options.images,
        labels=options.labels,
        incremental=options.incremental,
        labels_only=options.labels_only,
    )
    try:
        detail, report = dataset.detail(), Report.read(dataset.report)
        say(f"{detail.name}: {detail.samples:,} samples")
        if report is not None:
            _say_report(report, detail.name)
    finally:
        dataset.close()
    return 0


def _say_report(report: Report, name: str) -> None:
    for line in str(report).splitlines():
        say(line)
    for item in report.items[:SHOWN]:
        say(f"    {item['action']}: {item['item']}: {item['message']} ({item['code']})")
    rest = report.items_total - SHOWN
    if rest > 0:
        say(f"    and {rest:,} more: visionlens info {shlex.quote(name)} --items")
