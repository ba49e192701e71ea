"""`visionlens analyse`."""

from __future__ import annotations

import argparse
from typing import Any

from visionlens_jlab.core.command import add_data_dir, say, say_json


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "analyse",
        help="find where a run fails more than elsewhere",
        description="Find where an evaluated run fails more than elsewhere; write a report of it.",
    )
    parser.add_argument("name", help="name, slug or uuid of the dataset")
    parser.add_argument("--run", dest="of_run", help="default: that of the newest evaluation")
    parser.add_argument("--target", help="miss_rate, false_positive_rate ... (default: all)")
    parser.add_argument("--depth", type=int, default=2, help="conditions at most (default 2)")
    parser.add_argument("--out", metavar="FILE", help="report to write: .html, or .zip (Markdown)")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Analyse, print, write."""
    from visionlens_jlab.analysis.notebook.dataset import Analysing
    from visionlens_jlab.core.notebook.connect import connect

    with Analysing(connect(options.data_dir).open(options.name)) as dataset:
        found = dataset.analyse(options.target, run=options.of_run, depth=options.depth)
        if options.json:
            say_json([one.detail.model_dump(mode="json") for one in found])
        else:
            for one in found:
                say(one.title)
                say(f"  {one.predicate}")
            say(f"{len(found)} findings in {dataset.name}")
        if options.out:
            dataset.export_findings(options.out, findings=found)
    return 0
