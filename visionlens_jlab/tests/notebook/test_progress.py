from __future__ import annotations

import io

import pytest

from visionlens_jlab.notebook.progress import (
    LineProgress,
    Step,
    describe,
    duration,
    fraction,
    in_kernel,
    make_progress,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_is_described_with_rate_and_time_left() -> None:
    step = Step("images", 1200, 5000, 340.4, 11.2, "a.jpg")
    assert describe(step) == "1,200 of 5,000, 340/s, 11 s left, a.jpg"
    assert describe(Step("labels")) == ""
    assert describe(Step("labels", 3, None, 2.54)) == "3, 2.5/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_read_easily(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_fraction_stays_in_its_bounds() -> None:
    assert fraction(Step("x", 1, 4)) == 0.25
    assert fraction(Step("x", 9, 4)) == 1
    assert fraction(Step("x", 9, None)) == 0
    assert fraction(Step("x", 0, 0)) == 0


def test_a_terminal_shows_one_line_rewritten() -> None:
    stream = Terminal()
    progress = LineProgress("mine", stream)
    progress.update(Step("images", 1, 4))
    progress.update(Step("images", 4, 4))
    progress.finish("4 samples")
    lines = stream.getvalue().split("\r\x1b[2K")
    assert lines[1] == "mine: images [######------------------] 1 of 4"
    assert lines[2] == f"mine: images [{'#' * 24}] 4 of 4"
    assert lines[3] == "mine: 4 samples\n"


def test_a_log_file_gets_a_line_for_each_stage() -> None:
    stream = io.StringIO()
    progress = LineProgress("mine", stream)
    for done in range(100):
        progress.update(Step("images", done, 100))
    progress.update(Step("commit"))
    progress.finish("100 samples")
    assert stream.getvalue() == "mine: images\nmine: commit\nmine: 100 samples\n"


def test_outside_a_kernel_progress_goes_to_a_line() -> None:
    assert not in_kernel()
    assert isinstance(make_progress("mine"), LineProgress)
