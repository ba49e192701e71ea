"""Import and evaluation of 76,000 predictions on 10,000 images with 70,000 boxes: CPU seconds.

Usage: python benchmarks/predictions.py [--runs 5] [--times 1] [--predictions 76000]

COCO results are generated beside a generated COCO dataset (`labels_cpu.py`): each box is found,
near enough or not, by about nine in ten predictions; the others are anywhere. Each run is
`vl.open(...).add_predictions(...)` and `.evaluate(...)` in a process of its own; user and system
time of all its threads from the call to its return, with the modules that it loads and the commit.
`--times 10` has ten times the images, boxes and predictions.

Then a Jupyter server counts at 100 other thresholds, as the panel's slider asks it to (POST
counts); wall time from the request sent to the last byte.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import labels_cpu
import numpy as np
from thumbnails import TOKEN, start

PREDICTIONS = 76_000
THRESHOLDS = 100
TIMED = """
import json, resource, sys, visionlens_jlab as vl
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
ds = vl.open("benchmark", data_dir={data!r})
start = cpu()
report = ds.add_predictions("model", {source!r}, replace=True)
imported = cpu()
found = ds.evaluate("model", name="benchmark", replicates=0)
evaluated = cpu()
assert report.annotations.imported == {count}, report.annotations
print(json.dumps([imported - start, evaluated - imported, found.metrics["AP50"]]))
"""


def results(labels: Path, path: Path, count: int) -> None:
    """Write COCO results for the boxes of a label file."""
    rng = np.random.default_rng(11)
    annotations = json.loads(labels.read_bytes())["annotations"]
    rows = rng.integers(0, len(annotations), count)
    jitter = rng.normal(0, 0.06, (count, 4))
    anywhere = rng.random(count) < 0.1
    scores = np.where(anywhere, rng.beta(1.5, 4, count), rng.beta(4, 1.5, count)).round(5)
    listed = []
    for row, shift, lost, score in zip(
        rows.tolist(), jitter.tolist(), anywhere.tolist(), scores.tolist(), strict=True
    ):
        own = annotations[row]
        x, y, w, h = own["bbox"]
        box = [x + shift[0] * w, y + shift[1] * h, w * (1 + shift[2]), h * (1 + shift[3])]
        if lost:
            box = [abs(x - 270), abs(y - 190), w, h]
        listed.append(
            {
                "image_id": own["image_id"],
                "category_id": own["category_id"],
                "bbox": [round(value, 2) for value in box],
                "score": score,
            }
        )
    path.write_text(json.dumps(listed))


def recounted(root: Path) -> None:
    """Count at other thresholds, over HTTP, and print what it takes."""
    server, address = start(root)
    rng = np.random.default_rng(5)
    walls = []
    try:
        headers = {"Authorization": f"token {TOKEN}"}
        transport = httpx.HTTPTransport(retries=20)
        with httpx.Client(
            base_url=address, headers=headers, timeout=60, transport=transport
        ) as client:
            client.get("datasets/benchmark").raise_for_status()
            for confidence in rng.uniform(0, 1, 1 + THRESHOLDS):
                began = time.perf_counter()
                client.post(
                    "datasets/benchmark/evaluations/benchmark/counts",
                    json={"confidence": round(float(confidence), 3)},
                ).raise_for_status()
                walls.append(1000 * (time.perf_counter() - began))
    finally:
        server.terminate()
        server.wait()
    p50, p95 = np.percentile(walls[1:], [50, 95])
    print(
        f"counts at another threshold: first {walls[0]:.0f} ms, then p50 {p50:.0f}, p95 {p95:.0f}, "
        f"most {max(walls[1:]):.0f} ms"
    )


def main() -> None:
    """Print the figures of all runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--predictions", type=int, default=PREDICTIONS)
    given = parser.parse_args()
    labels_cpu.IMAGES *= given.times
    count = given.predictions * given.times
    with tempfile.TemporaryDirectory() as scratch:
        folder, data = Path(scratch, "coco"), Path(scratch, "data")
        folder.mkdir()
        labels_cpu.generate(folder)
        results(folder / "labels.json", Path(scratch, "results.json"), count)
        subprocess.run(
            [
                sys.executable,
                "-c",
                "import visionlens_jlab as vl; vl.ingest("
                f"{str(folder)!r}, 'benchmark', labels_only=True, data_dir={str(data)!r})",
            ],
            check=True,
            capture_output=True,
        )
        code = TIMED.format(data=str(data), source=str(Path(scratch, "results.json")), count=count)
        found = []
        for _ in range(given.runs):
            done = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True
            )
            found.append(json.loads(done.stdout.splitlines()[-1]))
        recounted(Path(scratch))
    for name, column in (("import", 0), ("evaluate", 1)):
        seconds = sorted(run[column] for run in found)
        print(
            f"{name}: median {statistics.median(seconds):.2f} CPU s, least {seconds[0]:.2f}, "
            f"all {', '.join(f'{value:.2f}' for value in seconds)}"
        )
    print(f"AP50 {found[0][2]:.4f} of {count:,} predictions")


if __name__ == "__main__":
    main()
