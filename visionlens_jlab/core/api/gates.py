"""How much is done at once, by kind of work and by user: nothing that many ask for stalls the rest.

Each kind has threads of its own, so long queries and images never take those that read the catalog.
"""

from __future__ import annotations

import asyncio
import functools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Literal, TypeVar

from visionlens_jlab.errors import VisionLensError

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
    kind : str
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
