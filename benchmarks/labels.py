"""Labels of a large COCO file: CPU seconds, MB/s beside `json.load` and ijson, peak memory.

Usage: python benchmarks/labels.py [MEGABYTES] [--peers MEGABYTES]

The file is generated: boxes with polygons as COCO has them, the same bytes each time. Peak memory
is RssAnon, sampled every 20 ms: of the process, and for the same ingest as a job of a Jupyter
server, of the server and each process it starts. The peers read a smaller file: `json.load` takes
several times its size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from visionlens_jlab.tests.jobs.servers import Server

CLASSES = 80
BOXES = 7
WIDTH, HEIGHT = 640, 480


def annotation(rng: np.random.Generator, identity: int, image: int) -> str:
    """One annotation with a polygon of about 20 points."""
    x, y = rng.random(2) * (WIDTH - 100), rng.random(2)[0] * (HEIGHT - 100)
    left, top = float(x[0]), float(y)
    w, h = (rng.random(2) * 90 + 8).tolist()
    angles = np.sort(rng.random(int(rng.integers(12, 32)))) * 2 * np.pi
    points = np.stack(
        [left + w / 2 * (1 + np.cos(angles)), top + h / 2 * (1 + np.sin(angles))], axis=1
    )
    polygon = ", ".join(f"{value:.2f}" for value in points.reshape(-1))
    return (
        f'{{"segmentation": [[{polygon}]], "area": {w * h * 0.8:.4f}, "iscrowd": 0, '
        f'"image_id": {image}, "bbox": [{left:.2f}, {top:.2f}, {w:.2f}, {h:.2f}], '
        f'"category_id": {int(rng.integers(1, CLASSES + 1))}, "id": {identity}}}'
    )


def parts(size: int, pool: int = 20_000) -> Iterator[str]:
    """The text of a file of about `size` bytes; polygons repeat, ids do not."""
    rng = np.random.default_rng(3)
    shapes = [annotation(rng, 0, 0) for _ in range(pool)]
    mean = sum(map(len, shapes)) / pool + 14
    images = int(size / (BOXES * mean + 110))
    categories = [{"id": i + 1, "name": f"class {i + 1}"} for i in range(CLASSES)]
    yield f'{{"info": {{}}, "categories": {json.dumps(categories)}, "images": ['
    yield ", ".join(
        f'{{"id": {i}, "file_name": "{i:012d}.jpg", "width": {WIDTH}, "height": {HEIGHT}}}'
        for i in range(images)
    )
    yield '], "annotations": ['
    for image in range(images):
        rows = [
            shapes[(image * BOXES + n) % pool]
            .replace('"image_id": 0', f'"image_id": {image}')
            .replace('"id": 0}', f'"id": {image * BOXES + n}}}')
            for n in range(BOXES)
        ]
        yield (", " if image else "") + ", ".join(rows)
    yield "]}"


def generate(path: Path, megabytes: int) -> float:
    """Write the file; its size in MB (10^6 bytes)."""
    with path.open("w") as file:
        file.writelines(parts(megabytes * 1_000_000))
    return path.stat().st_size / 1e6


class Peak(threading.Thread):
    """Greatest RssAnon, in MB (10^6 bytes), of a process and of each one it started."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.megabytes: dict[int, float] = {}
        """By PID."""
        self.names: dict[int, str] = {}

    def run(self) -> None:
        while True:
            try:
                family = [self._process, *self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            for process in family:
                self._look(process)
            time.sleep(0.02)

    def _look(self, process: psutil.Process) -> None:
        try:
            text = Path(f"/proc/{process.pid}/status").read_text()
            if process.pid not in self.names:
                self.names[process.pid] = _name(process.cmdline())
        except (OSError, psutil.Error):
            return
        if "RssAnon:" in text:
            kilobytes = int(text.split("RssAnon:")[1].split()[0])
            before = self.megabytes.get(process.pid, 0.0)
            self.megabytes[process.pid] = max(before, kilobytes * 1024 / 1e6)


def _name(command: list[str]) -> str:
    modules = {
        "jupyter_server": "Jupyter server",
        "ipykernel_launcher": "worker kernel",
        "image_process": "image process",
    }
    return next((name for key, name in modules.items() if key in " ".join(command)), "helper")


def run(name: str, script: str, megabytes: float) -> None:
    """Run a script in a process of its own; print wall and CPU seconds, MB/s, peak memory."""
    start = time.perf_counter()
    program = f"{script}\nimport time; print(time.process_time())"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    peak = Peak(process.pid)
    peak.start()
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{name} failed")
    wall, cpu = time.perf_counter() - start, float(printed.split()[-1])
    tell(name, megabytes, wall, cpu, max(peak.megabytes.values()))


def tell(name: str, megabytes: float, wall: float, cpu: float, anonymous: float) -> None:
    """Print a line."""
    print(
        f"{name:28s} {megabytes:7.0f} MB {wall:7.1f} s wall {cpu:7.1f} s CPU "
        f"{megabytes / wall:6.0f} MB/s {anonymous:6.0f} MB RssAnon",
        flush=True,
    )


async def serve(folder: Path, source: Path, megabytes: float) -> None:
    """The same ingest as a job: a Jupyter server, its worker kernel, and all they start."""
    server = Server(folder, folder / "served", f"--VisionLens.allowed_roots={source.parent}")
    peak = Peak(server.process.pid)
    peak.start()
    try:
        await server.get("datasets")
        start = time.perf_counter()
        ingest = {"source": str(source), "name": "served", "labels_only": True}
        job = await server.follow(await server.get("jobs", ingest=ingest), interval=0.2)
        wall = time.perf_counter() - start
        if job["state"] != "done":
            raise SystemExit(f"The job is {job['state']}: {job['error']}")
        family = [psutil.Process(server.process.pid), *server.children()]
        cpu = {one.pid: sum(one.cpu_times()[:2]) for one in family}
    finally:
        server.stop()
    for pid, most in sorted(peak.megabytes.items()):
        tell(f"as a job: {peak.names[pid]}", megabytes, wall, cpu.get(pid, 0.0), most)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("megabytes", type=int, nargs="?", default=1000)
    parser.add_argument("--peers", type=int, default=200)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        large, small = folder / "large" / "labels.json", folder / "small" / "labels.json"
        for path in (large, small):
            path.parent.mkdir()
        whole, part = generate(large, chosen.megabytes), generate(small, chosen.peers)
        both = ((large, whole), (small, part))
        for path, size in both[: 1 if whole == part else 2]:
            run(
                "vl.ingest(labels_only=True)",
                "import visionlens_jlab as vl\n"
                f"vl.ingest({str(path.parent)!r}, name='of {size:.0f} MB', labels_only=True, "
                f"data_dir={str(path.parent / 'data')!r}).close()",
                size,
            )
        asyncio.run(serve(folder, large.parent, whole))
        run("json.load", f"import json; json.load(open({str(small)!r}))", part)
        run(
            "ijson (yajl2_c)",
            "import ijson.backends.yajl2_c as ijson\n"
            f"for _ in ijson.items(open({str(small)!r}, 'rb'), 'annotations.item'): pass",
            part,
        )


if __name__ == "__main__":
    main()
