"""Child processes of bounded memory, for what a query or a file of others could make grow.

Nothing inside a process can say how much memory a library takes on its way, and no list of harmless
functions is complete. The system can: a process that asks for more than its share is refused it,
at worst it ends, and nobody else notices.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from visionlens_jlab.core.system.pipes import (
    child_command,
    end_child,
    read_frame,
    start_child,
    write_frame,
)
from visionlens_jlab.errors import VisionLensError

_LOOK_SECONDS = 0.02
_SPENT = 0.25
"""Share of its memory that a process may hold after its work without being replaced."""


ALLOCATORS = {
    "MALLOC_ARENA_MAX": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "DUCKDB_JE_MALLOC_CONF": "retain:false,narenas:2,dirty_decay_ms:0",
}
"""What is free goes back to the system, and nothing is reserved: both would count as taken."""


class ConfinedEndedError(Exception):
    """The process ended in the middle of its work: its memory or its time was over."""


class Confined:
    """This side of one confined process."""

    def __init__(self, module: str, megabytes: int) -> None:
        self._process = start_child([*child_command(module), str(megabytes)], ALLOCATORS)
        self._late = False
        self.is_free = False
        """Whether its work is done and it may be given more; set by who leased it."""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_late(self) -> bool:
        """Whether it was ended because its time was over."""
        return self._late

    @property
    def runs(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def send(self, message: bytes) -> None:
        """Send one frame; ConfinedEndedError."""
        try:
            write_frame(cast(BinaryIO, self._process.stdin), message)
        except (OSError, ValueError) as error:
            raise ConfinedEndedError from error

    def receive(self) -> bytes:
        """Wait for one frame; ConfinedEndedError."""
        try:
            frame = read_frame(cast(BinaryIO, self._process.stdout))
        except (OSError, ValueError) as error:
            raise ConfinedEndedError from error
        if frame is None:
            raise ConfinedEndedError
        return frame

    def end(self) -> None:
        """Kill it."""
        end_child(self._process)

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[None]:
        """Kill it when the block takes longer."""

        def kill() -> None:
            self._late = True
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


class ConfinedPool:
    """A few confined processes of one module, started when needed and kept for the next.

    Parameters
    ----------
    module : str
        Its main program takes the MiB that it may use as argument, and frames on its streams.
    count : int
        Processes at once.
    megabytes : int
        MiB of all of them together.
    what : str
        What they do, for messages: "queries".
    """

    def __init__(self, module: str, *, count: int, megabytes: int, what: str) -> None:
        self.count = count
        self.megabytes = megabytes
        self._module = module
        self._what = what
        self._idle: list[tuple[float, Confined]] = []
        self._working: list[Confined] = []
        self._state = threading.Condition()

    @property
    def pids(self) -> list[int]:
        """The process ids of those that there are."""
        with self._state:
            return [one.pid for one in [*self._working, *(one for _, one in self._idle)]]

    @contextmanager
    def lease(self, wait: float) -> Iterator[Confined]:
        """A process for one piece of work; one that is not free afterwards is ended.

        LIMIT_REACHED when all are at work for `wait` seconds.
        """
        confined = self._taken(wait)
        confined.is_free = False
        try:
            yield confined
        finally:
            if not confined.is_free:
                confined.end()
            with self._state:
                self._working.remove(confined)
                if confined.is_free:
                    self._idle.append((time.monotonic(), confined))
                self._state.notify()

    def release_idle(self, seconds: float = 0) -> None:
        """End those that had nothing to do for so long."""
        with self._state:
            before = time.monotonic() - seconds
            gone = [one for since, one in self._idle if since <= before]
            self._idle = [(since, one) for since, one in self._idle if since > before]
        for one in gone:
            one.end()

    def _taken(self, wait: float) -> Confined:
        with self._state:
            if not self._state.wait_for(lambda: len(self._working) < self.count, wait):
                raise VisionLensError(
                    "LIMIT_REACHED", f"All {self.count} processes for {self._what} are at work."
                )
            while self._idle:
                _, confined = self._idle.pop()
                if confined.runs:
                    break
                confined.end()
            else:
                confined = Confined(self._module, self.megabytes // self.count)
            self._working.append(confined)
            return confined


class Bound:
    """The memory of this process, which a confined one limits when it has loaded what it needs.

    Parameters
    ----------
    megabytes : int
        MiB beyond what it has now.
    """

    def __init__(self, megabytes: int) -> None:
        self._allowed = megabytes << 20
        self._before = _data_bytes()
        if sys.platform == "linux":
            import resource

            _, most = resource.getrlimit(resource.RLIMIT_DATA)  # of a process that started this
            limit = self._before + self._allowed
            limit = limit if most == resource.RLIM_INFINITY else min(limit, most)
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        else:
            threading.Thread(target=self._watch, daemon=True).start()

    def room(self) -> int:
        """Bytes that may still be taken; where the system counts none, what is allowed."""
        counts = sys.platform == "linux"
        return self._allowed - (_data_bytes() - self._before if counts else 0)

    @property
    def is_spent(self) -> bool:
        """Whether so much is held that the next work would have too little."""
        return _data_bytes() - self._before > self._allowed * _SPENT

    def _watch(self) -> None:
        """Where the system does not count private memory: look, and end."""
        while _data_bytes() - self._before <= self._allowed:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)


def _data_bytes() -> int:
    """Private writable memory of this process, as RLIMIT_DATA counts it; elsewhere its peak."""
    with suppress(OSError, StopIteration, ValueError), Path("/proc/self/status").open() as lines:
        line = next(line for line in lines if line.startswith("VmData"))
        return int(line.split()[1]) << 10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
