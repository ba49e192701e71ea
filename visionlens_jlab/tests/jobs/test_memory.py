"""The memory that labels of a large file take, in the process that ingests them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BOUND_MB = 450
SCRIPT = """
import sys, threading, time
import visionlens_jlab as vl

def anonymous():
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('RssAnon'))

def watch():
    while True:
        most[0] = max(most[0], anonymous())
        time.sleep(0.02)

most = [0]
threading.Thread(target=watch, daemon=True).start()
dataset = vl.ingest(sys.argv[1], labels_only=True, data_dir=sys.argv[2])
print(dataset.count(), dataset.count('annotations'), most[0] // 1000)
"""


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_large_file_of_polygons_takes_little_memory(tmp_path):
    images, each = 30_000, 7
    source = tmp_path / "labels.json"
    write_polygons(source, images, each)
    assert source.stat().st_size > 100_000_000
    command = [sys.executable, "-c", SCRIPT, str(source), str(tmp_path / "data")]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    samples, annotations, megabytes = map(int, printed.split())
    assert (samples, annotations) == (images, images * each)
    assert megabytes < BOUND_MB


def write_polygons(path: Path, images: int, each: int) -> None:
    """A COCO file; every annotation has a polygon of 24 points."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    points = np.stack([320 + 99.5 * np.cos(angles), 240 + 99.5 * np.sin(angles)], axis=1)
    polygon = json.dumps([points.round(4).reshape(-1).tolist()])
    shape = f'"segmentation": {polygon}, "bbox": [220.5, 140.5, 199, 199], "area": 31000.5'
    with path.open("w") as file:
        file.write('{"categories": [{"id": 1, "name": "disc"}], "images": [')
        file.write(
            ",".join(
                f'{{"id": {i}, "file_name": "{i:08d}.jpg", "width": 640, "height": 480}}'
                for i in range(images)
            )
        )
        file.write('], "annotations": [')
        for i in range(images):
            file.write("," if i else "")
            file.write(
                ",".join(
                    f'{{"id": {i * each + n}, "image_id": {i}, "category_id": 1, "iscrowd": 0, '
                    f"{shape}}}"
                    for n in range(each)
                )
            )
        file.write("]}")
