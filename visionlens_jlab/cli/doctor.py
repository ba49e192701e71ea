"""`visionlens doctor`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from visionlens_jlab.core.command import say, say_json

MARKS = {"ok": "ok  ", "note": "note", "mend": "MEND"}


def add(commands: Any) -> None:
    """Describe the command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor",
        help="check the installation and the datasets",
        description="Check the installation and the datasets, every file of them; changes nothing "
        "without --repair. Exit status 1 when something must be mended.",
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        help="where the datasets are kept; default: as the settings of the Jupyter server say, "
        "else $VISIONLENS_DATA_DIR or the Jupyter folder",
    )
    parser.add_argument(
        "--kernel",
        metavar="NAME",
        help="kernel spec of the workers; default: as the settings say, else python3",
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="mend what can be mended of datasets that nobody has open; whatever is replaced is "
        "kept beside",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run every check and say what to do."""
    from visionlens_jlab.cli import checks

    settings, faults = checks.server_settings()
    data_dir = Path(options.data_dir or settings.data_dir).expanduser().resolve()
    findings = [
        *checks.check_installation(),
        *checks.check_jupyter(options.kernel or settings.worker_kernel_name, faults),
        checks.use_roots(settings.allowed_roots),
        *checks.check_datasets(data_dir, repair=options.repair),
    ]
    bad = any(finding.level == "mend" for finding in findings)
    if options.json:
        say_json({"ok": not bad, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            say(f"{MARKS[finding.level]}  {finding.subject}: {finding.message}")
            if finding.advice:
                say(f"      -> {finding.advice}")
    return 1 if bad else 0
