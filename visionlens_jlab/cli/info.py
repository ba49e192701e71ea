"""`visionlens info`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.command import add_data_dir, say, say_json

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.shapes import DatasetDetail
    from visionlens_jlab.core.notebook.report import Report


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser("info", help="describe a dataset")
    parser.add_argument("name", help="name, slug or uuid of the dataset")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--items", action="store_true", help="with each item of the ingest report")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
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
    content = report.to_dict() if items else report.to_dict() | {"items": []}
    return content


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
