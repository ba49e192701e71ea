"""Labels of 10,000 images with 70,000 boxes: CPU seconds beyond the interpreter's start.

Usage: python benchmarks/labels_cpu.py [FOLDER] [--runs 7]

Without FOLDER a COCO dataset is generated: 10,000 small files and boxes as plain COCO states them.
Each run is `vl.ingest(FOLDER, labels_only=True)` in a process and a data directory of its own; user
and system time of all its threads count, those of `python -c pass` are taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

IMAGES = 10_000
BOXES = 7
CLASSES = 80
INGEST = "import visionlens_jlab as vl; vl.ingest({source!r}, labels_only=True, data_dir={data!r})"


def generate(folder: Path) -> None:
    """Write `data/` and `labels.json`."""
    rng = np.random.default_rng(7)
    (folder / "data").mkdir()
    for number in range(1, IMAGES + 1):
        (folder / "data" / f"{number:012d}.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    images = [
        {
            "id": number,
            "file_name": f"{number:012d}.jpg",
            "width": 640,
            "height": 480,
            "license": 1,
            "coco_url": "",
            "date_captured": f"2013-11-{1 + number % 28:02d} {number % 24:02d}:00:00",
        }
        for number in range(1, IMAGES + 1)
    ]
    boxes = (rng.random((IMAGES * BOXES, 4)) * [540, 380, 90, 90] + [0, 0, 4, 4]).round(2).tolist()
    annotations = [
        {
            "id": index + 1,
            "image_id": index // BOXES + 1,
            "category_id": index % CLASSES + 1,
            "bbox": box,
            "area": round(box[2] * box[3], 2),
            "iscrowd": 0,
        }
        for index, box in enumerate(boxes)
    ]
    content = {
        "categories": [{"id": i + 1, "name": f"class {i + 1}"} for i in range(CLASSES)],
        "images": images,
        "annotations": annotations,
    }
    (folder / "labels.json").write_text(json.dumps(content))


def cpu_of(program: str) -> float:
    """User and system seconds of a Python process and all its threads."""
    # Byte code is kept, as in any installation.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, stderr=subprocess.DEVNULL, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        source = options.folder or Path(temporary, "images")
        if options.folder is None:
            source.mkdir()
            generate(source)
        start = statistics.median(cpu_of("pass") for _ in range(5))
        imports = [cpu_of("import numpy, pyarrow, duckdb, pydantic.main") for _ in range(5)]
        runs = []
        for number in range(options.runs + 1):
            data = str(Path(temporary, f"data-{number}"))
            runs.append(cpu_of(INGEST.format(source=str(source), data=data)) - start)
        runs = runs[1:]  # the first one writes byte code
    print(f"interpreter's start           {start:.3f} s CPU")
    print(f"imports of others, beyond it  {min(imports) - start:.3f} s CPU")
    print(
        f"vl.ingest(labels_only=True)   {min(runs):.3f} s CPU beyond the start, least of "
        f"{len(runs)} runs; median {statistics.median(runs):.3f}, most {max(runs):.3f}"
    )


if __name__ == "__main__":
    main()
