"""What the handlers work with: one object per server, passed to every route."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from visionlens_jlab.config import OPEN_DATASETS
from visionlens_jlab.core.api.gates import REQUESTS, THREADS, Kind, make_gates
from visionlens_jlab.core.api.paths import PathPolicy
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.runner import JobRunner

Result = TypeVar("Result")


PROCESS_SECONDS = 120.0
"""How long a process for queries or pictures is kept after its last work."""


class Index(Protocol):
    """What keeps the search indexes of the library's datasets."""

    def close(self) -> None:
        """Let go of them."""


@dataclass(frozen=True)
class Limits:
    """How much there may be at once: threads and requests of each kind, datasets held."""

    threads: Mapping[Kind, int] = field(default_factory=lambda: THREADS)
    requests: Mapping[Kind, int] = field(default_factory=lambda: REQUESTS)
    open_datasets: int = OPEN_DATASETS


class Services:
    """The library, the jobs and the pool of threads of one Jupyter server.

    The library opens with its first use, so that a server on which nobody looks at images
    loads neither DuckDB nor Arrow.

    Parameters
    ----------
    data_dir : Path
    policy : PathPolicy
        Folders that the browser may name.
    announcer : Announcer
        Where changes are told.
    make_runner : callable
        Builds the runner of jobs around the library.
    make_index : callable
        Builds what keeps the search indexes of the library's datasets.
    contract : callable
        Makes the OpenAPI document of the routes, which themselves lead here.
    idle_seconds : float
        A dataset unused for so long is released for other processes.
    body_bytes : int
        Largest body the server takes.
    memory_mb : int
        What DuckDB may take for each open dataset.
    pools : mapping
        `module:name` of each `ConfinedPool`, with the MiB that it may take.
    limits : Limits, optional
        By default those of one who set nothing.
    sql_seconds : float
        What a user's query may take at most.
    settings : mapping, optional
        Those of capabilities, each under its name.
    remote_code : bool
        Whether models may run code that comes with them.
    faults : mapping, optional
        Settings that make no sense, each with why; nothing is answered then.
    """

    def __init__(
        self,
        data_dir: Path,
        policy: PathPolicy,
        announcer: Announcer,
        make_runner: Callable[[Library], JobRunner],
        make_index: Callable[[Library], Index],
        *,
        contract: Callable[[], dict[str, Any]],
        idle_seconds: float,
        body_bytes: int,
        memory_mb: int,
        pools: Mapping[str, int],
        limits: Limits | None = None,
        sql_seconds: float = 120,
        settings: Mapping[str, Any] | None = None,
        remote_code: bool = False,
        faults: Mapping[str, str] | None = None,
    ) -> None:
        self.faults = dict(faults or {})
        self.data_dir = data_dir
        self.policy = policy
        self.announcer = announcer
        self.contract = contract
        self.body_bytes = body_bytes
        self.settings = settings or {}
        self.remote_code = remote_code
        self.sql_seconds = sql_seconds
        self.kernel_token = secrets.token_urlsafe(32)
        self.address: str | None = None
        self._idle_seconds = idle_seconds
        self._memory_mb = memory_mb
        self._pools = pools
        self._limits = limits or Limits()
        self._make_runner = make_runner
        self._make_index = make_index
        self._index: Index | None = None
        self._library: Library | None = None
        self._runner: asyncio.Task[JobRunner] | None = None
        self._opening = threading.Lock()
        self.gates = make_gates(self._limits.threads, self._limits.requests)

    def check_settings(self) -> None:
        """SETTING_INVALID, naming the settings."""
        if self.faults:
            raise VisionLensError(
                "SETTING_INVALID", f"{describe('VisionLens', self.faults)}.", details=self.faults
            )

    async def work(self, call: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run a call in the threads that read the catalog."""
        return await self.gates["read"].work(call, *args, **kwargs)

    @property
    def library(self) -> Library:
        """The library; the first use loads DuckDB, so use it in the pool."""
        with self._opening:
            if self._library is None:
                from visionlens_jlab.core.datasets.library import Library

                library = Library(
                    self.data_dir,
                    address=self.address,
                    idle_seconds=self._idle_seconds,
                    memory_mb=self._memory_mb,
                    most_open=self._limits.open_datasets,
                    allowed=self.policy.confinement,
                )
                for pool, megabytes in self._pools.items():
                    resolve(pool).megabytes = megabytes
                self._index = self._make_index(library)
                self._library = library
            return self._library

    def opened(self, slug: str) -> DatasetStore | None:
        """A dataset that is open already; never waits."""
        return None if self._library is None else self._library.opened(slug)

    async def runner(self) -> JobRunner:
        """The runner of jobs; started by its first use."""
        if self._runner is None:
            self._runner = asyncio.create_task(self._start_runner())
        return await asyncio.shield(self._runner)

    async def _start_runner(self) -> JobRunner:
        runner = self._make_runner(await self.work(lambda: self.library))
        await runner.start()
        return runner

    async def resume(self) -> None:
        """Take up the jobs that an earlier server left, if there can be any."""
        if (self.data_dir / "state.sqlite").exists():
            await self.runner()

    async def release_idle(self) -> None:
        """Close datasets unused for a while."""
        if self._library is not None:
            await self.work(self._library.release_idle)
            for pool in self._pools:
                await self.work(resolve(pool).release_idle, PROCESS_SECONDS)

    async def stop(self) -> None:
        """Stop workers, then close the library."""
        if self._runner is not None:
            runner = await self._runner
            await runner.stop()
        if self._index is not None:
            await self.work(self._index.close)
        if self._library is not None:
            await self.work(self._library.close)
        for gate in self.gates.values():
            gate.close()


def describe(kind: str, faults: Mapping[str, str]) -> str:
    """All faults of the settings in one line."""
    return "; ".join(f"{kind}.{name} {fault}" for name, fault in sorted(faults.items()))
