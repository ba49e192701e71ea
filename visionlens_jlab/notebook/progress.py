"""The progress of an ingest: a live bar in a notebook, one line in a terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol, TextIO

WIDTH = 24


@dataclass(frozen=True)
class Step:
    """How far a job is; `rate` in items per second, `eta_seconds` None until known."""

    stage: str
    done: int = 0
    total: int | None = None
    rate: float | None = None
    eta_seconds: float | None = None
    message: str | None = None


class Progress(Protocol):
    """Where steps are shown."""

    def update(self, step: Step) -> None: ...

    def finish(self, text: str) -> None: ...


def make_progress(label: str) -> Progress:
    """The progress display that fits where this code runs."""
    if in_kernel():
        return HtmlProgress(label)
    return LineProgress(label, sys.stderr)


def in_kernel() -> bool:
    """Whether this code runs in a Jupyter kernel; IPython is not imported for the question."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


def describe(step: Step) -> str:
    """Counts, rate and time left: `1,200 of 5,000, 340/s, 11 s left`."""
    total = "" if step.total is None else f" of {step.total:,}"
    parts = [f"{step.done:,}{total}"] if step.done or step.total else []
    if step.rate:
        parts.append(f"{step.rate:,.0f}/s" if step.rate >= 10 else f"{step.rate:.1f}/s")
    if step.eta_seconds is not None:
        parts.append(f"{duration(step.eta_seconds)} left")
    if step.message:
        parts.append(step.message)
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """`11 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def fraction(step: Step) -> float:
    """Done part in [0, 1]; 0 while the total is unknown."""
    return min(1.0, step.done / step.total) if step.total else 0.0


class LineProgress:
    """One line, rewritten in a terminal; elsewhere one line for each stage."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self._label = label
        self._stream = stream
        self._live = stream.isatty()
        self._stage: str | None = None

    def update(self, step: Step) -> None:
        """Show the step."""
        if self._live:
            filled = round(WIDTH * fraction(step))
            bar = "#" * filled + "-" * (WIDTH - filled)
            self._rewrite(f"{self._label}: {step.stage} [{bar}] {describe(step)}")
        elif step.stage != self._stage:
            self._write(f"{self._label}: {step.stage}\n")
        self._stage = step.stage

    def finish(self, text: str) -> None:
        """Leave a last line."""
        if self._live:
            self._rewrite(f"{self._label}: {text}")
            self._write("\n")
        else:
            self._write(f"{self._label}: {text}\n")

    def _rewrite(self, text: str) -> None:
        self._write(f"\r\x1b[2K{text}")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class HtmlProgress:
    """A bar in the cell's output, updated in place."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._handle: Any = None

    def update(self, step: Step) -> None:
        """Show the step."""
        value = f'value="{fraction(step):.4f}"' if step.total else ""
        self._show(
            f"<b>{escape(step.stage)}</b> <progress max='1' {value}></progress> "
            f"{escape(describe(step))}",
            f"{step.stage} {describe(step)}",
        )

    def finish(self, text: str) -> None:
        """Leave a last line."""
        self._show(escape(text), text)

    def _show(self, html: str, plain: str) -> None:
        from IPython.display import display

        bundle = {
            "text/html": f"<div>{escape(self._label)}: {html}</div>",
            "text/plain": f"{self._label}: {plain}",
        }
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
