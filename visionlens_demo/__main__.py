"""`python -m visionlens_demo --out DIR --n 1000 --seed 7`."""

from __future__ import annotations

import argparse
import sys
import time

from visionlens_demo.generate import DEFAULT_SIZE, WORLDS, generate
from visionlens_jlab.errors import VisionLensError


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m visionlens_demo", description="Render the demonstration dataset."
    )
    parser.add_argument("--out", required=True, help="folder to write; missing or empty")
    parser.add_argument("--n", type=int, default=1000, help="images (default 1000)")
    parser.add_argument("--seed", type=int, default=7, help="default 7")
    parser.add_argument("--world", choices=list(WORLDS), default="street")
    parser.add_argument("--manifest", help="default: <out>.manifest.json beside the folder")
    parser.add_argument(
        "--size", type=_size, default=DEFAULT_SIZE, metavar="WxH", help="default 640x400"
    )
    parser.add_argument("--workers", type=int, help="default: one per core")
    return parser


def _report(done: int, total: int) -> None:
    if done == total or done % 50 == 0:
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{done} of {total} images{end}")
        sys.stderr.flush()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    try:
        generate(
            options.out,
            options.n,
            options.seed,
            options.world,
            manifest=options.manifest,
            workers=options.workers,
            size=options.size,
            progress=_report,
        )
    except VisionLensError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.write(f"Written to {options.out} in {time.perf_counter() - started:.1f} s.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
