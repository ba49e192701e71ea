#!/usr/bin/env python3
"""Set-up and checks behind the Makefile; needs nothing but Python 3.11."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import checks
import demo
import environment


def main() -> int:
    """Parse the target and run it; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run_demo = commands.add_parser("demo", help="open JupyterLab on a demonstration dataset")
    run_demo.add_argument("--images", type=int, default=1000)
    run_demo.add_argument("--port", type=int, default=8888)
    run_demo.add_argument("--browser", action="store_true", help="open a browser too")
    run_test = commands.add_parser("test", help="run every check")
    run_test.add_argument("--only", action="append", help="a check, or a group of them: lint")
    commands.add_parser("soak", help="long campaigns")
    commands.add_parser("setup", help="only make the environment")
    arguments = parser.parse_args()

    os.chdir(environment.ROOT)
    try:
        if arguments.command == "demo":
            environment.prepare(["lab", "pandas", "umap"])
            return demo.run(arguments.images, arguments.port, arguments.browser)
        environment.prepare(["dev", "umap", "tsne", "agents"], tests=True)
        if arguments.command == "test":
            return checks.run(arguments.only)
        if arguments.command == "soak":
            return checks.soak()
    except environment.SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
