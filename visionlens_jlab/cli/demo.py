"""`visionlens demo`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from visionlens_jlab.core.command import add_data_dir, say


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="render the demonstration dataset, ingest it, evaluate two models, make a map",
        description="Render the demonstration dataset, ingest it, evaluate two models, analyse "
        "one of them, embed the images for the map and look for copies.",
    )
    parser.add_argument(
        "--out", default="visionlens-demo", metavar="DIR", help="folder to write; missing or empty"
    )
    parser.add_argument("--n", type=int, default=300, help="images, from 40 (default 300)")
    parser.add_argument("--seed", type=int, default=7, help="default 7")
    parser.add_argument("--world", choices=("street", "harbour"), default="street")
    parser.add_argument("--name", default="demo", help="of the dataset (default demo)")
    add_data_dir(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Render, then ingest."""
    from visionlens_demo.generate import generate
    from visionlens_demo.runs import have_findings, have_map, have_runs
    from visionlens_jlab.notebook import ingest

    generate(options.out, options.n, options.seed, options.world, progress=_progress)
    dataset = ingest(options.out, options.name, format="coco", data_dir=options.data_dir)
    for found in have_runs(dataset, options.out):
        say(f"{found.run}: AP50 {found.metrics['AP50']:.3f}")
    for finding in have_findings(dataset):
        say(f"  {finding.title}")
    have_map(dataset)
    say(f"{dataset.name}: {dataset.count():,} samples. Open it in JupyterLab, or in a notebook:")
    say(f'  import visionlens_jlab as vl; vl.open("{dataset.name}").show()')
    dataset.close()
    return 0


def _progress(done: int, total: int) -> None:
    live = sys.stderr.isatty()
    if done == total or (live and done % 10 == 0):
        start, end = ("\r", "\n" if done == total else "") if live else ("", "\n")
        sys.stderr.write(f"{start}rendered {done} of {total} images{end}")
        sys.stderr.flush()
