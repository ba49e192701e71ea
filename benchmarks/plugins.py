"""What fifty installed packages that announce plugins cost a server that starts.

Usage: python benchmarks/plugins.py [--pairs 15] [--plugins 50]

Servers start in pairs, with the packages and without, in turns of order; each is timed from its
start until it answers `about`, and its CPU time is read then. Printed are medians, and the median
of the differences.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from visionlens_jlab.tests.notebook.servers import server

MANIFEST = """
MANIFEST = {{
    "manifest": 1, "name": "plugin-{number}", "version": "1", "api": ">=1,<2",
    "permissions": ["images"],
    "contributions": [{{"kind": "operator", "id": "run", "target": "run"}}],
}}


def run(*, context, arguments, **rest):
    pass
"""
API = "visionlens/api/v1"


def install(folder: Path, count: int) -> None:
    """Packages as pip leaves them."""
    for number in range(count):
        name = f"pack_{number}"
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("")
        (folder / name / "plugin.py").write_text(MANIFEST.format(number=number))
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        entry = f"plugin-{number} = {name}.plugin:MANIFEST"
        (info / "entry_points.txt").write_text(f"[visionlens_jlab.plugins]\n{entry}\n")


def start(packages: Path | None) -> tuple[float, float, float]:
    """Seconds until a server answers, its CPU seconds then, and seconds of its first list."""
    more = [packages] if packages else []
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with server(Path(folder), *more) as running:
            running.request("GET", f"{API}/about")
            wall = time.perf_counter() - began
            info = next((Path(folder) / "runtime").glob("jpserver-*.json"))
            times = psutil.Process(int(info.stem.partition("-")[2])).cpu_times()
            began = time.perf_counter()
            running.request("GET", f"{API}/plugins")
            return wall, times.user + times.system, time.perf_counter() - began


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--plugins", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder), options.plugins)
        pairs = []
        for turn in range(options.pairs):
            order = [None, Path(folder)] if turn % 2 else [Path(folder), None]
            took = {each is not None: start(each) for each in order}
            pairs.append((took[False], took[True]))
    for place, what in enumerate(("until it answers", "CPU", "first list of plugins")):
        without, having, more = (
            1000 * statistics.median(values)
            for values in (
                [pair[0][place] for pair in pairs],
                [pair[1][place] for pair in pairs],
                [pair[1][place] - pair[0][place] for pair in pairs],
            )
        )
        print(
            f"{what:22} {without:6.0f} ms, with {options.plugins}: {having:6.0f} ms ({more:+.0f})"
        )


if __name__ == "__main__":
    main()
