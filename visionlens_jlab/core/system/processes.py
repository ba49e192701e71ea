"""Whether a process that is written down somewhere still runs."""

from __future__ import annotations

import os
from pathlib import Path


def birth(pid: int) -> str | None:
    """When the process began, in the system's own units; None where that is not known."""
    stat = _stat(pid)
    return None if stat is None else stat[19]


def runs(pid: int, born: str | None = None) -> bool:
    """Whether the process runs on this machine.

    A number is given again after a while, sooner in containers: with `born`, what has it now must
    have begun at that time. One that ended and was not waited for does not run.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        pass
    stat = _stat(pid)
    if stat is None:
        return True
    return stat[0] not in "ZX" and (born is None or stat[19] == born)


def _stat(pid: int) -> list[str] | None:
    """The fields of Linux's /proc/<pid>/stat from the state on; the name may hold anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()
