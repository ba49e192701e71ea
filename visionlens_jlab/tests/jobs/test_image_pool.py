from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path

import msgspec
import psutil
import pytest

from visionlens_jlab.config import ENV_DECODE_MEMORY, LEAST_DECODE_MEMORY_MB
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.image_processes import pool as image_pool
from visionlens_jlab.media.image_processes import process as image_process
from visionlens_jlab.media.image_processes.pool import ImagePool
from visionlens_jlab.media.image_processes.tasks import HeaderResult, HeaderTask, MediaTask
from visionlens_jlab.media.image_processes.work import execute
from visionlens_jlab.media.thumbnails import SEAL_BYTES
from visionlens_jlab.tests.formats.writers import write_image
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows
from visionlens_jlab.tests.media import hostile

CRASHING_CHILD = """
import os, sys
from visionlens_jlab.media.image_processes import process as image_process
from visionlens_jlab.media.image_processes import work as image_work
real = image_work._header
def crash(source, path):
    if path == "killer.png":
        os._exit(9)
    return real(source, path)
image_work._header = crash
image_process.main()
"""


def nothing() -> None:
    """No cancellation."""


def tasks(folder, count=5):
    for number in range(count):
        write_image(folder / f"{number}.png", (10 + number, 5))
    return [
        HeaderTask(str(folder), [f"{number}.png"], readable=[str(folder)])
        for number in range(count)
    ]


def test_few_headers_are_read_in_bounded_memory_too(tmp_path, monkeypatch):
    monkeypatch.setenv(ENV_DECODE_MEMORY, str(LEAST_DECODE_MEMORY_MB))
    write_image(tmp_path / "a.png")
    hostile.tags(tmp_path / "b.tif")
    found = ingest_rows(tmp_path, format="images")
    assert [(row["item"], row["code"]) for row in found.issues] == [("b.tif", "IMAGE_UNREADABLE")]
    assert f"more than the {LEAST_DECODE_MEMORY_MB} MiB" in found.issues[0]["message"]


def test_results_come_in_the_order_of_the_tasks(tmp_path):
    with ImagePool(nothing, 2) as pool:
        widths = [result.headers[0].width for result in pool.map(tasks(tmp_path))]
    assert widths == [10, 11, 12, 13, 14]


def test_an_image_that_crashes_the_decoder_costs_only_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(image_pool, "_COMMAND", [sys.executable, "-c", CRASHING_CHILD])
    names = ["a.png", "killer.png", "b.png"]
    for name in names:
        write_image(tmp_path / name)
    with ImagePool(nothing, 1) as pool:
        (result,) = pool.map([HeaderTask(str(tmp_path), names, readable=[str(tmp_path)])])
    assert [header is not None for header in result.headers] == [True, False, True]
    assert result.errors == [None, "the decoder crashed", None]


def test_processes_that_never_start_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(image_pool, "_COMMAND", [sys.executable, "-c", "raise SystemExit(3)"])
    with ImagePool(nothing, 1) as pool, pytest.raises(VisionLensError, match="WORKER_LOST"):
        list(pool.map(tasks(tmp_path, 1)))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_said_and_the_process_lives(tmp_path):
    write_image(tmp_path / "a.png")
    with ImagePool(nothing, 1) as pool:
        with pytest.raises(VisionLensError, match="DISK_SPACE"):
            list(
                pool.map(
                    [MediaTask(str(tmp_path), ["a.png"], "/dev/full", readable=[str(tmp_path)])]
                )
            )
        process = pool._workers[0]._process
        (result,) = pool.map(
            [
                MediaTask(
                    str(tmp_path), ["a.png"], str(tmp_path / "a.pack"), readable=[str(tmp_path)]
                )
            ]
        )
        assert result.errors == [None]
        assert pool._workers[0]._process is process


def test_a_check_that_raises_ends_the_processes(tmp_path, monkeypatch):
    monkeypatch.setattr(
        image_pool, "_COMMAND", [sys.executable, "-c", "import time; time.sleep(60)"]
    )
    started = []

    def check():
        started.extend(worker._process for worker in pool._workers if worker._process)
        if started:
            raise InterruptedError

    with pytest.raises(InterruptedError), ImagePool(check, 1) as pool:
        list(pool.map(tasks(tmp_path, 1)))
    assert all(process.returncode is not None for process in started)


class LateFuture(Future):
    """Has its result just when the time to wait for it is over."""

    def result(self, timeout=None):
        try:
            return super().result(0.01 if timeout else None)
        except TimeoutError:
            self.set_result("late")
            raise


def test_a_result_that_comes_as_the_wait_ends_is_no_failure():
    late = LateFuture()
    calls = []

    def check():
        calls.append(late.done())
        if len(calls) == 3 and not late.done():
            late.set_result("late")

    with ImagePool(check, 1) as pool:
        assert pool._result(late) == "late"
    assert calls


def test_works_from_a_program_without_a_main_guard(tmp_path):
    write_image(tmp_path / "a.png")
    program = tmp_path / "program.py"
    program.write_text(
        "from visionlens_jlab.media.image_processes.pool import ImagePool\n"
        "from visionlens_jlab.media.image_processes.tasks import HeaderTask\n"
        "with ImagePool(lambda: None, 1) as pool:\n"
        f"    task = HeaderTask({str(tmp_path)!r}, ['a.png'], readable=[{str(tmp_path)!r}])\n"
        "    print([result.headers[0].width for result in pool.map([task])])\n"
    )
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[40]", "")


def test_the_child_serves_frames(tmp_path):
    write_image(tmp_path / "a.png")
    requests = io.BytesIO()
    task = HeaderTask(str(tmp_path), ["a.png", "none.png"], readable=[str(tmp_path)])
    image_process.write_frame(requests, msgspec.msgpack.encode(task))
    results = io.BytesIO()
    image_process.serve(io.BytesIO(requests.getvalue() + b"\0\0"), results)
    results.seek(0)
    found = msgspec.msgpack.decode(image_process.read_frame(results), type=HeaderResult)
    assert found == execute(task)
    assert found.headers[0].width == 40
    assert "none.png" in found.errors[1]


def test_images_to_skip_get_an_error_and_no_thumbnail(tmp_path):
    write_image(tmp_path / "a.png")
    paths = ["a.png", "a.png", "none.png"]
    task = MediaTask(str(tmp_path), paths, str(tmp_path / "p"), [0], [str(tmp_path)])
    result = execute(task)
    assert [length is not None for length in result.lengths] == [False, True, False]
    assert result.errors[0] == "the decoder crashed"
    assert result.hashes[0] is None
    assert len((tmp_path / "p").read_bytes()) == result.lengths[1] + SEAL_BYTES


def test_an_image_that_takes_too_much_memory_costs_only_itself(tmp_path, monkeypatch):
    monkeypatch.setenv(ENV_DECODE_MEMORY, str(LEAST_DECODE_MEMORY_MB))
    write_image(tmp_path / "small.png")
    hostile.ppm(tmp_path / "large.ppm")
    hostile.tags(tmp_path / "tags.tif")
    with (tmp_path / "long.tif").open("wb") as file:
        file.truncate(300 << 20)
    names = ["large.ppm", "long.tif", "small.png"]
    worker = image_pool.Worker()
    try:
        readable = [str(tmp_path)]
        worker.call(HeaderTask(str(tmp_path), [], readable=readable))
        process = psutil.Process(worker._process.pid)
        result = worker.call(MediaTask(str(tmp_path), names, str(tmp_path / "pack"), [], readable))
        tags = ["tags.tif", "small.png"]
        headers = worker.call(HeaderTask(str(tmp_path), tags, readable=readable))
        assert process.is_running()
    finally:
        worker.close()
        worker.join()
    for error in (*result.errors[:2], headers.errors[0]):
        assert "than the 256 MiB" in error and "raise VisionLens.decode_memory_mb" in error
    assert "13,000 x 13,000 pixels" in result.errors[0]
    assert result.errors[2] is None and result.widths[2] and headers.headers[1] is not None
