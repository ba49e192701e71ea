"""The pyramids of this server: in the cache, or on their way in a process of bounded memory.

One is made at a time, in one of the processes that draw pictures, so that the other still draws.
Whoever asks for one that is on its way waits for the same; when nobody has asked for a while it is
given up.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from visionlens_jlab.core.system.confined_processes import ConfinedEndedError
from visionlens_jlab.core.system.object_cache import ObjectCache
from visionlens_jlab.errors import VisionLensError, of_system
from visionlens_jlab.media import drawing
from visionlens_jlab.media.drawing import Build, Drawn, on_disk
from visionlens_jlab.media.pyramids.making import Step
from visionlens_jlab.media.pyramids.pack import About, read_about, read_place, read_tile
from visionlens_jlab.media.tiff import Layers

WANTED_SECONDS = 10.0
"""What nobody has asked for in so long is given up."""
STEP_SECONDS = 120.0
"""A decoder that has not come further in so long is ended."""
FAILED_SECONDS = 60.0
"""So long what is wrong with an image is said without trying again."""
_LOOK_SECONDS = 0.1
_MESSAGES: Any = msgspec.msgpack.Decoder(Step | Drawn)


@dataclass
class Progress:
    """A pyramid on its way, or one that is there.

    Attributes
    ----------
    step : Step, optional
        How far it is; None: not begun.
    is_ready : bool
    places : dict
        Number of a tile -> where it lies in `file`, while it is made.
    """

    step: Step | None = None
    is_ready: bool = False
    places: dict[int, tuple[int, int]] = field(default_factory=dict)
    file: BinaryIO | None = None
    error: dict[str, Any] | None = None
    wanted: float = field(default_factory=time.monotonic)
    ended: float = 0.0


class Pyramids:
    """Pyramids by the version of their image, as `Picture.etag` gives it.

    Parameters
    ----------
    cache : ObjectCache
        Where they are kept.
    most_bytes : int
        Of one.
    """

    def __init__(self, cache: ObjectCache, most_bytes: int) -> None:
        self._cache = cache
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._coming: dict[str, Progress] = {}

    def progress(self, version: str, file: BinaryIO, layers: Layers | None = None) -> Progress:
        """How far the pyramid of an open image file is; it is begun where it is not.

        Raises what is wrong with the image, as `drawing.draw_image`; DISK_SPACE.
        """
        found = self._kept(version)
        if found is not None:
            file.close()
            with found[0]:
                about = found[1]
            region = (0, 0, *about.layout)
            return Progress(Step(about, 1.0, about.finest, region, []), is_ready=True)
        with self._lock:
            self._forget()
            known = self._coming.get(version)
            if known is None:
                known = self._coming[version] = Progress()
                work = partial(self._make, version, file, layers, known)
                threading.Thread(target=work, daemon=True, name="tiles").start()
            else:
                file.close()
            known.wanted = time.monotonic()
        if known.error is not None:
            raise VisionLensError.from_json(known.error)
        return known

    def tile(self, version: str, level: int, column: int, row: int) -> bytes | None:
        """A tile; None: there is none, or not yet."""
        with self._lock:  # also since a file has one position for all who read it
            known = self._coming.get(version)
            if known is not None and known.step is not None and known.file is not None:
                known.wanted = time.monotonic()
                number = known.step.about.layout.number(level, column, row)
                place = None if number is None else known.places.get(number)
                return read_tile(known.file, place) if place and place[1] else None
        found = self._kept(version)
        if found is None:
            return None
        file, about = found
        with file:
            number = about.layout.number(level, column, row)
            place = None if number is None else read_place(file, about, number)
            return read_tile(file, place) if place and place[1] else None

    def _kept(self, version: str) -> tuple[BinaryIO, About] | None:
        file = self._cache.find(version)
        if file is None:
            return None
        about = read_about(file)
        if about is not None:
            return file, about
        file.close()
        with suppress(OSError):  # damaged: it is made again
            Path(str(file.name)).unlink()
        return None

    def _forget(self) -> None:
        """Forget what failed a while ago."""
        before = time.monotonic() - FAILED_SECONDS
        for version, known in list(self._coming.items()):
            if known.ended and known.ended < before:
                del self._coming[version]

    def _make(self, version: str, image: BinaryIO, layers: Layers | None, known: Progress) -> None:
        """Make one, in a thread of its own."""
        try:
            with image, on_disk(image) as there:
                path, identity = str(there.name), drawing.identity_of(there)

                def write(target: BinaryIO) -> None:
                    build = Build(path, identity, str(target.name), self._most_bytes, layers)
                    self._write(build, known)

                while not self._turn.acquire(timeout=_LOOK_SECONDS):
                    _check_wanted(known)
                try:
                    self._cache.keep(version, write).close()
                finally:
                    self._turn.release()
        except _UnwantedError:
            known.error = None
        except VisionLensError as error:
            known.error = error.to_json()
        except OSError as error:
            known.error = (of_system(error) or _not_kept(error)).to_json()
        finally:
            self._end(version, known)

    def _end(self, version: str, known: Progress) -> None:
        with self._lock:
            known.ended = time.monotonic()
            if known.error is None:
                self._coming.pop(version, None)
            if known.file is not None:
                known.file.close()
                known.file = None

    def _write(self, build: Build, known: Progress) -> None:
        known.file = Path(build.target).open("rb")  # noqa: SIM115  closed at the end
        with drawing.PROCESSES.lease(drawing.WAIT_SECONDS) as confined:
            try:
                confined.send(msgspec.msgpack.encode(build))
                while True:
                    with confined.ended_after(STEP_SECONDS):
                        message = _MESSAGES.decode(confined.receive())
                    if not isinstance(message, Step):
                        break
                    known.places.update((number, (at, size)) for number, at, size in message.tiles)
                    known.step = message
                    _check_wanted(known)
            except ConfinedEndedError as error:
                raise drawing.given_up(
                    Path(build.path), late=confined.is_late, seconds=STEP_SECONDS
                ) from error
        if message.error is not None:
            raise VisionLensError.from_json(message.error)


class _UnwantedError(Exception):
    """Nobody waits for it any more."""


def _check_wanted(known: Progress) -> None:
    if time.monotonic() - known.wanted > WANTED_SECONDS:
        raise _UnwantedError


def _not_kept(error: OSError) -> VisionLensError:
    return VisionLensError("DISK_SPACE", f"The tiles cannot be kept: {error}.")


@lru_cache(maxsize=8)
def pyramids_in(folder: Path, megabytes: int) -> Pyramids:
    """Those kept in a folder, of which there is one object in this process."""
    return Pyramids(ObjectCache(folder, megabytes << 20), megabytes << 20)
