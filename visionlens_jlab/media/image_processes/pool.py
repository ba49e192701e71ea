"""The processes that read images, for ingests and embed jobs.

Plain subprocesses and pipes, not `multiprocessing`: nothing is imported from the user's main
program (a script without `if __name__ == "__main__"` works), no semaphores can leak, and killing
them is clean.
"""

from __future__ import annotations

import os
import queue
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import BinaryIO, cast

import msgspec

from visionlens_jlab.core.system.confined_processes import ALLOCATORS
from visionlens_jlab.core.system.pipes import (
    child_command,
    end_child,
    read_frame,
    start_child,
    write_frame,
)
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.image_processes.tasks import (
    Answer,
    HeaderTask,
    Refused,
    Result,
    Task,
    singles,
)

POLL_SECONDS = 0.1
_COMMAND = child_command("visionlens_jlab.media.image_processes.process")


class WorkerCrashedError(Exception):
    """A worker process ended in the middle of a task."""


class Worker:
    """One worker process, started when first needed and again after a crash."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def call(self, task: Task) -> Result:
        """Do a task in the process.

        Raises
        ------
        WorkerCrashedError
        VisionLensError
            DISK_SPACE, PERMISSION_DENIED, DIR_NOT_FOUND: the process lives and was refused what
            it needs.
        """
        process = self._running()
        try:
            write_frame(cast(BinaryIO, process.stdin), msgspec.msgpack.encode(task))
            data = read_frame(cast(BinaryIO, process.stdout))
        except (OSError, ValueError) as error:
            self._stop()
            raise WorkerCrashedError from error
        if data is None:
            self._stop()
            raise WorkerCrashedError
        answer: Answer = msgspec.msgpack.decode(data, type=Answer)
        if isinstance(answer, Refused):
            raise VisionLensError.from_json(answer.error)
        return answer

    def close(self) -> None:
        """Kill the process; a task under way ends with WorkerCrashedError."""
        self._closed = True
        if self._process is not None:
            self._process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise WorkerCrashedError
        if self._process is None:
            self._process = start_child(_COMMAND, ALLOCATORS)
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_child(process)

    def join(self) -> None:
        """Reap the process after `close`."""
        self._stop()


class ImagePool:
    """Does tasks in several processes, results in the order of the tasks; a context manager.

    Parameters
    ----------
    check : callable
        Called every tenth of a second while waiting; may raise to stop.
    count : int, optional
        Number of processes; default: one for each processor this process may use.
    readable : list of str, optional
        Where the roots of its tasks may lead; default: as each task says.
    """

    def __init__(
        self,
        check: Callable[[], None],
        count: int | None = None,
        readable: list[str] | None = None,
    ) -> None:
        self._check = check
        self._readable = readable
        self._count = count or _processors()
        self._workers = [Worker() for _ in range(self._count)]
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="visionlens-images")

    def map(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """Results of the tasks. An image that crashes a worker is left out, with an error."""
        waiting: deque[Future[Result]] = deque()
        for task in tasks:
            waiting.append(self._threads.submit(self._do, task))
            if len(waiting) > 2 * self._count:
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def close(self) -> None:
        """Kill the processes and wait for their end."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.join()

    def __enter__(self) -> ImagePool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _result(self, future: Future[Result]) -> Result:
        self._check()
        while not wait([future], POLL_SECONDS).done:
            self._check()
        return future.result()

    def _do(self, task: Task) -> Result:
        if self._readable is not None:
            task.readable = self._readable
        worker = self._idle.get()
        try:
            try:
                return worker.call(task)
            except WorkerCrashedError:
                task.skip = _crashing(worker, task)
                return worker.call(task)
        finally:
            self._idle.put(worker)


def _crashing(worker: Worker, task: Task) -> list[int]:
    """Indices of the images that crash a worker. Raises WORKER_LOST when no worker lives at all."""
    try:
        worker.call(HeaderTask(task.location, [], readable=task.readable))
    except WorkerCrashedError as error:
        raise VisionLensError(
            "WORKER_LOST", "The processes that read images end at once.", "Check free memory."
        ) from error
    found = []
    for index, single in enumerate(singles(task)):
        try:
            worker.call(single)
        except WorkerCrashedError:
            found.append(index)
    return found


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
