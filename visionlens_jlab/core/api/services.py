"""What the handlers work with: one object per server, its gates and which folders may be named."""

from __future__ import annotations

import asyncio
import functools
import os
import secrets
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.jobs.announcer import Announcer
from visionlens_jlab.core.system.confinement import Confinement, check_name, is_address
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.runner import JobRunner


Result = TypeVar("Result")
Kind = Literal["read", "query", "picture", "encode"]
"""Reading and writing the catalog; queries and whole tables; images that must be decoded; texts and
images to search with, which wait for the model."""

THREADS: dict[Kind, int] = {"read": 32, "query": 6, "picture": 4, "encode": 4}
"""For reading more than a busy page asks at once: writers waiting for their turn must not keep
readers out."""
REQUESTS: dict[Kind, int] = {"read": 1024, "query": 12, "picture": 256, "encode": 12}
"""What one user may have under way or waiting: a grid of crops asks for a screenful."""
USERS = 2
"""All users together may have so many times as much."""
RETRY_SECONDS = 5
"""When one who was refused may ask again."""
_WORDS: dict[Kind, str] = {
    "read": "requests",
    "query": "queries",
    "picture": "images",
    "encode": "searches",
}


class Gate:
    """Lets so many of one kind through at once, each user's in turn.

    Parameters
    ----------
    slots : int
        At once; one user alone may take all but one of them.
    requests : int
        Of one user, under way or waiting.
    """

    def __init__(self, kind: Kind, slots: int, requests: int) -> None:
        self._kind = kind
        self.slots = slots
        self.requests = requests
        self._share = max(1, slots - 1)
        self._slots = asyncio.Semaphore(slots)
        self._users: dict[str, asyncio.Semaphore] = {}
        self._present: Counter[str] = Counter()
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix=f"visionlens-{kind}")

    @asynccontextmanager
    async def entered(self, user: str) -> AsyncIterator[None]:
        """Wait for a turn. LIMIT_REACHED when too many of the user wait already."""
        # Whoever comes with a token alone is a new user each time: all together count too.
        all_of_them = self._present.total() >= USERS * self.requests
        if all_of_them or self._present[user] >= self.requests:
            raise VisionLensError(
                "LIMIT_REACHED",
                f"There are too many {_WORDS[self._kind]} under way or waiting already.",
            )
        self._present[user] += 1
        own = self._users.setdefault(user, asyncio.Semaphore(self._share))
        try:
            async with own, self._slots:
                yield
        finally:
            self._present[user] -= 1
            if not self._present[user]:
                del self._present[user], self._users[user]

    async def work(self, call: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Run a call in a thread of this kind."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(call, *args, **kwargs))

    def close(self) -> None:
        """Wait for nobody."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def make_gates(threads: Mapping[Kind, int], requests: Mapping[Kind, int]) -> dict[Kind, Gate]:
    """One for each kind."""
    return {kind: Gate(kind, threads[kind], requests[kind]) for kind in threads}


class PathPolicy:
    """Confines what the browser names to some folders; links are followed before judging.

    Parameters
    ----------
    roots : iterable of paths
        Folders whose content may be read.
    base : Path
        What a relative path is relative to.
    """

    def __init__(self, roots: Iterable[str | Path], base: str | Path) -> None:
        self.base = Path(base).expanduser().resolve()
        places = Confinement.of(roots).folders
        self.roots = [Path(place) for place in places if not is_address(place)]
        self.addresses = [place for place in places if is_address(place)]

    @property
    def confinement(self) -> Confinement:
        """The roots and addresses as a check."""
        return Confinement([*self.roots, *self.addresses])

    @property
    def start(self) -> Path:
        """Where browsing begins: the base where it may be read, else the first root."""
        return self.base if self.allows(self.base) or not self.roots else self.roots[0]

    def resolve(self, named: str) -> Path:
        """The real path; PATH_NOT_ALLOWED outside the roots, whether it exists or not."""
        return Path(self.confinement.resolve(self.absolute(named)))

    def allows(self, real_path: Path) -> bool:
        """Whether a path without links lies in one of the roots."""
        return self.confinement.holds(real_path)

    def absolute(self, named: str) -> Path:
        """A named path as an absolute one, links kept.

        DIR_NOT_FOUND for an unknown `~user`, PATH_NOT_ALLOWED for what no system takes.
        """
        check_name(named)
        try:
            return self.base / Path(named).expanduser()
        except RuntimeError as error:
            raise VisionLensError("DIR_NOT_FOUND", f"{named!r}: {error}") from error

    def notebook(self, named: str) -> str:
        """A notebook's one name: kernels know its real path, the browser that below the base.

        Outside the roots no link is followed: the name says nothing of what is there.
        """
        plain = os.path.normpath(self.absolute(named))
        real = os.path.realpath(plain)
        known = self.allows(Path(plain)) or Path(plain).is_relative_to(self.base)
        return real if known or self.allows(Path(real)) else plain

    def place(self, named: str, *, unrestricted: bool) -> str:
        """A named path as an absolute one, checked unless the user's own kernel names it."""
        if is_address(named):
            return named if unrestricted else self.confinement.resolve(named)
        return str(self.absolute(named) if unrestricted else self.resolve(named))

    def hides(self, real_path: Path) -> bool:
        """Whether it is hidden from each of the roots that it lies in."""
        below = [real_path.relative_to(r) for r in self.roots if real_path.is_relative_to(r)]
        return all(any(part.startswith(".") for part in path.parts) for path in below)


PROCESS_SECONDS = 120.0
"""How long a process for queries or pictures is kept after its last work."""


class Index(Protocol):
    """What keeps the search indexes of the library's datasets."""

    def close(self) -> None:
        """Let go of them."""


@dataclass(frozen=True)
class Limits:
    """How much there may be at once: threads and requests of each kind, datasets held."""

    threads: Mapping[Kind, int]
    requests: Mapping[Kind, int]
    open_datasets: int


@dataclass(eq=False, repr=False)
class Services:
    """The library, the jobs and the pool of threads of one Jupyter server.

    The library opens with its first use, so that a server on which nobody looks at images
    loads neither DuckDB nor Arrow.
    """

    data_dir: Path
    policy: PathPolicy
    announcer: Announcer
    make_runner: Callable[[Library], JobRunner]
    make_index: Callable[[Library], Index]
    idle_seconds: float
    """A dataset unused for so long is released for other processes."""
    body_bytes: int
    """Largest body the server takes."""
    memory_mb: int
    """What DuckDB may take for each open dataset."""
    pools: Mapping[str, int]
    """`module:name` of each `ConfinedPool`, with the MiB that it may take."""
    limits: Limits
    sql_seconds: float
    """What a user's query may take at most."""
    settings: Mapping[str, Any]
    """Those of capabilities, each under its name."""
    remote_code: bool
    """Whether models may run code that comes with them."""
    faults: Mapping[str, str]
    """Settings that make no sense, each with why; nothing is answered then."""
    address: str | None = None
    kernel_token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def __post_init__(self) -> None:
        self._index: Index | None = None
        self._library: Library | None = None
        self._runner: asyncio.Task[JobRunner] | None = None
        self._opening = threading.Lock()
        self.gates = make_gates(self.limits.threads, self.limits.requests)

    def check_settings(self) -> None:
        """SETTING_INVALID, naming the settings."""
        if self.faults:
            raise VisionLensError(
                "SETTING_INVALID",
                f"{describe('VisionLens', self.faults)}.",
                details=dict(self.faults),
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
                    idle_seconds=self.idle_seconds,
                    memory_mb=self.memory_mb,
                    most_open=self.limits.open_datasets,
                    allowed=self.policy.confinement,
                )
                for pool, megabytes in self.pools.items():
                    resolve(pool).megabytes = megabytes
                self._index = self.make_index(library)
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
        runner = self.make_runner(await self.work(lambda: self.library))
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
            for pool in self.pools:
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
