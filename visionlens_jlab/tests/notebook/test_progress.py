from __future__ import annotations

import io
from typing import Any

import pytest

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.progress import (
    LineProgress,
    describe,
    duration,
    fraction,
    in_kernel,
    make_progress,
    paced,
)


def step(stage: str | None = "images", **counts: Any) -> Job:
    return Job(
        job="j", kind="ingest", dataset="d", state="running", stage=stage, created_at="", **counts
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_is_described_with_rate_and_time_left() -> None:
    job = step(done=1200, total=5000, rate=340.4, eta_seconds=11.2, message="a.jpg")
    assert describe(job) == "1,200 of 5,000, 340/s, 11 s left, a.jpg"
    assert describe(step("labels")) == ""
    assert describe(step("labels", done=3, rate=2.54)) == "3, 2.5/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_read_easily(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_fraction_stays_in_its_bounds() -> None:
    assert fraction(step(done=1, total=4)) == 0.25
    assert fraction(step(done=9, total=4)) == 1
    assert fraction(step(done=9)) == 0
    assert fraction(step(done=0, total=0)) == 0


def test_a_terminal_shows_one_line_rewritten() -> None:
    stream = Terminal()
    progress = LineProgress("mine", stream)
    progress.update(step(done=1, total=4))
    progress.update(step(done=4, total=4))
    progress.finish("4 samples")
    lines = stream.getvalue().split("\r\x1b[2K")
    assert lines[1] == "mine: images [######------------------] 1 of 4"
    assert lines[2] == f"mine: images [{'#' * 24}] 4 of 4"
    assert lines[3] == "mine: 4 samples\n"


def test_a_log_file_gets_a_line_for_each_stage() -> None:
    stream = io.StringIO()
    progress = LineProgress("mine", stream)
    for done in range(100):
        progress.update(step(done=done, total=100))
    progress.update(step("commit"))
    progress.finish("100 samples")
    assert stream.getvalue() == "mine: images\nmine: commit\nmine: 100 samples\n"


def test_a_file_name_does_not_steer_the_terminal() -> None:
    stream = Terminal()
    LineProgress("mine", stream).update(step(message="\x1b[2J\nevil.jpg"))
    assert stream.getvalue().count("\x1b") == 1
    assert "?[2J?evil.jpg" in stream.getvalue()


def test_ten_steps_a_second_and_each_new_stage() -> None:
    now = 0.0
    shown: list[tuple[str | None, int]] = []
    update = paced(lambda job: shown.append((job.stage, job.done)), lambda: now)
    for done in range(100):
        now = done / 100
        update(step("images" if done < 35 else "commit", done=done))
    stages = [stage for stage, _ in shown]
    assert ("commit", 35) in shown
    assert shown[0] == ("images", 0)
    assert 8 <= len(shown) <= 12
    assert stages == sorted(stages, reverse=True)


def test_outside_a_kernel_progress_goes_to_a_line() -> None:
    assert not in_kernel()
    assert isinstance(make_progress("mine"), LineProgress)
